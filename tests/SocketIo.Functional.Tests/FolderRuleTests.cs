using SocketIo.Engine;

namespace SocketIo.Functional.Tests;

/// <summary>The folders of a project depend on each other in one direction (a folder below src/ is a namespace).</summary>
public class FolderRuleTests
{
    private const string EngineRoot = "SocketIo.Engine.";

    private TypeReferences _engine = null!;
    private TypeReferences _server = null!;

    [OneTimeSetUp]
    public void Read()
    {
        _engine = new TypeReferences(typeof(EngineSession).Assembly);
        _server = new TypeReferences(typeof(SocketIoServer).Assembly);
    }

    [OneTimeTearDown]
    public void Close()
    {
        _engine.Dispose();
        _server.Dispose();
    }

    // What each folder of the engine may see besides itself. "Root" are the types that stand in no folder, but for the faces: those have
    // lines of their own, and a single type may stand in place of its folder.
    private static readonly (string From, string[] To)[] EngineSights =
    [
        ("Root", ["EngineSession"]),
        ("Frames", []),
        ("Sessions", ["Root", "Frames", "EngineSession", "SessionEvents"]),
        ("EngineSession", ["Root", "Frames", "Sessions", "SessionEvents"]),
        ("SessionEvents", ["Root", "Frames", "Sessions", "EngineSession"]),
        ("WebSockets", ["Root", "Frames", "Sessions", "EngineSession"]),
        ("Polling", ["Root", "Frames", "Sessions", "EngineSession"]),
        ("Epoll", ["Root", "WebSockets.IReleasableConnection", "WebSockets.ReleasedConnection", "WebSockets.SocketOutput", "WebSockets.FrameOutput"]),
        ("Hosting", ["Root", "Frames", "Sessions", "EngineSession", "WebSockets", "Polling"]),
        ("EngineExtensions", ["Root", "Sessions", "Hosting"]),
        ("EpollExtensions", ["Root", "Epoll"]),
    ];

    private static IEnumerable<string> EngineLines => EngineSights.Select(static sights => sights.From);

    [TestCaseSource(nameof(EngineLines))]
    public void A_folder_of_the_engine_sees_what_its_line_names_and_nothing_else(string own)
    {
        var sights = EngineSights.Single(sights => sights.From == own).To;
        AssertNone(_engine.Between(
            from => LineOf(from) == own,
            to => LineOf(to) is { } line && line != own && !sights.Contains(line) && !sights.Contains(to[EngineRoot.Length..])));
    }

    [Test]
    public void Every_line_of_the_engine_is_needed()
    {
        Assert.That(_engine.All.Keys.Select(LineOf).OfType<string>().Distinct(), Is.EquivalentTo(EngineLines));
        foreach (var (from, to) in EngineSights)
        {
            var seen = _engine.All.Where(pair => LineOf(pair.Key) == from).SelectMany(static pair => pair.Value).ToHashSet();
            Assert.That(to.Where(name => !seen.Any(type => LineOf(type) == name || type == EngineRoot + name)), Is.Empty, $"{from} does not see it");
        }
    }

    [Test]
    public void The_engine_sees_nothing_of_the_server()
    {
        // what the compiler makes has the same names in every assembly
        var own = typeof(SocketIoServer).Assembly.GetTypes()
            .Where(type => type.Namespace is not null)
            .Select(type => type.FullName!)
            .ToHashSet();
        AssertNone(_engine.Between(_ => true, own.Contains));
        Assert.That(
            typeof(EngineSession).Assembly.GetReferencedAssemblies().Select(name => name.Name),
            Has.None.StartsWith("SocketIo"));
    }

    // The same for the server. Its types that stand in no folder are faces, which hand on what is asked of them, or values; both are seen
    // by every folder but the rooms, which know no sockets.
    private static readonly (string From, string[] To)[] ServerSights =
    [
        ("Values", ["Protocol", "Engine", "Cluster"]),
        ("Protocol", ["Values", "Cluster", "Frames"]),
        ("Rooms", ["Cluster"]),
        ("Handlers", ["Values", "Faces", "Protocol", "Engine", "Cluster"]),
        ("Sockets", ["Values", "Faces", "Protocol", "Rooms", "Handlers", "Engine"]),
        ("Recovery", ["Values", "Protocol", "Rooms", "Engine", "Frames", "Sessions"]),
        ("Broadcasts", ["Values", "Faces", "Protocol", "Rooms", "Handlers", "Sockets", "Recovery", "Engine", "Frames", "Sessions", "Cluster"]),
        ("Peers", ["Values", "Faces", "Protocol", "Rooms", "Handlers", "Sockets", "Recovery", "Broadcasts", "Engine", "Frames", "Sessions", "Cluster"]),
        ("Topics", ["Values", "Faces", "Protocol", "Rooms", "Sockets", "Recovery", "Broadcasts", "Engine", "Frames", "Sessions", "Cluster"]),
        ("Routing", ["Values", "Faces", "Protocol", "Handlers", "Sockets", "Recovery", "Broadcasts", "Topics", "Engine", "Frames", "Sessions"]),
        ("Hosting", ["Values", "Faces", "Engine", "Polling", "Cluster"]),
        ("Faces", ["Values", "Protocol", "Rooms", "Handlers", "Sockets", "Recovery", "Broadcasts", "Peers", "Routing", "Topics", "Hosting", "Engine", "Frames", "Sessions", "Cluster"]),
    ];

