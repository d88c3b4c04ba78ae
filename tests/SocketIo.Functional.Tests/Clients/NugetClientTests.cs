using System.Text.Json;
using SocketIo.TestKit;
using SocketIOClient;
using SocketIOClient.Transport;
using NugetClient = SocketIOClient.SocketIO;

namespace SocketIo.Functional.Tests.Clients;

/// <summary>The SocketIOClient package against the server.</summary>
[TestFixture(TransportProtocol.Polling)]
[TestFixture(TransportProtocol.WebSocket)]
public sealed class NugetClientTests(TransportProtocol transport)
{
    [Test]
    public async Task A_client_connects_with_auth_and_query()
    {
        await using var server = await TestServer.StartSocketIoAsync();
        await using var client = Create(server, options =>
        {
            options.Auth = new Dictionary<string, string> { ["token"] = "abc" };
            options.Query = [new("page", "7")];
        });
        var socket = await ConnectAsync(client, server.Io);
        Assert.Multiple(() =>
        {
            Assert.That(socket.Handshake.Auth.GetString("token"), Is.EqualTo("abc"));
            Assert.That(socket.Handshake.Query["page"].ToString(), Is.EqualTo("7"));
            Assert.That(socket.Transport.ToString(), Is.EqualTo(transport.ToString()).IgnoreCase);
        });
    }

    [Test]
    public async Task Events_arrive_on_both_sides()
    {
        var said = new Signal<(int, string)>();
        await using var server = await TestServer.StartSocketIoAsync(io => io.On("say", (Socket _, int number, string text) => said.Set((number, text))));
        await using var client = Create(server);
        var heard = new Signal<(string, JsonElement)>();
        client.Socket.On("news", response => heard.Set((response.GetValue<string>(0), response.GetValue<JsonElement>(1))));
        var socket = await ConnectAsync(client, server.Io);
        await client.Socket.EmitAsync("say", 1, "zwei");
        await socket.EmitAsync("news", "äöü", new { answer = 42 });
        Assert.That(await said.NextAsync(), Is.EqualTo((1, "zwei")));
        var (text, data) = await heard.NextAsync();
        Assert.Multiple(() =>
        {
            Assert.That(text, Is.EqualTo("äöü"));
            Assert.That(data.GetProperty("answer").GetInt32(), Is.EqualTo(42));
        });
    }

    [Test]
    public async Task Acknowledgements_go_both_ways()
    {
        await using var server = await TestServer.StartSocketIoAsync(io => io.On("sum", (Socket _, int a, int b) => a + b));
        await using var client = Create(server);
        var answering = Task.CompletedTask;
        client.Socket.On("name?", response => answering = response.CallbackAsync("ann"));
        var socket = await ConnectAsync(client, server.Io);
        var sum = new Signal<int>();
        await client.Socket.EmitAsync("sum", response => sum.Set(response.GetValue<int>()), 3, 4);
        Assert.That(await sum.NextAsync(), Is.EqualTo(7));
        Assert.That(await socket.EmitWithAckAsync<string>("name?").WithDeadline(), Is.EqualTo("ann"));
        await answering.WithDeadline();
    }

    [Test]
    public async Task Binary_goes_both_ways()
    {
        await using var server = await TestServer.StartSocketIoAsync(io => io.On("reverse", (Socket _, byte[] bytes) => bytes.Reverse().ToArray()));
        await using var client = Create(server);
        var heard = new Signal<byte[]>();
        client.Socket.On("bytes", response => heard.Set(response.GetValue<byte[]>()));
        var socket = await ConnectAsync(client, server.Io);
        var reversed = new Signal<byte[]>();
        await client.Socket.EmitAsync("reverse", response => reversed.Set(response.GetValue<byte[]>()), new byte[] { 1, 2, 3 });
        Assert.That(await reversed.NextAsync(), Is.EqualTo(new byte[] { 3, 2, 1 }));
        await socket.EmitAsync("bytes", new byte[] { 4, 5 });
        Assert.That(await heard.NextAsync(), Is.EqualTo(new byte[] { 4, 5 }));
    }

    [Test]
    public async Task A_client_joins_a_namespace_and_is_refused_by_another()
    {
        await using var server = await TestServer.StartSocketIoAsync(io => io.Of("/orders").On("where", (Socket socket) => socket.Namespace.Name));
        await using var client = Create(server, nsp: "/orders");
        await ConnectAsync(client, server.Io.Of("/orders"));
        var where = new Signal<string>();
        await client.Socket.EmitAsync("where", response => where.Set(response.GetValue<string>()));
        Assert.That(await where.NextAsync(), Is.EqualTo("/orders"));

        await using var stranger = Create(server, nsp: "/nowhere");
        var refused = new Signal<string>();
        stranger.Socket.OnError += (_, message) => refused.Set(message);
        var connecting = stranger.Socket.ConnectAsync();
        Assert.That(await refused.NextAsync(), Is.EqualTo("Invalid namespace"));
        await connecting.ContinueWith(static _ => { }, TaskScheduler.Default).WithDeadline();
    }

    private Client Create(TestServer server, Action<SocketIOOptions>? configure = null, string nsp = "/")
    {
        var options = new SocketIOOptions { Transport = transport, AutoUpgrade = false, Reconnection = false };
        configure?.Invoke(options);
        return new Client(new NugetClient(new Uri(server.Address, nsp), options));
    }

    private static async Task<Socket> ConnectAsync(Client client, Namespace nsp)
    {
        await client.Socket.ConnectAsync().WithDeadline();

        // its ConnectAsync may return before it knows of the connection, and its DisconnectAsync does nothing then
        await Deadlines.Eventually(() => client.Socket.Connected && nsp.Sockets.Count == 1);
        return nsp.Sockets.Values.Single();
    }

    // Its own Dispose leaves a WebSocket open, and unanswered.
    private sealed class Client(NugetClient socket) : IAsyncDisposable
    {
        public NugetClient Socket => socket;

        public async ValueTask DisposeAsync()
        {
            await socket.DisconnectAsync().WithDeadline();
            socket.Dispose();
        }
    }
}
