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
    public async Task Binary_and_dates_travel_both_ways_and_undefined_is_null()
    {
        await using var server = await StartAsync(io =>
        {
            io.On("binary", (Socket _, byte[] data, Photo photo) => new AckArguments(photo, data));
            io.On("date", (Socket _, DateTime date) => date.AddDays(1));
            io.On("undefined", (Socket _, int? number, string? text) => new AckArguments(number is null, text is null));
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
            Assert.That(string.Join(' ', undefined), Is.EqualTo("True True"));
        });
        await AssertTransportAsync(client);
    }

    [Test]
    public async Task Undefined_and_null_are_bad_arguments_where_the_parameter_or_property_cannot_be_null()
    {
        await using var server = await StartAsync(io =>
        {
            io.On("text", (Socket _, string text) => text.Length);
            io.On("number", (Socket _, int number) => number);
            io.On("photo", (Socket _, Photo photo) => photo.Name.Length);
            io.On("last", (Socket _) => true);
        });
        server.Log.Expect("was not handled");
        var undefined = new Dictionary<string, bool> { ["$undefined"] = true };
        // the log has only so many lines of one client
        async Task EmitAsync(string name, object? first, object? second)
        {
            var (client, _) = await ConnectAsync(server);
            await client.EmitAsync(name, first);
            await client.EmitAsync(name, second);
            await client.EmitWithAckAsync("last");
        }

        await EmitAsync("text", undefined, null);
        await EmitAsync("number", undefined, null);
        await EmitAsync("photo", new { name = undefined, pixels = new byte[] { 1 } }, new { name = "a", pixels = (byte[]?)null });
        var reasons = server.Log.Entries.Where(static entry => entry.Id == 11).Select(static entry => entry.Message).ToArray();
        Assert.That(reasons, Has.Length.EqualTo(6).And.Exactly(2).Contains("event 'text' cannot be read as System.String: it is null"));
        Assert.That(reasons, Has.Exactly(2).Contains("event 'number' cannot be read as System.Int32"));
        Assert.That(reasons, Has.Exactly(1).Contains("was missing required properties including: 'name'").And.Exactly(1).Contains("pixels"));
    }

    [Test]
    public async Task Anything_can_be_relayed_without_knowing_what_it_is()
    {
        await using var server = await StartAsync(io =>
        {
            io.On("one", (Socket socket, object? value) => socket.Broadcast.EmitAsync("one", value));
            io.On("all", (Socket socket, IncomingEvent all) => socket.Broadcast.EmitAsync(all.Name, [.. all.ToArray()]));
        });
        var (sender, _) = await ConnectAsync(server);
        var (receiver, _) = await ConnectAsync(server);
        var date = new Dictionary<string, string> { ["$date"] = "2026-03-04T12:00:00.250Z" };
        await sender.EmitAsync("one", new { text = "AQID", data = new byte[] { 1, 2, 3 }, list = new object?[] { 1, -1.5, true, null, date } });
        await sender.EmitAsync("all", "x😀", new byte[] { 7 }, null, Array.Empty<byte>(), 1L << 40);
        Assert.That(
            (await receiver.NextEventAsync("one")).Args.Single().GetRawText(),
            Is.EqualTo("""{"text":"AQID","data":{"$b64":"AQID"},"list":[1,-1.5,true,null,{"$date":"2026-03-04T12:00:00.250Z"}]}"""));
        Assert.That(
            (await receiver.NextEventAsync("all")).Args.Select(static arg => arg.GetRawText()),
            Is.EqualTo(new[] { "\"x😀\"", """{"$b64":"Bw=="}""", "null", """{"$b64":""}""", "1099511627776" }));
    }

    [Test]
    public async Task Half_a_surrogate_pair_is_delivered_both_ways()
    {
        // longer than what notepack encodes itself, in a way of its own
        var half = new string('x', 40);
        await using var server = await StartAsync(io => io.On("echo", (Socket _, string text, Dictionary<string, string> map, string shorter) =>
            new AckArguments(text == half + "\ufffd", map[half + "\ufffd"], shorter.Length > 0, "a\ud83d", new[] { "\ude00" })));
        var (client, _) = await ConnectAsync(server);
        var reply = await client.EmitWithAckAsync(
            "echo", new NodeJson($"\"{half}\\ud83d\""), new NodeJson($$"""{"{{half}}\ud83d":"yes"}"""), new NodeJson("\"x\\ud83d\""));
        Assert.That(string.Join(' ', reply), Is.EqualTo("True yes True a\ufffd [\"\ufffd\"]"));
        await AssertTransportAsync(client);
    }

    [Test]
    public async Task Half_a_surrogate_pair_may_be_in_auth_a_room_and_a_refusal()
    {
        // longer than what notepack encodes itself, as above
        var half = new string('x', 40);
        await using var server = await StartAsync(io =>
        {
            io.Use(socket => socket.Handshake.Auth.GetString("token") == half + "\ufffd" ? ConnectResult.Accept : ConnectResult.Refuse("unauthorized"));
            io.On("join", (Socket socket, string room) => socket.JoinAsync(room));
            io.Of("/closed").Use(_ => ConnectResult.Refuse("no \ud83d", new { why = "x\ud83d" }));
        });
        var client = await StockClients.Node.OpenAsync(
            server.Address.ToString(), new { transports = transports.Split(','), parser = "msgpack", auth = new NodeJson($$"""{"token":"{{half}}\ud83d"}""") });
        await client.ConnectedAsync();
        await client.EmitWithAckAsync("join", new NodeJson($"\"{half}\\ud83d\""));
        await server.Io.To(half + "\ufffd").EmitAsync("inside");
        await client.NextEventAsync("inside");
        var closed = await client.OpenSocketAsync("/closed");
        var error = await closed.NextEventAsync("connect_error");
        Assert.That(error.ToString(), Is.EqualTo("connect_error(no \ufffd, {\"why\":\"x\ufffd\"})"));
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
