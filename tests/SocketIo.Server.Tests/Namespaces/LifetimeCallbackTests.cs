using SocketIo.TestKit;

namespace SocketIo.Server.Tests.Namespaces;

/// <summary>
/// Callbacks of the life of a socket, and connection middleware, take lambdas of every shape without a cast: that this file compiles is half of the
/// test.
/// </summary>
internal sealed class LifetimeCallbackTests
{
    private InMemoryServer _server = null!;
    private List<string> _told = null!;

    [SetUp]
    public void Start() => (_server, _told) = (new InMemoryServer(), []);

    [TearDown]
    public void Stop() => _server.Dispose();

    [Test]
    public void A_namespace_s_callbacks_may_return_nothing_or_a_task_of_either_kind()
    {
        foreach (var io in (NamespaceEvents[])[_server.Io, _server.Io.OfPattern("/{name}")])
        {
            io.OnConnection(socket => _told.Add("connection"));
            io.OnConnection(async socket => await Tell("connection, async"));
            io.OnConnection(socket => Tell("connection, task"));
            io.OnConnection(socket => socket.JoinAsync("room"));
            io.OnDisconnecting((socket, reason) => _told.Add("disconnecting"));
            io.OnDisconnecting(async (socket, reason) => await Tell("disconnecting, async"));
            io.OnDisconnecting((socket, reason) => Tell("disconnecting, task"));
            io.OnDisconnecting((socket, reason) => socket.LeaveAsync("room"));
            io.OnDisconnect((socket, reason) => _told.Add("disconnect"));
            io.OnDisconnect(async (socket, reason) => await Tell("disconnect, async"));
            io.OnDisconnect((socket, reason) => Tell("disconnect, task"));
            io.OnDisconnect((socket, reason) => socket.Broadcast.EmitAsync("left"));
        }
        var (client, socket) = _server.Connect();
        Assert.That(socket.Rooms, Does.Contain("room"));
        client.Send("41");
        Assert.That(_told, Is.EqualTo((string[])
        [
            "connection", "connection, async", "connection, task", "disconnecting", "disconnecting, async", "disconnecting, task",
            "disconnect", "disconnect, async", "disconnect, task",
        ]));
    }

    [Test]
    public void A_socket_s_callbacks_may_too()
    {
        var (client, socket) = _server.Connect();
        socket.OnDisconnecting(reason => _told.Add("disconnecting"));
        socket.OnDisconnecting(async reason => await Tell("disconnecting, async"));
        socket.OnDisconnecting(reason => Tell("disconnecting, task"));
        socket.OnDisconnecting(reason => socket.LeaveAsync("room"));
        socket.OnDisconnect(reason => _told.Add("disconnect"));
        socket.OnDisconnect(async reason => await Tell("disconnect, async"));
        socket.OnDisconnect(reason => Tell("disconnect, task"));
        socket.OnDisconnect(reason => socket.Broadcast.EmitAsync("left"));
        client.Send("41");
        Assert.That(_told, Is.EqualTo((string[])
            ["disconnecting", "disconnecting, async", "disconnecting, task", "disconnect", "disconnect, async", "disconnect, task"]));
    }

    [Test]
    public async Task The_disconnect_waits_for_disconnecting_callbacks_of_every_shape()
    {
        var gates = new[] { new TaskCompletionSource(), new TaskCompletionSource() };
        _server.Io.OnDisconnecting((_, _) => gates[0].Task);
        _server.Io.OnDisconnecting((_, _) => new ValueTask(gates[1].Task));
        var left = new TaskCompletionSource();
        _server.Io.OnDisconnect((_, _) => left.SetResult());
        _server.Connect().Client.Send("41");
        gates[0].SetResult();
        Assert.That(left.Task.IsCompleted, Is.False);
        gates[1].SetResult();
        await left.Task.WithDeadline();
    }

    [Test]
    public void A_predicate_of_namespaces_may_return_a_value_or_a_task_of_either_kind()
    {
        _server.Io.Of((name, auth) => name == "/value").OnConnection(_ => _told.Add("value"));
        _server.Io.Of((name, auth) => Task.FromResult(name == "/task")).OnConnection(_ => _told.Add("task"));
        _server.Io.Of((name, auth) => ValueTask.FromResult(name == "/valueTask")).OnConnection(_ => _told.Add("valueTask"));
        _server.Io.Of(async (name, auth) =>
        {
            await Task.CompletedTask;
            return name == "/async";
        }).OnConnection(_ => _told.Add("async"));
        foreach (var name in (string[])["value", "task", "valueTask", "async"])
            _server.Open().Join("/" + name);
        Assert.That(_told, Is.EqualTo((string[])["value", "task", "valueTask", "async"]));
    }

