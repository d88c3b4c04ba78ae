using SocketIo.Engine;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.OldClients;

/// <summary>What an application does with socket.io-client 1 and 2.</summary>
[TestFixtureSource(typeof(OldWay), nameof(OldWay.All))]
public sealed class OldClientTests(OldWay way)
{
    private static readonly string[] Lost = ["transport close", "transport error"];

    [Test]
    public async Task A_client_is_in_the_default_namespace_and_knows_its_id()
    {
        await using var server = await StartAsync();
        var (client, socket) = await ConnectAsync(server);
        Assert.That((await client.GetStateAsync()).Id, Is.EqualTo(socket.Id));
        Assert.Multiple(() =>
        {
            Assert.That(socket.Handshake.Auth.ToString(), Is.EqualTo("{}"));
            Assert.That(socket.Handshake.Query["page"].ToString(), Is.EqualTo("7"));
            Assert.That(socket.Handshake.Query["EIO"].ToString(), Is.EqualTo("3"));
        });
        await AssertTransportAsync(client, socket);
    }

    [Test]
    public async Task A_client_is_refused_by_a_server_without_the_option()
    {
        await using var server = await TestServer.StartSocketIoAsync();
        var client = await server.OpenAsync("/", Options());
        await client.NextEventAsync("connect_error");
        Assert.That(server.Io.Sockets, Is.Empty);
        Assert.That(client.Events.Any(received => received.Name == "connect"), Is.False);
    }

    [Test]
    public async Task Events_and_acknowledgements_travel_both_ways()
    {
        await using var server = await StartAsync(io =>
        {
            io.On("say", async (Socket socket, int number, string text) => await socket.EmitAsync("said", number, text));
            io.On("sum", (Socket _, int a, int b) => Task.FromResult(a + b));
        });
        var (client, socket) = await ConnectAsync(server);
        await client.OnAckAsync("name?", "ann");
        await client.EmitAsync("say", 1, Text);
        var said = await client.NextEventAsync("said");
        var sum = await client.EmitWithAckAsync("sum", 3, 4);
        var name = await socket.EmitWithAckAsync<string>("name?").WithDeadline();
        Assert.Multiple(() =>
        {
            Assert.That(said.ToString(), Is.EqualTo($"said(1, {Text})"));
            Assert.That(sum.Single().GetInt32(), Is.EqualTo(7));
            Assert.That(name, Is.EqualTo("ann"));
        });
        await AssertTransportAsync(client, socket);
    }

    [Test]
    public async Task Binary_travels_both_ways()
    {
        await using var server = await StartAsync(io =>
            io.On("several", (Socket _, byte[] first, string text, byte[] second) => new AckArguments(second, text, first)));
        var (client, socket) = await ConnectAsync(server);
        await client.OnAckEchoAsync("bytes");
        var large = new byte[100_000];
        new Random(1).NextBytes(large);
        var several = await client.EmitWithAckAsync("several", large, "between", new byte[] { 0, 4, 255 });
        var echoed = await socket.EmitWithAckAsync<byte[]>("bytes", large).WithDeadline();
        await server.Io.EmitAsync("mixed", "a", new byte[] { 7 }, new { pixels = new byte[] { 8, 8 } });
        var mixed = await client.NextEventAsync("mixed");
        Assert.Multiple(() =>
        {
            Assert.That(several[0].GetBinary(), Is.EqualTo(new byte[] { 0, 4, 255 }));
            Assert.That(several[1].GetString(), Is.EqualTo("between"));
            Assert.That(several[2].GetBinary().AsSpan().SequenceEqual(large), "the client's bytes changed on their way");
            Assert.That(echoed.AsSpan().SequenceEqual(large), "the server's bytes changed on their way");
            Assert.That(mixed.Args[1].GetBinary(), Is.EqualTo(new byte[] { 7 }));
            Assert.That(mixed.Args[2].GetProperty("pixels").GetBinary(), Is.EqualTo(new byte[] { 8, 8 }));
        });
        await AssertTransportAsync(client, socket);
    }

