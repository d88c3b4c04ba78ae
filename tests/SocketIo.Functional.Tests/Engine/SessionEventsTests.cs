using System.Collections.Concurrent;
using SocketIo.Engine;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Engine;

/// <summary>What a stock client's connection tells those who listen below the sockets.</summary>
public sealed class SessionEventsTests
{
    [Test]
    public async Task Packets_both_ways_the_upgrade_the_drain_and_the_end_of_a_stock_client_are_told()
    {
        var heard = new ConcurrentQueue<string>();
        var drained = new TaskCompletionSource();
        await using var server = await TestServer.StartSocketIoAsync(options: options => options.Events.OnConnection(session =>
        {
            session.Events.OnPacketReceived((_, packet) => heard.Enqueue($"in {packet.Type} {Shown(packet)}"));
            session.Events.OnPacketCreated((_, packet) => heard.Enqueue($"out {packet.Type} {Shown(packet)}"));
            session.Events.OnUpgrading(session => heard.Enqueue($"upgrading {session.Transport}"));
            session.Events.OnUpgraded(session => heard.Enqueue($"upgraded {session.Transport}"));
            session.Events.OnDrained(_ => drained.TrySetResult());
            session.Events.OnClosed((_, reason) => heard.Enqueue($"closed {reason}"));
        }));
        server.Io.On("say", async (Socket socket, string text) => await socket.EmitAsync("said", text, new byte[] { 7 }));
        var (client, socket) = await server.ConnectAsync(options: new { transports = new[] { "polling", "websocket" } });
        await Deadlines.Eventually(() => heard.Contains("upgraded WebSocket"));
        await client.EmitAsync("say", "hi");
        await client.NextEventAsync("said");
        await drained.Task.WithDeadline();
        await client.DisconnectAsync();
        await Deadlines.Eventually(() => heard.Any(line => line.StartsWith("closed", StringComparison.Ordinal)));

        Assert.That(heard, Is.SupersetOf(new[] { "in Message 0", "upgrading Polling", $$"""out Message 0{"sid":"{{socket.Id}}"}""" }));
        var all = heard.ToArray();
        Assert.That(Array.IndexOf(all, "upgrading Polling"), Is.LessThan(Array.IndexOf(all, "upgraded WebSocket")));
        Assert.That(all[(Array.IndexOf(all, "upgraded WebSocket") + 1)..], Is.EqualTo(new[]
        {
            """in Message 2["say","hi"]""",
            """out Message 51-["said","hi",{"_placeholder":true,"num":0}]""",
            "out Message #07",
            "in Message 1",
            all[^1],
        }));
    }

    [Test]
    public async Task Only_the_receiver_of_a_broadcast_that_is_listened_to_tells_of_it_and_a_listener_that_throws_costs_nobody_anything()
    {
        await using var server = await TestServer.StartSocketIoAsync();
        server.Log.Expect("A listener of On");
        var watched = await server.ConnectAsync();
        var other = await server.ConnectAsync();
        var heard = new ConcurrentQueue<string>();
        watched.Socket.EngineSession.Events.OnPacketCreated((session, packet) =>
        {
            heard.Enqueue($"{session == watched.Socket.EngineSession} {packet.Text}");
            throw new InvalidOperationException("a listener");
        });
        await server.Io.EmitAsync("news", 1);
        Assert.That((await watched.Client.NextEventAsync("news")).ToString(), Is.EqualTo("news(1)"));
        Assert.That((await other.Client.NextEventAsync("news")).ToString(), Is.EqualTo("news(1)"));
        Assert.That(heard, Is.EqualTo(new[] { """True 2["news",1]""" }));
    }

    [Test]
    public async Task A_client_that_the_server_closes_after_a_heartbeat_sees_a_transport_close([Values("polling", "websocket")] string transport)
    {
        await using var server = await TestServer.StartSocketIoAsync(options: options =>
        {
            options.PingInterval = TimeSpan.FromMilliseconds(50);
            options.Events.OnConnection(session => session.Events.OnHeartbeat(session => session.Close()));
        });
        var client = await server.OpenAsync(options: new { transports = new[] { transport } });
        Assert.That(await client.DisconnectedAsync(), Is.EqualTo("transport close"));
    }

    private static string Shown(EnginePacket packet) => packet.IsBinary ? "#" + Convert.ToHexString(packet.Data) : packet.Text;
}
