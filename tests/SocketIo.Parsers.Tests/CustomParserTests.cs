using System.Net.WebSockets;
using System.Text;
using SocketIo.TestKit;

namespace SocketIo.Parsers.Tests;

/// <summary>A server and a stock client with a wire format of the application's own.</summary>
[TestFixture("polling")]
[TestFixture("websocket")]
public sealed class CustomParserTests(string transport)
{
    [Test]
    public async Task Events_and_acknowledgements_go_both_ways()
    {
        await using var server = await StartAsync(io => io.On("sum", (Socket _, int a, int b) => a + b));
        var (client, socket) = await StockClients.ConnectAsync(server, "plain", transport);
        await client.OnAckAsync("name?", "ann");
        Assert.That((await client.EmitWithAckAsync("sum", 3, 4)).Single().GetInt32(), Is.EqualTo(7));
        Assert.That(await socket.EmitWithAckAsync<string>("name?", "ä b").WithDeadline(), Is.EqualTo("ann"));
        Assert.That((await client.NextEventAsync("name?")).Args.Single().GetString(), Is.EqualTo("ä b"));
        Assert.That(socket.Handshake.Auth.GetString("token"), Is.EqualTo("abc"));
    }

    [Test]
    public async Task An_unknown_namespace_is_refused_and_a_disconnect_is_told()
    {
        await using var server = await StartAsync();
        var (client, socket) = await StockClients.ConnectAsync(server, "plain", transport);
        var other = await client.OpenSocketAsync("/other");
        Assert.That((await other.NextEventAsync("connect_error")).Args[0].GetString(), Is.EqualTo("Invalid namespace"));
        await socket.DisconnectAsync();
        Assert.That((await client.NextEventAsync("disconnect")).Args[0].GetString(), Is.EqualTo("io server disconnect"));
    }

    [TestCase("4what", WebSocketMessageType.Text)]
    [TestCase("40 / ", WebSocketMessageType.Binary)]
    public async Task What_the_parser_refuses_and_a_message_of_the_other_kind_close_the_connection(string message, WebSocketMessageType kind)
    {
        await using var server = await StartAsync();
        using var socket = new ClientWebSocket();
        var address = new UriBuilder(server.Address) { Scheme = "ws", Path = "/socket.io/", Query = "EIO=4&transport=websocket" };
        await socket.ConnectAsync(address.Uri, CancellationToken.None).WithDeadline();
        await socket.SendAsync(Encoding.UTF8.GetBytes(message), kind, true, CancellationToken.None).WithDeadline();
        var buffer = new byte[1024];
        while ((await socket.ReceiveAsync(buffer, CancellationToken.None).WithDeadline()).MessageType is not WebSocketMessageType.Close)
        {
        }
        Assert.That(socket.CloseStatus, Is.Not.Null);
    }

    private static Task<TestServer> StartAsync(Action<SocketIoServer>? configure = null) =>
        TestServer.StartSocketIoAsync(configure, options => options.Parser = new PlainParser());
}
