using System.Text.Json;
using SocketIo.TestKit;

namespace SocketIo.MessagePack.Tests;

/// <summary>socket.io-client with socket.io-msgpack-parser against the server.</summary>
[TestFixture("polling")]
[TestFixture("websocket")]
[TestFixture("polling,websocket")]
public sealed class NodeClientTests(string transports)
{
    [Test]
    public async Task A_client_connects_with_auth_and_an_event_is_answered()
    {
        await using var server = await StartAsync(io => io.On("echo", (Socket _, string text, int number, JsonElement any) => new AckArguments(number, text, any)));
        var (client, socket) = await ConnectAsync(server);
        var reply = await client.EmitWithAckAsync("echo", "zwei äöü €", -7, new { a = new object?[] { 1.5, null, true, 1L << 40 } });
        Assert.Multiple(() =>
        {
            Assert.That(socket.Handshake.Auth.GetString("token"), Is.EqualTo("abc"));
            Assert.That(string.Join(' ', reply), Is.EqualTo("""-7 zwei äöü € {"a":[1.5,null,true,1099511627776]}"""));
        });
        await AssertTransportAsync(client);
    }

    [Test]
    public async Task A_client_acknowledges_what_the_server_emits()
    {
        await using var server = await StartAsync();
        var (client, socket) = await ConnectAsync(server);
        await client.OnAckEchoAsync("same?");
        Assert.That(await socket.EmitWithAckAsync<long>("same?", 9007199254740991).WithDeadline(), Is.EqualTo(9007199254740991));
        Assert.That(await socket.EmitWithAckAsync<Photo>("same?", new Photo("cat", [1, 2])).WithDeadline(), Has.Property("Pixels").EqualTo(new byte[] { 1, 2 }));
        await AssertTransportAsync(client);
    }

    [Test]
    public async Task Binary_and_dates_travel_both_ways_and_undefined_is_default()
    {
        await using var server = await StartAsync(io =>
        {
            io.On("binary", (Socket _, byte[] data, Photo photo) => new AckArguments(photo, data));
            io.On("date", (Socket _, DateTime date) => date.AddDays(1));
            io.On("undefined", (Socket _, int number, string text) => new AckArguments(number, text is null));
        });
        var (client, _) = await ConnectAsync(server);
        var binary = await client.EmitWithAckAsync("binary", new byte[] { 1, 255 }, new { name = "cat", pixels = new byte[300] });
        var date = await client.EmitWithAckAsync("date", new Dictionary<string, string> { ["$date"] = "2026-03-04T12:00:00.250Z" });
        var undefined = await client.EmitWithAckAsync("undefined", Enumerable.Repeat<object>(new Dictionary<string, bool> { ["$undefined"] = true }, 2).ToArray());
        Assert.Multiple(() =>
        {
            Assert.That(binary[0].GetProperty("pixels").GetBinary(), Is.EqualTo(new byte[300]));
            Assert.That(binary[1].GetBinary(), Is.EqualTo(new byte[] { 1, 255 }));
            Assert.That(date.Single().GetProperty("$date").GetString(), Is.EqualTo("2026-03-05T12:00:00.250Z"));
            Assert.That(string.Join(' ', undefined), Is.EqualTo("0 True"));
        });
        await AssertTransportAsync(client);
    }

    [Test]
    public async Task A_room_gets_a_broadcast_and_an_event_of_another_namespace_goes_there_only()
    {
        await using var server = await StartAsync(io => io.Of("/other").On("where", (Socket socket) => socket.Namespace.Name));
        var (first, firstSocket) = await ConnectAsync(server);
        var (second, _) = await ConnectAsync(server);
        await firstSocket.JoinAsync("room");
        await server.Io.To("room").EmitAsync("inside", 1);
        await server.Io.EmitAsync("all", 2);
        var other = await first.OpenSocketAsync("/other");
        await other.ConnectedAsync();
        Assert.That((await first.NextEventAsync("inside")).Args.Single().GetInt32(), Is.EqualTo(1));
        Assert.That((await second.NextEventAsync("all")).Args.Single().GetInt32(), Is.EqualTo(2));
        Assert.That(second.Events.Any(received => received.Name == "inside"), Is.False);
        Assert.That((await other.EmitWithAckAsync("where")).Single().GetString(), Is.EqualTo("/other"));
    }

    [Test]
    public async Task A_refused_client_gets_the_message_and_the_data()
    {
        await using var server = await StartAsync(io => io.Use(_ => ConnectResult.Refuse("not today", new { code = 7 })));
        var client = await StockClients.Node.OpenAsync(server.Address.ToString(), new { transports = transports.Split(','), parser = "msgpack" });
        var error = await client.NextEventAsync("connect_error");
        Assert.That(error.ToString(), Is.EqualTo("""connect_error(not today, {"code":7})"""));
    }

    private static Task<TestServer> StartAsync(Action<SocketIoServer>? configure = null) =>
        TestServer.StartSocketIoAsync(configure, build: builder => builder.Services.AddSocketIo().AddMessagePack());

    private Task<(NodeClient Client, Socket Socket)> ConnectAsync(TestServer server) =>
        StockClients.ConnectAsync(server, "msgpack", transports.Split(','));

    private async Task AssertTransportAsync(NodeClient client)
    {
        if (transports.Contains(',', StringComparison.Ordinal))
            await client.NextEventAsync("upgrade");
        Assert.That((await client.GetStateAsync()).Transport, Is.EqualTo(transports.Split(',')[^1]));
    }

    private sealed record Photo(string Name, byte[] Pixels);
}
