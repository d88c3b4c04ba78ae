namespace SocketIo.Engine;

/// <summary>The low-level transports of Engine.IO.</summary>
[Flags]
public enum EngineTransports
{
    /// <summary>None; not a valid option value.</summary>
    None = 0,

    /// <summary>HTTP long-polling.</summary>
    Polling = 1,

    /// <summary>WebSocket (RFC 6455 over HTTP/1.1, RFC 8441 over HTTP/2).</summary>
    WebSocket = 2,

    /// <summary>Both.</summary>
    All = Polling | WebSocket,
}