    [TestCase("accept", true)]
    [TestCase("refuse", false)]
    public void Middleware_may_return_a_result_in_every_shape(string auth, bool isAccepted)
    {
        _server.Io.Use(socket => Decide(socket));
        _server.Io.Use(socket => Task.FromResult(Decide(socket)));
        _server.Io.Use(socket => ValueTask.FromResult(Decide(socket)));
        _server.Io.Use(async socket =>
        {
            await Task.CompletedTask;
            return Decide(socket);
        });
        var client = _server.Open();
        client.Send("40{\"token\":\"" + auth + "\"}");
        Assert.That(client.Next(), Does.StartWith(isAccepted ? "40" : "44{\"message\":\"no\""));

        static ConnectResult Decide(Socket socket) =>
            socket.Handshake.Auth.GetString("token") == "accept" ? ConnectResult.Accept : ConnectResult.Refuse("no");
    }

    [Test]
    public void Middleware_that_returns_nothing_accepts()
    {
        _server.Io.Use(socket => { socket.Data["a"] = 1; });
        _server.Io.Use(socket => Tell("task"));
        _server.Io.Use(async socket => await Tell("async"));
        _server.Io.Use(socket => socket.JoinAsync("room"));
        var (_, socket) = _server.Connect();
        Assert.That(_told, Is.EqualTo((string[])["task", "async"]));
        Assert.That(socket.Rooms, Does.Contain("room"));
        Assert.That(socket.Data["a"], Is.EqualTo(1));
    }

    [TestCase("nothing")]
    [TestCase("task")]
    [TestCase("value task")]
    public void Middleware_without_a_result_that_throws_refuses(string shape)
    {
        _server.Log.Expect("broken");
        if (shape == "nothing")
            _server.Io.Use((Action<Socket>)(_ => throw new InvalidOperationException("broken")));
        else if (shape == "task")
            _server.Io.Use(_ => Task.FromException(new InvalidOperationException("broken")));
        else
            _server.Io.Use(_ => ValueTask.FromException(new InvalidOperationException("broken")));
        var client = _server.Open();
        client.Send("40");
        Assert.That(client.Next(), Does.StartWith("44{\"message\":\"Internal server error\""));
    }

    [Test]
    public async Task An_error_handler_that_throws_keeps_nothing_from_the_others()
    {
        foreach (var failure in (string[])["the event", "sync", "async", "own"])
            _server.Log.Expect(failure);
        var (client, socket) = _server.Connect();
        var last = new TaskCompletionSource<Exception>();
        _server.Io.OnError((_, _, _) => throw new InvalidOperationException("sync"));
        _server.Io.OnError(async (_, _, name) =>
        {
            await Task.Yield();
            throw new InvalidOperationException("async");
        });
        _server.Io.OnError((_, exception, name) => _told.Add($"{name}: {exception.Message}"));
        _server.Io.OnError((_, _, _) => ValueTask.CompletedTask);
        socket.OnError(_ => throw new InvalidOperationException("own"));
        socket.OnError(exception => last.SetResult(exception));
        _server.Io.On("e", (Socket _) => throw new InvalidOperationException("the event"));
        client.Emit("e");
        Assert.That((await last.Task.WithDeadline()).Message, Is.EqualTo("the event"));
        Assert.That(_told, Is.EqualTo((string[])["e: the event"]));
        Assert.That(() => _server.Log.Entries.Count(static entry => entry.Level == Microsoft.Extensions.Logging.LogLevel.Error), Is.EqualTo(4).After(5000, 5));
    }

    [Test]
    public void A_room_listener_that_throws_keeps_nothing_from_the_others()
    {
        foreach (var name in (string[])["created", "joined", "left", "deleted"])
            _server.Log.Expect(name);
        _server.Io.OnRoomCreated((Action<string>)(_ => throw new InvalidOperationException("created")));
        _server.Io.OnRoomJoined((Action<string, string>)((_, _) => throw new InvalidOperationException("joined")));
        _server.Io.OnRoomLeft((Action<string, string>)((_, _) => throw new InvalidOperationException("left")));
        _server.Io.OnRoomDeleted((Action<string>)(_ => throw new InvalidOperationException("deleted")));
        _server.Io.OnRoomCreated(room => _told.Add($"{room} created"));
        _server.Io.OnRoomJoined((room, _) => _told.Add($"{room} joined"));
        _server.Io.OnRoomLeft((room, _) => _told.Add($"{room} left"));
        _server.Io.OnRoomDeleted(room => _told.Add($"{room} deleted"));
        var (_, socket) = _server.Connect();
        _told.Clear();
        socket.JoinAsync("r").AsTask().Wait();
        socket.LeaveAsync("r").AsTask().Wait();
        Assert.That(_told, Is.EqualTo((string[])["r created", "r joined", "r left", "r deleted"]));
    }

    private Task Tell(string what)
    {
        _told.Add(what);
        return Task.CompletedTask;
    }
}
