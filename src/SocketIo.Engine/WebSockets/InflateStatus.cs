namespace SocketIo.Engine.WebSockets;

/// <summary>What <see cref="PerMessageDeflate.Inflate"/> made of a message.</summary>
internal enum InflateStatus
{
    Done,

    /// <summary>The message is larger than allowed, however small it came.</summary>
    TooBig,

    /// <summary>The bytes are not what DEFLATE makes.</summary>
    Malformed,
}
