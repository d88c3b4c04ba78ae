namespace SocketIo.LoadTest.Servers;

/// <summary>A server that is measured.</summary>
/// <param name="Name">What the command line and the results call it.</param>
/// <param name="Title">What a reader calls it.</param>
/// <param name="Dialect">The protocol its clients speak.</param>
/// <param name="Runtime">The executable that runs it; null when this program does.</param>
internal sealed record Peer(string Name, string Title, string Dialect, string? Runtime)
{
    public const string OnSocketsName = "socketio-sockets";

    /// <summary>The server that the others are compared with.</summary>
    public static readonly Peer Own = new("socketio", "this server", "socketio", null);

    public static readonly IReadOnlyList<Peer> All =
    [
        Own,
        new(OnSocketsName, "this server, Kestrel's sockets", "socketio", null) { IsSecond = true },
        new("signalr", "SignalR", "signalr", null),
        new("node", "socket.io, Node", "socketio", "node"),
        new("bun", "socket.io, Bun", "socketio", "bun"),
        new("topics", "this server, topics in memory", "socketio", null) { HasTopics = true },
        new("topics-sqlite", "this server, topics in SQLite", "socketio", null) { HasTopics = true },
        new("topics-stream", "the same in memory, beside a stream", "socketio", null) { HasTopics = true, HasStream = true },
        new("topics-sqlite-stream", "the same in SQLite, beside a stream", "socketio", null) { HasTopics = true, HasStream = true },
        new("kestrel", "Kestrel, upgraded only", "socketio", null) { HasEvents = false },
    ];

    /// <summary>Whether it is this server once more, and so measured only where the transport makes a difference.</summary>
    public bool IsSecond { get; private init; }

    /// <summary>Whether it does anything with messages; else it is there to be connected to.</summary>
    public bool HasEvents { get; private init; } = true;

    /// <summary>Whether it is this server once more, with topics that each client has subscribed to.</summary>
    public bool HasTopics { get; private init; }

    /// <summary>Whether it stores events all the time, which nobody gets.</summary>
    public bool HasStream { get; private init; }

    /// <summary>Whether it can be measured in a case, and has anything of its own to show there.</summary>
    public bool Takes(Case one) => one.Scenario switch
    {
        Scenario.Return => HasTopics && !HasStream,
        Scenario.Beside => HasTopics || this == Own,
        Scenario.Fanout => HasEvents && !HasStream,
        _ => !HasTopics && (HasEvents || !one.HasMessages) && !(IsSecond && one.Scenario is Scenario.Rooms or Scenario.Latency or Scenario.Stalled),
    };
}