    private static readonly HashSet<string> Faces =
    [
        "BroadcastAckOperator", "BroadcastChannel", "BroadcastExtensions", "BroadcastOperator", "BroadcastRecipients", "EmitExtensions",
        "EmitMistakes", "EventMap`1", "FetchedSockets", "IAckEmitter", "IBroadcastAckEmitter", "IBroadcaster", "ISocketHandlers`1", "Namespace",
        "NamespaceEventExtensions", "NamespaceEvents", "NamespacePattern", "RemoteAckOperator", "RemoteSocket", "Socket", "SocketAckOperator",
        "ServerEventExtensions", "SocketEventExtensions", "SocketIoExtensions", "SocketIoServer", "SocketOperator", "TopicOperator",
        "TopicsExtensions",
    ];

    private static IEnumerable<string> ServerLines => ServerSights.Select(static sights => sights.From);

    [TestCaseSource(nameof(ServerLines))]
    public void A_folder_of_the_server_sees_what_its_line_names_and_nothing_else(string own)
    {
        var sights = ServerSights.Single(sights => sights.From == own).To;
        AssertNone(_server.Between(
            from => ServerLineOf(from) == own,
            to => ServerLineOf(to) is { } line && line != own && !sights.Contains(line)));
    }

    [Test]
    public void Every_line_of_the_server_is_needed()
    {
        Assert.That(_server.All.Keys.Select(ServerLineOf).OfType<string>().Distinct(), Is.EquivalentTo(ServerLines));
        foreach (var (from, to) in ServerSights)
        {
            var seen = _server.All.Where(pair => ServerLineOf(pair.Key) == from).SelectMany(static pair => pair.Value).Select(ServerLineOf).ToHashSet();
            Assert.That(to.Where(name => !seen.Contains(name)), Is.Empty, $"{from} does not see it");
        }
        Assert.That(Faces.Where(face => !_server.All.ContainsKey("SocketIo." + face)), Is.Empty);
    }

    [Test]
    public void The_reading_of_references_finds_those_that_are_there()
    {
        // a field, a base, a type in a closure, a static call and a local: were these missed, the rules above would hold for nothing
        AssertSome(_engine, "SocketIo.Engine.EngineSession", "SocketIo.Engine.Sessions.Sender");
        AssertSome(_engine, "SocketIo.Engine.WebSockets.WebSocketTransport", "SocketIo.Engine.Sessions.Transport");
        AssertSome(_engine, "SocketIo.Engine.Hosting.Router", "SocketIo.Engine.Polling.PollingTransport");
        AssertSome(_engine, "SocketIo.Engine.Frames.Frame", "SocketIo.Engine.Frames.FrameWriter");
        AssertSome(_engine, "SocketIo.Engine.Polling.Post", "SocketIo.Engine.Polling.PayloadReadStatus");
        AssertSome(_server, "SocketIo.Routing.Client", "SocketIo.Engine.EngineSession");
    }

    /// <summary>The line of the table to which a type of the engine belongs; null for others.</summary>
    private static string? LineOf(string type)
    {
        if (!type.StartsWith(EngineRoot, StringComparison.Ordinal))
            return null;
        var parts = type[EngineRoot.Length..].Split('.');
        return parts.Length > 1 || EngineSights.Any(sights => sights.From == parts[0]) ? parts[0] : "Root";
    }

    /// <summary>The line of the table to which a type belongs that the server has or sees; null for others.</summary>
    private static string? ServerLineOf(string type)
    {
        if (type.StartsWith(EngineRoot, StringComparison.Ordinal))
            return type[EngineRoot.Length..].Split('.') is [var engineFolder, _] ? engineFolder : "Engine";
        if (!type.StartsWith("SocketIo.", StringComparison.Ordinal))
            return null;
        var parts = type.Split('.');
        return parts.Length > 2 ? parts[1] : Faces.Contains(parts[1]) ? "Faces" : "Values";
    }

    private static void AssertNone(IEnumerable<string> references) => Assert.That(references, Is.Empty);

    private static void AssertSome(TypeReferences references, string from, string to) =>
        Assert.That(references.All[from], Does.Contain(to));
}
