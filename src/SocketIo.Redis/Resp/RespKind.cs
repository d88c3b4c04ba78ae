namespace SocketIo.Redis.Resp;

/// <summary>What a reply, or an element of one, is. Forms of RESP2 and RESP3 that mean the same are the same here.</summary>
internal enum RespKind
{
    /// <summary>Text or bytes: simple and bulk strings, verbatim strings, numbers that are not whole.</summary>
    Text,

    /// <summary>A command failed: simple and bulk errors.</summary>
    Error,

    /// <summary>A whole number.</summary>
    Number,

    /// <summary>No value; in RESP2 also the absent array and the absent string.</summary>
    Null,

    /// <summary>Elements follow: arrays, sets, pushes, and maps with two for each pair.</summary>
    List,
}
