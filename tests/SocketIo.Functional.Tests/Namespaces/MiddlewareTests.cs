using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Namespaces;

/// <summary>What decides whether a client may join.</summary>
public sealed class MiddlewareTests
{
    [Test]
    public async Task Middleware_runs_in_order_and_before_the_connection_handlers()
    {
        var order = new List<string>();
        await using var server = await TestServer.StartSocketIoAsync(io =>
        {
            io.Use(async socket =>
            {
                await Task.Yield();
                order.Add("first");
                Assert.That(socket.IsConnected, Is.False);
                return ConnectResult.Accept;
            });
            io.Use(_ =>
            {
                order.Add("second");
                return ConnectResult.Accept;
            });
            io.OnConnection(socket => order.Add(socket.IsConnected ? "connection" : "too early"));
            io.On("answer me", (Socket _) => true);
        });
        var (client, _) = await server.ConnectAsync();
        await client.EmitWithAckAsync("answer me");
        Assert.That(order, Is.EqualTo(new[] { "first", "second", "connection" }));
    }

    [Test]
    public async Task A_socket_is_one_of_the_namespace_s_only_after_the_middleware()
    {
        var seen = new Signal<string>();
        await using var server = await TestServer.StartSocketIoAsync(io =>
        {
            io.Use(socket =>
            {
                seen.Set($"middleware {socket.IsConnected} {io.Sockets.Count}");
                return ConnectResult.Accept;
            });
            io.OnConnection(socket => seen.Set($"connection {socket.IsConnected} {io.Sockets.Count}"));
        });
        await server.ConnectAsync();
        Assert.That(await seen.NextAsync(), Is.EqualTo("middleware False 0"));
        Assert.That(await seen.NextAsync(), Is.EqualTo("connection True 1"));
    }

    [Test]
    public async Task A_refusal_ends_the_chain_and_tells_message_and_data()
    {
        var order = new List<string>();
        await using var server = await TestServer.StartSocketIoAsync(io =>
        {
            io.Use(_ => ConnectResult.Refuse("unauthorized", new { retry = false, bytes = "none" }));
            io.Use(_ =>
            {
                order.Add("second");
                return ConnectResult.Accept;
            });
            io.OnConnection(_ => order.Add("connection"));
        });
        var client = await server.OpenAsync();
        var error = await client.NextEventAsync("connect_error");
        Assert.Multiple(() =>
        {
            Assert.That(error.Args[0].GetString(), Is.EqualTo("unauthorized"));
            Assert.That(error.Args[1].GetRawText(), Is.EqualTo("""{"retry":false,"bytes":"none"}"""));
            Assert.That(order, Is.Empty);
            Assert.That(server.Io.Sockets, Is.Empty);
        });
    }

    [Test]
    public async Task An_exception_refuses_with_Internal_server_error_and_is_logged()
    {
        await using var server = await TestServer.StartSocketIoAsync(io => io.Use(Throw));
        server.Log.Expect("the secret");
        var client = await server.OpenAsync();
        var error = await client.NextEventAsync("connect_error");
        Assert.That(error.Args[0].GetString(), Is.EqualTo("Internal server error"));
        Assert.That(error.ToString(), Does.Not.Contain("secret"));

        static ConnectResult Throw(Socket socket) => throw new InvalidOperationException("the secret");
    }

    [Test]
    public async Task Middleware_of_one_namespace_does_not_run_for_another()
    {
        await using var server = await TestServer.StartSocketIoAsync(io =>
        {
            io.Use(_ => ConnectResult.Refuse("not here"));
            io.Of("/chat");
        });
        await server.ConnectAsync("/chat");
    }