    [Test]
    public async Task A_namespace_is_joined_with_a_query_of_its_own()
    {
        await using var server = await StartAsync(io =>
        {
            io.Of("/admin").Use(socket =>
                socket.Handshake.Auth.GetString("token") == "a b" ? ConnectResult.Accept : ConnectResult.Refuse("no token"));
            io.Of("/admin").On("where", (Socket socket) => socket.Namespace.Name);
        });
        var (main, mainSocket) = await ConnectAsync(server);
        var admin = await main.OpenSocketAsync("/admin", new { query = way.Client == 1 ? (object)"token=a%20b" : new { token = "a b" } });
        await admin.ConnectedAsync();
        var where = await admin.EmitWithAckAsync("where");
        Assert.Multiple(() =>
        {
            Assert.That(where.Single().GetString(), Is.EqualTo("/admin"));
            Assert.That(server.Io.Of("/admin").Sockets.Keys, Is.EqualTo(new[] { "/admin#" + mainSocket.Id }));
        });
        await AssertTransportAsync(main, mainSocket);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_refused_client_gets_the_message_or_the_data(bool withData)
    {
        await using var server = await StartAsync(io => io.Use(
            _ => ConnectResult.Refuse("not today", withData ? new { code = 7 } : null)));
        var client = await server.OpenAsync("/", Options());
        var error = await client.NextEventAsync("connect_error");
        Assert.That(error.Args[withData ? 1 : 0].GetRawText(), Is.EqualTo(withData ? """{"code":7}""" : "\"not today\""));
    }

    [Test]
    public async Task An_unknown_namespace_is_an_error()
    {
        await using var server = await StartAsync();
        var (main, _) = await ConnectAsync(server);
        var other = await main.OpenSocketAsync("/none");
        var error = await other.NextEventAsync("connect_error");
        Assert.That(error.Args[1].GetRawText(), Is.EqualTo("""{"message":"Invalid namespace"}"""));
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
    public async Task A_client_pings_and_stays_longer_than_the_server_waits()
    {
        await using var server = await StartAsync(
            io => io.On("sum", (Socket _, int a, int b) => Task.FromResult(a + b)),
            options => (options.PingInterval, options.PingTimeout) = (TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(700)));
        var (client, socket) = await ConnectAsync(server);
        await AssertTransportAsync(client, socket);
        await client.OnPongsAsync(5);
        Assert.That((await client.EmitWithAckAsync("sum", 3, 4)).Single().GetInt32(), Is.EqualTo(7));
    }

    [Test]
    public async Task A_stopping_server_is_a_lost_connection_for_the_client()
    {
        NodeClient client;
        await using (var server = await StartAsync())
        {
            (client, var socket) = await ConnectAsync(server);
            await AssertTransportAsync(client, socket);
        }
        Assert.That(Lost, Does.Contain(await client.DisconnectedAsync()));
        await client.DisposeAsync();
    }

    // client 1 encodes polled text as UTF-8 twice, and the reference takes it as it comes
    private string Text => way.Client == 1 && way.Transports[0] == "polling" ? "zwei" : "zwei äöü € 😀";

    private static Task<TestServer> StartAsync(Action<SocketIoServer>? configure = null, Action<SocketIoOptions>? options = null) =>
        TestServer.StartSocketIoAsync(
            configure,
            all =>
            {
                all.AllowEngineIo3 = true;
                options?.Invoke(all);
            });

    private Task<Connection> ConnectAsync(TestServer server) => server.ConnectAsync("/", Options());

    private object Options() => new
    {
        client = way.Client,
        transports = way.Transports,
        forceBase64 = way.ForceBase64,
        query = new { page = "7" },
    };

    private async Task AssertTransportAsync(NodeClient client, Socket socket)
    {
        if (way.Transports.Length > 1)
            await Deadlines.Eventually(() => socket.Transport is EngineTransports.WebSocket);
        Assert.That(socket.Transport.ToString(), Is.EqualTo(way.EndsOn).IgnoreCase);
        await Assert.ThatAsync(async () => (await client.GetStateAsync()).Transport, Is.EqualTo(way.EndsOn));
    }
}
