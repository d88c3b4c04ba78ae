using SocketIo.Engine;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.EmitCheatSheet;

/// <summary>One broadcast for clients by polling, by WebSocket and after an upgrade.</summary>
public sealed class MixedTransportTests
{
    private static readonly byte[] Binary = [1, 2, 3];

    private TestServer _server = null!;
    private Connection _polling = null!;
    private Connection _webSocket = null!;
    private Connection _upgraded = null!;

    private Connection[] Everybody => [_polling, _webSocket, _upgraded];

    [OneTimeSetUp]
    public async Task ConnectAsync()
    {
        _server = await TestServer.StartSocketIoAsync(io => io.OfPattern("/room-{id}"));
        _polling = await ConnectAsync("polling");
        _webSocket = await ConnectAsync("websocket");
        _upgraded = await ConnectAsync("polling", "websocket");
        await Deadlines.Eventually(() => _upgraded.Socket.Transport is EngineTransports.WebSocket);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _server.DisposeAsync();

    [Test]
    public async Task All_get_text_and_binary()
    {
        await _server.Io.EmitAsync("text", "zwei");
        await _server.Io.EmitAsync("binary", Binary);
        foreach (var connection in Everybody)
        {
            Assert.That((await connection.Client.NextEventAsync("text")).ToString(), Is.EqualTo("text(zwei)"));
            Assert.That((await connection.Client.NextEventAsync("binary")).Args.Single().GetBinary(), Is.EqualTo(Binary));
        }
    }

    [Test]
    public async Task All_get_volatile_binary_when_they_can_be_sent_to()
    {
        // a polling client can be sent to while its request waits
        foreach (var connection in Everybody)
            await Deadlines.Eventually(() => connection.Socket.Client.Session is { CurrentTransport.IsWritable: true, QueuedBytes: 0 });
        await _server.Io.Volatile.EmitAsync("volatile", Binary);
        foreach (var connection in Everybody)
            Assert.That((await connection.Client.NextEventAsync("volatile")).Args.Single().GetBinary(), Is.EqualTo(Binary));
    }

    [Test]
    public async Task Rooms_are_reached_once_left_out_and_left()
    {
        await _polling.Socket.JoinAsync("a", "b");
        await _webSocket.Socket.JoinAsync("a");
        await _upgraded.Socket.JoinAsync("b");
        await _server.Io.To("a").EmitAsync("a");
        await _server.Io.To("a", "b").EmitAsync("a or b");
        await _server.Io.Except("b").EmitAsync("not b");
        await _polling.Socket.LeaveAsync("b");
        await _server.Io.To("b").EmitAsync("b");
        await _server.Io.Except("b").EmitAsync("not b");
        await Assert.MultipleAsync(async () =>
        {
            Assert.That(await NamesAsync(_polling), Is.EqualTo("a, a or b, not b"));
            Assert.That(await NamesAsync(_webSocket), Is.EqualTo("a, a or b, not b, not b"));
            Assert.That(await NamesAsync(_upgraded), Is.EqualTo("a or b, b"));
        });
    }

    [Test]
    public async Task All_are_reached_in_a_namespace_of_a_pattern()
    {
        var joined = new List<Connection>();
        foreach (var connection in Everybody)
            joined.Add(await _server.ConnectedAsync(await connection.Client.OpenSocketAsync("/room-1"), "/room-1"));
        await _server.Io.Of("/room-1").EmitAsync("inside");
        foreach (var connection in joined)
            Assert.That(await connection.SettledNamesAsync(), Is.EqualTo(new[] { "inside" }));
    }

    [Test]
    public async Task A_socket_that_is_disconnected_before_its_upgrade_harms_nobody()
    {
        await using var server = await TestServer.StartSocketIoAsync(io => io.OnConnection(async socket => await socket.DisconnectAsync()));
        server.Io.Of("/after");
        var client = await server.OpenAsync("/", new { transports = new[] { "polling", "websocket" } });
        Assert.That(await client.DisconnectedAsync(), Is.EqualTo("io server disconnect"));
        var after = await server.ConnectAsync("/after");
        Assert.That(await after.SettledNamesAsync(), Is.Empty);
        Assert.That(server.Io.Sockets, Is.Empty);
    }

    private async Task<string> NamesAsync(Connection connection) =>
        string.Join(", ", (await connection.SettledNamesAsync()).Where(name => name is "a" or "b" or "a or b" or "not b"));

    private Task<Connection> ConnectAsync(params string[] transports) => _server.ConnectAsync("/", new { transports });
}
