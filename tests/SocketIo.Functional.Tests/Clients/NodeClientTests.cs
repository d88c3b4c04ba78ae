using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Clients;

/// <summary>What an application does with socket.io-client, the same by every way.</summary>
[TestFixtureSource(typeof(Way), nameof(Way.All))]
public sealed class NodeClientTests(Way way)
{
    private static readonly string[] Reconnecting = ["transport close", "transport error"];

    [Test]
    public async Task A_client_connects_with_auth_and_query()
    {
        await using var server = await StartAsync();
        var (client, socket) = await server.ConnectAsync("/", Options(new { token = "abc" }, new { page = "7" }));
        Assert.Multiple(() =>
        {
            Assert.That(socket.Handshake.Auth.GetString("token"), Is.EqualTo("abc"));
            Assert.That(socket.Handshake.Query["page"].ToString(), Is.EqualTo("7"));
            Assert.That(socket.Handshake.Secure, Is.EqualTo(way.Https));
        });
        await AssertTransportAsync(client, socket);
    }

    [Test]
    public async Task An_event_comes_back_as_it_was_sent()
    {
        await using var server = await StartAsync(io => io.On(
            "say", async (Socket socket, int number, string text, string[] list) => await socket.EmitAsync("said", number, text, list)));
        var (client, socket) = await ConnectAsync(server);
        await client.EmitAsync("say", 1, "zwei äöü €", new[] { "3" });
        var said = await client.NextEventAsync("said");
        Assert.That(said.ToString(), Is.EqualTo("""said(1, zwei äöü €, ["3"])"""));
        await AssertTransportAsync(client, socket);
    }

    [Test]
    public async Task A_handler_s_result_is_the_acknowledgement()
    {
        await using var server = await StartAsync(io => io.On("sum", (Socket _, int a, int b) => Task.FromResult(a + b)));
        var (client, socket) = await ConnectAsync(server);
        var reply = await client.EmitWithAckAsync("sum", 3, 4);
        Assert.That(reply.Single().GetInt32(), Is.EqualTo(7));
        await AssertTransportAsync(client, socket);
    }

    [Test]
    public async Task A_client_acknowledges_what_the_server_emits()
    {
        await using var server = await StartAsync();
        var (client, socket) = await ConnectAsync(server);
        await client.OnAckAsync("name?", "ann");
        Assert.That(await socket.EmitWithAckAsync<string>("name?").WithDeadline(), Is.EqualTo("ann"));
        await AssertTransportAsync(client, socket);
    }

    [Test]
    public async Task Binary_travels_both_ways_as_an_argument_nested_several_times_and_empty()
    {
        await using var server = await StartAsync(io =>
        {
            io.On("one", (Socket _, byte[] bytes) => bytes);
            io.On("nested", (Socket _, Photo photo) => photo);
            io.On("several", (Socket _, byte[] first, string text, byte[] second) => new AckArguments(second, text, first));
        });
        var (client, socket) = await ConnectAsync(server);
        var one = await client.EmitWithAckAsync("one", new byte[] { 1, 2, 255 });
        var empty = await client.EmitWithAckAsync("one", Array.Empty<byte>());
        var nested = await client.EmitWithAckAsync("nested", new { name = "cat", pixels = new byte[] { 9, 0, 9 } });
        var several = await client.EmitWithAckAsync("several", new byte[] { 1 }, "between", new byte[] { 2 });
        Assert.Multiple(() =>
        {
            Assert.That(one.Single().GetBinary(), Is.EqualTo(new byte[] { 1, 2, 255 }));
            Assert.That(empty.Single().GetBinary(), Is.Empty);
            Assert.That(nested.Single().GetProperty("name").GetString(), Is.EqualTo("cat"));
            Assert.That(nested.Single().GetProperty("pixels").GetBinary(), Is.EqualTo(new byte[] { 9, 0, 9 }));
            Assert.That(several[0].GetBinary(), Is.EqualTo(new byte[] { 2 }));
            Assert.That(several[1].GetString(), Is.EqualTo("between"));
            Assert.That(several[2].GetBinary(), Is.EqualTo(new byte[] { 1 }));
        });
        await AssertTransportAsync(client, socket);
    }

