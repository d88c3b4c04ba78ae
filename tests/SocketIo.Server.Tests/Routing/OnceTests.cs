using SocketIo.TestKit;

namespace SocketIo.Server.Tests.Routing;

/// <summary>Once on a namespace is once for each of its sockets.</summary>
internal sealed class OnceTests
{
    private InMemoryServer _server = null!;
    private List<string> _heard = null!;

    [SetUp]
    public void Start() => (_server, _heard) = (new InMemoryServer(), []);

    [TearDown]
    public void Stop() => _server.Dispose();

    [Test]
    public void The_first_event_of_each_socket_is_handled()
    {
        _server.Io.Once("ready", (Socket socket, int a) => _heard.Add($"{socket.Id} {a}"));
        var (first, firstSocket) = _server.Connect();
        var (second, secondSocket) = _server.Connect();
        first.Emit("ready", "1");
        first.Emit("ready", "2");
        second.Emit("ready", "3");
        second.Emit("ready", "4");
        Assert.That(_heard, Is.EqualTo((string[])[$"{firstSocket.Id} 1", $"{secondSocket.Id} 3"]));
    }

    [Test]
    public void A_client_that_connects_again_has_a_first_event_again()
    {
        _server.Io.Once("ready", (Socket _) => _heard.Add("ready"));
        var client = _server.Open();
        client.Join();
        client.Emit("ready");
        client.Send("41");
        client.Join();
        client.Emit("ready");
        client.Emit("ready");
        Assert.That(_heard, Is.EqualTo((string[])["ready", "ready"]));
    }

    [Test]
    public void Each_namespace_of_a_pattern_has_its_own()
    {
        _server.Io.OfPattern("/tenant-{id}").Once("ready", (Socket socket) => _heard.Add(socket.Namespace.Name));
        foreach (var name in (string[])["/tenant-1", "/tenant-2"])
        {
            var client = _server.Open();
            client.Join(name);
            client.Send($"42{name},[\"ready\"]");
            client.Send($"42{name},[\"ready\"]");
        }
        Assert.That(_heard, Is.EqualTo((string[])["/tenant-1", "/tenant-2"]));
    }

    [Test]
    public void Other_handlers_of_the_event_go_on()
    {
        _server.Io.Once("e", (Socket _) => _heard.Add("once"));
        _server.Io.Once("e", (Socket _) => _heard.Add("once, too"));
        _server.Io.On("e", (Socket _) => _heard.Add("always"));
        var (client, socket) = _server.Connect();
        socket.Once("e", () => _heard.Add("own"));
        client.Emit("e");
        client.Emit("e");
        Assert.That(_heard, Is.EqualTo((string[])["once", "once, too", "always", "own", "always"]));
    }

    [Test]
    public void A_second_event_gets_no_acknowledgement_from_it()
    {
        _server.Log.Expect("nothing");
        _server.Io.Once("e", (Socket _) => 1);
        var (client, _) = _server.Connect();
        client.EmitWithAck(1, "e");
        client.EmitWithAck(2, "e");
        Assert.That(client.All(), Is.EqualTo((string[])["431[1]"]));
    }

    [Test]
    public void Off_removes_it()
    {
        Action<Socket> handler = _ => _heard.Add("once");
        _server.Io.Once("e", handler);
        _server.Io.Off("e", handler);
        _server.Connect().Client.Emit("e");
        Assert.That(_heard, Is.Empty);
    }

    [Test]
    public void It_runs_once_for_events_of_one_socket_that_are_handled_at_once()
    {
        using var server = new InMemoryServer(options => options.MaxConcurrentHandlers = 100);
        var count = 0;
        server.Io.Once("e", (Socket _) => Interlocked.Increment(ref count));
        var (client, _) = server.Connect();
        Parallel.For(0, 100, _ => client.Emit("e"));
        Assert.That(count, Is.EqualTo(1));
    }
}
