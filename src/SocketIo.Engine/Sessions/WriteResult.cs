namespace SocketIo.Engine.Sessions;

internal enum WriteResult
{
    /// <summary>Something was written; look again.</summary>
    Written,

    /// <summary>Not writable: the transport holds the drain now and calls <see cref="EngineSession.Drain"/> when it is.</summary>
    Busy,

    /// <summary>The close frame was written, and the peer's answer is awaited: nothing follows it.</summary>
    Closed,

    /// <summary>The close packet was written and that was all: the session is over.</summary>
    Ended,

    /// <summary>The session has another transport by now: look again there.</summary>
    Detached,
}
