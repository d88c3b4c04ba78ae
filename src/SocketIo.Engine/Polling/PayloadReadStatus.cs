namespace SocketIo.Engine.Polling;

/// <summary>What <see cref="PayloadCodec.TryRead"/> found.</summary>
internal enum PayloadReadStatus
{
    /// <summary>Every packet has been read.</summary>
    End,

    /// <summary>A packet with its type character.</summary>
    Text,

    /// <summary>The bytes of a binary message.</summary>
    Binary,

    /// <summary>Not a packet; the rest of the body is given up.</summary>
    Malformed,
}
