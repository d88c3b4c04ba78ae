namespace SocketIo.Engine.WebSockets;

/// <summary>What <see cref="FrameReader.TryRead"/> found.</summary>
internal enum FrameReadStatus : byte
{
    /// <summary>All payload at hand has been taken; at most the start of a frame header is left in the input.</summary>
    NeedMore,
    Text,
    Binary,
    Ping,
    Pong,

    /// <summary>The peer closes; nothing is read after it (RFC 6455 5.5.1).</summary>
    Close,

    /// <summary>The peer broke a rule or a limit; nothing is read after it.</summary>
    Error,
}