    [Test]
    public async Task A_client_s_other_namespaces_do_not_wait_for_a_slow_middleware()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await TestServer.StartSocketIoAsync(io =>
        {
            io.On("echo", (Socket _, int number) => number);
            io.Of("/slow").Use(async _ =>
            {
                await gate.Task;
                return ConnectResult.Accept;
            });
        });
        await using var raw = await RawClient.OpenAsync(server);
        await raw.SendAsync("40/slow,");
        await raw.JoinAsync();
        await raw.SendAsync("""420["echo",5]""");
        Assert.That(await raw.ReceiveAsync(), Is.EqualTo("430[5]"));
        gate.SetResult();
        Assert.That(await raw.ReceiveAsync(), Does.StartWith("40/slow,{"));
    }

    [Test]
    public async Task A_socket_whose_connection_ends_meanwhile_is_never_connected()
    {
        var asked = new Signal<Socket>();
        var gate = new TaskCompletionSource();
        var connections = 0;
        await using var server = await TestServer.StartSocketIoAsync(io =>
        {
            io.Use(async socket =>
            {
                await socket.JoinAsync("room");
                asked.Set(socket);
                await gate.Task;
                return ConnectResult.Accept;
            });
            io.OnConnection(_ => connections++);
        });
        Socket socket;
        await using (var raw = await RawClient.OpenAsync(server))
        {
            await raw.SendAsync("40");
            socket = await asked.NextAsync();
            Assert.That(server.Io.Rooms.Keys, Is.EqualTo(new[] { "room" }));
        }
        await Deadlines.Eventually(() => !socket.Client.Session.IsOpen);
        gate.SetResult();
        await Deadlines.Eventually(() => !server.Io.Rooms.Any());
        Assert.That(connections, Is.Zero);
        Assert.That(socket.Rooms, Is.Empty);
    }

    [Test]
    public async Task A_refused_socket_leaves_the_rooms_it_joined()
    {
        await using var server = await TestServer.StartSocketIoAsync(io => io.Use(async socket =>
        {
            await socket.JoinAsync("room");
            return ConnectResult.Refuse("no");
        }));
        var client = await server.OpenAsync();
        await client.NextEventAsync("connect_error");
        Assert.That(server.Io.Rooms, Is.Empty);
    }

    [Test]
    public async Task A_refused_client_can_try_again_with_other_auth()
    {
        var tries = 0;
        await using var server = await TestServer.StartSocketIoAsync(io => io.Use(
            _ => Interlocked.Increment(ref tries) == 1 ? ConnectResult.Refuse("again") : ConnectResult.Accept));
        var client = await server.OpenAsync();
        await client.NextEventAsync("connect_error");
        await client.ConnectAsync();
        await server.ConnectedAsync(client);
        Assert.That(tries, Is.EqualTo(2));
    }

    [Test]
    public async Task What_middleware_and_connection_handlers_emit_arrives_once_the_client_is_connected()
    {
        await using var server = await TestServer.StartSocketIoAsync(io =>
        {
            io.Use(async socket =>
            {
                await socket.EmitAsync("from middleware", 1);
                return ConnectResult.Accept;
            });
            io.OnConnection(async socket => await socket.EmitAsync("from connection", 2));
        });
        var connection = await server.ConnectAsync();
        await connection.Client.NextEventAsync("from connection");
        Assert.That(await connection.SettledNamesAsync(), Is.EqualTo(new[] { "from middleware", "from connection" }));
    }

    [Test]
    public async Task A_connection_handler_that_throws_is_logged_and_the_socket_stays()
    {
        var errors = new Signal<string>();
        await using var server = await TestServer.StartSocketIoAsync(io =>
        {
            io.OnConnection(_ => throw new InvalidOperationException("first broke"));
            io.OnConnection(async socket => await socket.EmitAsync("second"));
            io.OnError((_, exception, name) => errors.Set($"{name}: {exception.Message}"));
        });
        server.Log.Expect("first broke");
        var connection = await server.ConnectAsync();
        Assert.That(await errors.NextAsync(), Is.EqualTo("connection: first broke"));
        await connection.Client.NextEventAsync("second");
        Assert.That(connection.Socket.IsConnected);
    }
}
