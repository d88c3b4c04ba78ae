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