    [Test]
    public async Task The_server_emits_binary_and_gets_binary_acknowledged()
    {
        await using var server = await StartAsync();
        var (client, socket) = await ConnectAsync(server);
        await client.OnAckEchoAsync("bytes");
        var reply = await socket.EmitWithAckAsync<byte[]>("bytes", new byte[] { 5, 6 }).WithDeadline();
        await socket.EmitAsync("mixed", "a", new byte[] { 7 }, new Photo("dog", [8, 8]));
        var mixed = await client.NextEventAsync("mixed");
        Assert.Multiple(() =>
        {
            Assert.That(reply, Is.EqualTo(new byte[] { 5, 6 }));
            Assert.That(mixed.Args[1].GetBinary(), Is.EqualTo(new byte[] { 7 }));
            Assert.That(mixed.Args[2].GetProperty("pixels").GetBinary(), Is.EqualTo(new byte[] { 8, 8 }));
        });
        await AssertTransportAsync(client, socket);
    }

    [Test]
    public async Task Large_text_and_large_binary_arrive_whole()
    {
        await using var server = await StartAsync(io =>
        {
            io.On("text", (Socket _, string text) => text);
            io.On("bytes", (Socket _, byte[] bytes) => bytes);
        });
        var (client, socket) = await ConnectAsync(server);
        var text = string.Concat(Enumerable.Range(0, 100_000).Select(number => $"{number % 100_000:D5}"));
        var bytes = new byte[400_000];
        new Random(1).NextBytes(bytes);
        var echoedText = (await client.EmitWithAckAsync("text", text)).Single().GetString();
        var echoedBytes = (await client.EmitWithAckAsync("bytes", bytes)).Single().GetBinary();
        Assert.Multiple(() =>
        {
            Assert.That(echoedText == text, "the text changed on its way");
            Assert.That(echoedBytes.AsSpan().SequenceEqual(bytes), "the bytes changed on their way");
        });
        await AssertTransportAsync(client, socket);
    }

    [Test]
    public async Task Several_namespaces_share_one_connection()
    {
        await using var server = await StartAsync(io =>
        {
            io.On("where", (Socket socket) => socket.Namespace.Name);
            foreach (var name in new[] { "/a", "/b" })
                io.Of(name).On("where", (Socket socket) => socket.Namespace.Name);
        });
        var (main, mainSocket) = await ConnectAsync(server);
        var a = await main.OpenSocketAsync("/a");
        var b = await main.OpenSocketAsync("/b");
        var (_, aSocket) = await server.ConnectedAsync(a, "/a");
        var (_, bSocket) = await server.ConnectedAsync(b, "/b");
        await aSocket.EmitAsync("only", "a");
        await bSocket.EmitAsync("only", "b");
        var answers = new List<string?>();
        foreach (var client in new[] { main, a, b })
            answers.Add((await client.EmitWithAckAsync("where")).Single().GetString());
        await Assert.MultipleAsync(async () =>
        {
            Assert.That(answers, Is.EqualTo(new[] { "/", "/a", "/b" }));
            Assert.That((await a.NextEventAsync("only")).Args.Single().GetString(), Is.EqualTo("a"));
            Assert.That((await b.NextEventAsync("only")).Args.Single().GetString(), Is.EqualTo("b"));
            Assert.That(main.Events.Any(received => received.Name == "only"), Is.False);
            Assert.That((await a.GetStateAsync()).EngineId, Is.EqualTo((await main.GetStateAsync()).EngineId));
        });
        await AssertTransportAsync(main, mainSocket);
    }

    [Test]
    public async Task A_room_of_three_clients_gets_a_broadcast_and_others_do_not()
    {
        await using var server = await StartAsync();
        var inside = new List<Connection>();
        for (var i = 0; i < 3; i++)
        {
            inside.Add(await ConnectAsync(server));
            await inside[i].Socket.JoinAsync("room");
        }
        var outside = await ConnectAsync(server);
        await server.Io.To("room").EmitAsync("news", 1);
        foreach (var connection in inside)
            Assert.That((await connection.Client.NextEventAsync("news")).Args.Single().GetInt32(), Is.EqualTo(1));
        Assert.That(await outside.SettledNamesAsync(), Is.Empty);
        await AssertTransportAsync(inside[0].Client, inside[0].Socket);
    }

    [Test]
    public async Task A_refused_client_gets_the_message_and_the_data()
    {
        await using var server = await StartAsync(io => io.Use(_ => ConnectResult.Refuse("not today", new { retry = false, code = 7 })));
        var client = await server.OpenAsync("/", Options());
        var error = await client.NextEventAsync("connect_error");
        Assert.Multiple(() =>
        {
            Assert.That(error.Args[0].GetString(), Is.EqualTo("not today"));
            Assert.That(error.Args[1].GetRawText(), Is.EqualTo("""{"retry":false,"code":7}"""));
        });
    }

