namespace SocketIo.LoadTest.Servers;

/// <summary>A server that is measured.</summary>
/// <param name="Name">What the command line and the results call it.</param>
/// <param name="Title">What a reader calls it.</param>
/// <param name="Dialect">The protocol its clients speak.</param>
/// <param name="Runtime">The executable that runs it; null when this program does.</param>
internal sealed record Peer(string Name, string Title, string Dialect, string? Runtime)
{
    /// <summary>The server that the others are compared with.</summary>
    public static readonly Peer Own = new("socketio", "this server", "socketio", null);

    public static readonly IReadOnlyList<Peer> All =
    [
        Own,
        new("signalr", "SignalR", "signalr", null),
        new("node", "socket.io, Node", "socketio", "node"),
        new("bun", "socket.io, Bun", "socketio", "bun"),
    ];
}
