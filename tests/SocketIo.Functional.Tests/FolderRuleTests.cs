using SocketIo.Engine;

namespace SocketIo.Functional.Tests;

/// <summary>The folders of a project depend on each other in one direction (a folder below src/ is a namespace).</summary>
public class FolderRuleTests
{
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

    [Test]
    public void Sessions_see_no_transport_but_only_how_frames_are_written() =>
        AssertNone(_engine.Between(
            In("SocketIo.Engine.Sessions", "SocketIo.Engine.EngineSession"),
            to => In("SocketIo.Engine.Polling", "SocketIo.Engine.WebSockets")(to)
                && to is not ("SocketIo.Engine.WebSockets.FrameWriter" or "SocketIo.Engine.WebSockets.Opcode")));

    [Test]
    public void Sessions_and_transports_see_nothing_of_the_hosting() =>
        AssertNone(_engine.Between(
            In("SocketIo.Engine.Sessions", "SocketIo.Engine.Polling", "SocketIo.Engine.WebSockets", "SocketIo.Engine.EngineSession"),
            In("SocketIo.Engine.Hosting", "SocketIo.Engine.EngineExtensions")));

    [Test]
    public void The_two_transports_do_not_see_each_other()
    {
        AssertNone(_engine.Between(
            In("SocketIo.Engine.WebSockets"),
            In("SocketIo.Engine.Polling")));
        AssertNone(_engine.Between(
            In("SocketIo.Engine.Polling"),
            to => In("SocketIo.Engine.WebSockets")(to)
                && to is not ("SocketIo.Engine.WebSockets.FrameWriter" or "SocketIo.Engine.WebSockets.Opcode")));
    }

    [Test]
    public void Nothing_but_its_extension_sees_the_epoll_transport_and_it_sees_only_WebSockets_and_the_log()
    {
        AssertNone(_engine.Between(
            from => !In("SocketIo.Engine.Epoll", "SocketIo.Engine.EpollExtensions")(from) && from.StartsWith("SocketIo.", StringComparison.Ordinal),
            In("SocketIo.Engine.Epoll")));
        AssertNone(_engine.Between(
            In("SocketIo.Engine.Epoll"),
            to => In("SocketIo.Engine")(to)
                && !In("SocketIo.Engine.Epoll", "SocketIo.Engine.EpollOptions", "SocketIo.Engine.WebSockets", "SocketIo.Engine.Log")(to)));
        AssertSome(_engine, "SocketIo.Engine.EpollExtensions", "SocketIo.Engine.Epoll.EpollTransport");
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

    [Test]
    public void The_protocol_sees_no_rooms_and_no_routing() =>
        AssertNone(_server.Between(In("SocketIo.Protocol"), In("SocketIo.Rooms", "SocketIo.Routing", "SocketIo.Hosting", "SocketIo.Cluster")));

    [Test]
    public void The_rooms_see_no_routing() =>
        AssertNone(_server.Between(In("SocketIo.Rooms"), In("SocketIo.Routing", "SocketIo.Hosting", "SocketIo.Cluster")));

    [Test]
    public void The_recovery_sees_no_routing_and_the_rooms_and_the_protocol_see_no_recovery()
    {
        AssertNone(_server.Between(In("SocketIo.Recovery"), In("SocketIo.Routing", "SocketIo.Hosting", "SocketIo.Cluster")));
        AssertNone(_server.Between(In("SocketIo.Rooms", "SocketIo.Protocol"), In("SocketIo.Recovery")));
    }

    [Test]
    public void The_reading_of_references_finds_those_that_are_there()
    {
        // a field, a base, a type in a closure, a static call and a local: were these missed, the rules above would hold for nothing
        AssertSome(_engine, "SocketIo.Engine.EngineSession", "SocketIo.Engine.Sessions.Outbox");
        AssertSome(_engine, "SocketIo.Engine.WebSockets.WebSocketTransport", "SocketIo.Engine.Sessions.Transport");
        AssertSome(_engine, "SocketIo.Engine.Hosting.EngineEndpoint", "SocketIo.Engine.Polling.PollingTransport");
        AssertSome(_engine, "SocketIo.Engine.Sessions.Frame", "SocketIo.Engine.WebSockets.FrameWriter");
        AssertSome(_engine, "SocketIo.Engine.Polling.PollingTransport", "SocketIo.Engine.Polling.PayloadReadStatus");
        AssertSome(_server, "SocketIo.Routing.Client", "SocketIo.Engine.EngineSession");
    }

    private static Func<string, bool> In(params string[] names) =>
        type => names.Any(name => type == name || type.StartsWith(name + ".", StringComparison.Ordinal));

    private static void AssertNone(IEnumerable<string> references) => Assert.That(references, Is.Empty);

    private static void AssertSome(TypeReferences references, string from, string to) =>
        Assert.That(references.All[from], Does.Contain(to));
}