    [Test]
    public async Task A_client_that_disconnects_is_known_to_have_done_so_on_both_sides()
    {
        var reasons = new Signal<string>();
        await using var server = await StartAsync(io => io.OnDisconnect((_, reason) => reasons.SetAsync(reason.ToString())));
        var (client, socket) = await ConnectAsync(server);
        await AssertTransportAsync(client, socket);
        await client.DisconnectAsync();
        Assert.That(await client.DisconnectedAsync(), Is.EqualTo("io client disconnect"));
        Assert.That(await reasons.NextAsync(), Is.EqualTo("client namespace disconnect"));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_client_that_the_server_disconnects_is_told_so(bool close)
    {
        var reasons = new Signal<string>();
        await using var server = await StartAsync(io => io.OnDisconnect((_, reason) => reasons.SetAsync(reason.ToString())));
        var (client, socket) = await ConnectAsync(server);
        await AssertTransportAsync(client, socket);
        await socket.DisconnectAsync(close);
        Assert.That(await client.DisconnectedAsync(), Is.EqualTo("io server disconnect"));
        Assert.That(await reasons.NextAsync(), Is.EqualTo("server namespace disconnect"));
    }

    [Test]
    public async Task A_connection_that_the_client_closes_is_a_transport_close_for_the_server()
    {
        var reasons = new Signal<string>();
        await using var server = await StartAsync(io => io.OnDisconnect((_, reason) => reasons.SetAsync(reason.ToString())));
        var (client, socket) = await ConnectAsync(server);
        await AssertTransportAsync(client, socket);
        await client.CloseTransportAsync();
        Assert.That(await client.DisconnectedAsync(), Is.EqualTo("forced close"));
        Assert.That(await reasons.NextAsync(), Is.EqualTo("transport close"));
    }

    [Test]
    public async Task A_client_reconnects_when_the_server_restarts_on_the_same_port()
    {
        NodeClient client;
        int port;
        await using (var server = await StartAsync())
        {
            port = server.Address.Port;
            (client, var socket) = await server.ConnectAsync("/", Options(reconnection: true));
            await AssertTransportAsync(client, socket);
        }
        Assert.That(Reconnecting, Does.Contain(await client.DisconnectedAsync()));

        await using var restarted = await StartAsync(io => io.On("ping", (Socket _, int number) => number), port);
        await client.NextEventAsync("reconnect");
        await client.NextEventAsync("connect");
        var (_, newSocket) = await restarted.FindAsync(client);
        Assert.That((await client.EmitWithAckAsync("ping", 5)).Single().GetInt32(), Is.EqualTo(5));
        await AssertTransportAsync(client, newSocket);
        await client.DisposeAsync();
    }

    [Test]
    public async Task A_client_that_is_told_to_send_binary_as_base64_is_understood()
    {
        await using var server = await StartAsync(io => io.On("echo", (Socket _, byte[] bytes, string text) => Task.FromResult((byte[])[.. bytes, 9])));
        var client = await server.OpenAsync("/", new { transports = way.Transports, rejectUnauthorized = false, forceBase64 = true });
        var answer = await client.EmitWithAckAsync("echo", new byte[] { 1, 2, 3 }, "x");
        Assert.That(answer.Single().GetBinary(), Is.EqualTo(new byte[] { 1, 2, 3, 9 }));
    }

    private Task<TestServer> StartAsync(Action<SocketIoServer>? configure = null, int port = 0) =>
        TestServer.StartSocketIoAsync(configure, https: way.Https, protocols: way.Protocols, port: port);

    private Task<Connection> ConnectAsync(TestServer server) => server.ConnectAsync("/", Options());

    private object Options(object? auth = null, object? query = null, bool reconnection = false) => new
    {
        transports = way.Transports,
        rejectUnauthorized = false,
        auth = auth ?? new { },
        query = query ?? new { },
        reconnection,
        reconnectionDelay = 20,
        reconnectionDelayMax = 100,
    };

    private async Task AssertTransportAsync(NodeClient client, Socket socket)
    {
        if (way.Transports.Length > 1)
        {
            Assert.That((await client.NextEventAsync("upgrade")).Args[0].GetString(), Is.EqualTo("websocket"));
            await Deadlines.Eventually(() => socket.Transport is SocketIo.Engine.EngineTransports.WebSocket);
        }
        await Assert.MultipleAsync(async () =>
        {
            Assert.That((await client.GetStateAsync()).Transport, Is.EqualTo(way.EndsOn));
            Assert.That(socket.Transport.ToString(), Is.EqualTo(way.EndsOn).IgnoreCase);
        });
    }

    private sealed record Photo(string Name, byte[] Pixels);
}
