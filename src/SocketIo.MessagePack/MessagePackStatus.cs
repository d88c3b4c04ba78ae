namespace SocketIo.MessagePack;

/// <summary>How reading a value went.</summary>
internal enum MessagePackStatus
{
    Ok,

    /// <summary>The input ends inside the value, or before as many values as it announces could fit.</summary>
    Truncated,

    /// <summary>0xC1, which the format never uses.</summary>
    UnknownFormat,
    InvalidUtf8,

    /// <summary>A key of a map that cannot be the name of a JavaScript property.</summary>
    IllegalKey,
    TooDeep,
}
