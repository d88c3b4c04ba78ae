namespace SocketIo.Engine;

/// <summary>The types of packets of the Engine.IO protocol; the values are the digits on the wire.</summary>
public enum EnginePacketType
{
    /// <summary>The server's handshake.</summary>
    Open,

    /// <summary>The sender closes the connection.</summary>
    Close,

    /// <summary>Asks for a pong: from the server in protocol 4, from the client in protocol 3.</summary>
    Ping,

    /// <summary>The answer to a ping.</summary>
    Pong,

    /// <summary>A message, text or binary.</summary>
    Message,

    /// <summary>The client goes on with its WebSocket.</summary>
    Upgrade,

    /// <summary>Nothing; lets a waiting poll go.</summary>
    Noop,
}
