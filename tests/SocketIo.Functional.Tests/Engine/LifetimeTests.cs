using System.Net;
using SocketIo.Engine;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Engine;

public class LifetimeTests
{
    [Test]
    public async Task Pings_are_sent_and_answered_and_a_missing_pong_closes([Values] bool webSocket)
    {
        var clock = new ManualClock();
        await using var host = await EngineHost.StartAsync(time: clock);
        using var polling = webSocket ? null : await RawPolling.OpenAsync(host.Address);
        using var socket = webSocket ? await RawWebSocket.OpenAsync(host.Address) : null;
        async Task<string> Next() => webSocket ? (await socket!.ReadAsync()).ToString() : (await polling!.PollAsync()).Single();
        Task Send(string packet) => webSocket ? socket!.SendAsync(packet) : polling!.PostAsync(packet);

        await AdvanceUntil(Next(), "2", 25);
        await Send("3");
        await Send("4x");
        Assert.That(await Next(), Is.EqualTo("4x"), "the pong was received");
        await AdvanceUntil(Next(), "2", 25);
        var last = Next();
        await AdvanceUntil(last, webSocket ? "close 1000 ping timeout" : "1", 20);
        Assert.That(host.App.Closed, Is.EqualTo(new[] { DisconnectReason.PingTimeout }));
        if (webSocket)
            await socket!.WriteRawAsync(RawWebSocket.CloseFrame(1000));
        await host.HasNoSessions();

        // the heartbeat looks on a thread of its own, so a step of time may be seen late; never early
        async Task AdvanceUntil(Task<string> next, string expected, int seconds)
        {
            for (var passed = 0; passed < seconds - 1; passed++)
                clock.Advance(TimeSpan.FromSeconds(1));
            Assert.That(next.IsCompleted, Is.False);
            await Deadlines.Eventually(() =>
            {
                clock.Advance(TimeSpan.FromMilliseconds(50));
                return next.IsCompleted;
            });
            Assert.That(await next, Is.EqualTo(expected));
        }
    }

    [Test]
    public async Task A_stopping_host_closes_its_sessions_promptly_and_says_why()
    {
        await using var host = await EngineHost.StartAsync();
        using var polling = await RawPolling.OpenAsync(host.Address);
        using var socket = await RawWebSocket.OpenAsync(host.Address);
        var poll = polling.PollAsync();
        await Deadlines.Eventually(() => host.Session(polling.Sid).CurrentTransport.IsWritable);
        var stop = host.StopAsync();
        Assert.That(await poll.WithDeadline(), Is.EqualTo(new[] { "1" }));
        Assert.That((await socket.ReadAsync()).ToString(), Is.EqualTo("close 1001 server shutting down"));
        await socket.WriteRawAsync(RawWebSocket.CloseFrame(1001));
        await stop.WithDeadline();
        Assert.That(host.App.Closed, Is.EqualTo(new[] { DisconnectReason.ServerShuttingDown, DisconnectReason.ServerShuttingDown }));
        Assert.That(host.SessionCount, Is.Zero);
    }

    [Test]
    public async Task A_stopping_server_refuses_new_sessions_with_503_and_still_serves_the_last_poll()
    {
        await using var host = await EngineHost.StartAsync();
        using var polling = await RawPolling.OpenAsync(host.Address);
        host.Session(polling.Sid).Send("last");

        // what the host does first when it stops, while it still takes requests
        host.Engine.Stop();
        using var late = RawPolling.Create(host.Address);
        using var response = await late.GetAsync();
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        using var socket = await RawWebSocket.ConnectAsync(host.Address, "/engine.io/?EIO=4&transport=websocket");
        Assert.That(socket.Status, Is.EqualTo(503));
        Assert.That(await polling.PollAsync(), Is.EqualTo(new[] { "4last" }));
        Assert.That(await polling.PollAsync(), Is.EqualTo(new[] { "1" }));
    }

    [Test]
    public async Task Ids_of_sessions_are_20_characters_and_differ()
    {
        await using var host = await EngineHost.StartAsync();
        var ids = new HashSet<string>();
        for (var i = 0; i < 50; i++)
        {
            using var client = await RawPolling.OpenAsync(host.Address);
            Assert.That(client.Sid, Does.Match("^[A-Za-z0-9_-]{20}$"));
            Assert.That(ids.Add(client.Sid), Is.True);
            await client.PostAsync("1");
        }
        await host.HasNoSessions();
    }

    [Test]
    public async Task A_handler_and_MapEngineIo_make_an_echo_server()
    {
        await using var server = await TestServer.StartAsync(app => app.MapEngineIo("/engine.io", new Echoing()));
        using var polling = await RawPolling.OpenAsync(server.Address);
        await polling.PostAsync("4hello", "bAQID");
        Assert.That(await polling.PollAsync(), Is.EqualTo(new[] { "4hello", "bAQID" }));
        using var socket = await RawWebSocket.OpenAsync(server.Address);
        await socket.SendAsync("4hello");
        await socket.SendAsync([1, 2, 3]);
        Assert.That((await socket.ReadAsync()).Text, Is.EqualTo("4hello"));
        Assert.That((await socket.ReadAsync()).Payload, Is.EqualTo(new byte[] { 1, 2, 3 }));
    }

    private sealed class Echoing : IEngineHandler
    {
        public void OnOpened(EngineSession session) { }

        public void OnClosed(EngineSession session, DisconnectReason reason) { }

        public ValueTask OnMessageAsync(EngineSession session, EngineMessage message)
        {
            _ = message.IsBinary ? session.Send(message.Data) : session.Send(message.Text);
            return ValueTask.CompletedTask;
        }
    }
}
