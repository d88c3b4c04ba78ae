namespace SocketIo.Engine.WebSockets;

/// <summary>A feature of connections whose bytes nothing but the transport has touched: a WebSocket on them can do without the server.</summary>
internal interface IReleasableConnection
{
    /// <summary>
    /// Takes the connection from the server, behind the answer that made it a WebSocket. Null when something lies between (TLS, other
    /// connection middleware); the connection stays the server's then.
    /// </summary>
    ReleasedConnection? Release();
}
