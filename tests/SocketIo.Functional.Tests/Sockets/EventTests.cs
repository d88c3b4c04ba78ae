using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Sockets;

/// <summary>Events as clients send them, and when.</summary>
public sealed class EventTests
{
    [Test]
    public async Task The_event_of_a_client_s_send_is_one_as_any_other()
    {
        var heard = new Signal<int>();
        await using var server = await TestServer.StartSocketIoAsync(io => io.On("message", (Socket _, int number) => heard.Set(number)));
        var (client, socket) = await server.ConnectAsync();
        await client.EmitAsync("message", 1337);
        await socket.EmitAsync("message", "a");
        Assert.That(await heard.NextAsync(), Is.EqualTo(1337));
        Assert.That((await client.NextEventAsync("message")).ToString(), Is.EqualTo("message(a)"));
    }

    [Test]
    public async Task Anything_can_be_relayed_without_knowing_what_it_is()
    {
        await using var server = await TestServer.StartSocketIoAsync(io =>
        {
            io.On("one", (Socket socket, object? value) => socket.Broadcast.EmitAsync("one", value));
            io.On("all", (Socket socket, IncomingEvent all) => socket.Broadcast.EmitAsync(all.Name, [.. all.ToArray()]));
            io.On("asked", async (Socket socket, string peer) => (await io.To(peer).Timeout(Deadlines.Default).EmitWithAckAsync<object?>("ask")).Values.Single());
        });
        var (sender, _) = await server.ConnectAsync();
        var (receiver, socket) = await server.ConnectAsync();
        await sender.EmitAsync("one", new { text = "AQID", data = new byte[] { 1, 2, 3 }, list = new object?[] { 1, -1.5, true, null } });
        await sender.EmitAsync("all", "x😀", new byte[] { 7 }, null, Array.Empty<byte>(), 1L << 40);
        await receiver.OnAckAsync("ask", new { data = new byte[] { 4 } });
        Assert.That(
            (await receiver.NextEventAsync("one")).Args.Single().GetRawText(),
            Is.EqualTo("""{"text":"AQID","data":{"$b64":"AQID"},"list":[1,-1.5,true,null]}"""));
        Assert.That(
            (await receiver.NextEventAsync("all")).Args.Select(static arg => arg.GetRawText()),
            Is.EqualTo(new[] { "\"x😀\"", """{"$b64":"Bw=="}""", "null", """{"$b64":""}""", "1099511627776" }));
        var answer = await sender.EmitWithAckAsync("asked", socket.Id);
        Assert.That(answer.Single().GetRawText(), Is.EqualTo("""{"data":{"$b64":"BA=="}}"""));
    }

    [Test]
    public async Task Null_travels_both_ways()
    {
        var heard = new Signal<(string?, bool)>();
        await using var server = await TestServer.StartSocketIoAsync(
            io => io.On("e", (Socket _, string? text, bool? flag) => heard.Set((text, flag is null))));
        var (client, socket) = await server.ConnectAsync();
        await client.EmitAsync("e", null, null);
        await socket.EmitAsync("e", (string?)null);
        Assert.That(await heard.NextAsync(), Is.EqualTo(((string?)null, true)));
        Assert.That((await client.NextEventAsync("e")).Args.Single().ValueKind, Is.EqualTo(System.Text.Json.JsonValueKind.Null));
    }

    [TestCase("/")]
    [TestCase("/chat")]
    public async Task What_a_client_emits_before_it_is_connected_arrives_in_order(string nsp)
    {
        var heard = new Signal<string>();
        await using var server = await TestServer.StartSocketIoAsync(io => io.Of(nsp).On("hi", (Socket _, string letter) => heard.Set(letter)));
        var client = await server.OpenAsync(nsp);
        foreach (var letter in new[] { "a", "b", "c" })
            await client.EmitAsync("hi", letter);
        await client.ConnectedAsync();
        await client.EmitAsync("hi", "d");
        foreach (var letter in new[] { "a", "b", "c", "d" })
            Assert.That(await heard.NextAsync(), Is.EqualTo(letter));
    }
}
