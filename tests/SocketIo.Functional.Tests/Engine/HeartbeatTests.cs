using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Engine;

/// <summary>A client that answers every ping is not late because the server does not read the answers.</summary>
public sealed class HeartbeatTests
{
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(20);

    private ManualClock _clock = null!;
    private TaskCompletionSource _done = null!;
    private TaskCompletionSource _handling = null!;

    [SetUp]
    public void SetUp() => (_clock, _done, _handling) = (new ManualClock(), new TaskCompletionSource(), new TaskCompletionSource());

    [Test]
    public async Task A_WebSocket_client_stays_while_a_message_before_its_pong_is_handled([Values] bool direct)
    {
        await using var host = await StartAsync(direct);
        using var client = await RawWebSocket.OpenAsync(host.Address);
        await client.SendAsync("4slow");
        await HandlingAsync(host, client.Sid);
        Pass(host, PingInterval);
        Assert.That((await client.ReadAsync()).Text, Is.EqualTo("2"));
        await client.SendAsync("3");
        for (var i = 0; i < 3; i++)
            Pass(host, PingTimeout);
        Assert.That(host.Session(client.Sid).IsOpen, Is.True);
        _done.SetResult();
        await client.SendAsync("4next");
        string text;
        while ((text = (await client.ReadAsync()).Text) == "2")
            await client.SendAsync("3");
        Assert.That(text, Is.EqualTo("4next"));
        Pass(host, PingTimeout);
        Assert.That(host.Session(client.Sid).IsOpen, Is.True);
    }

    [Test]
    public async Task A_polling_client_stays_while_its_post_is_handled_and_its_pong_has_to_wait()
    {
        await using var host = await StartAsync();
        using var client = await RawPolling.OpenAsync(host.Address);
        var post = client.PostAsync("4slow");
        await HandlingAsync(host, client.Sid);
        Pass(host, PingInterval);
        Assert.That(await client.PollAsync(), Is.EqualTo(new[] { "2" }));
        for (var i = 0; i < 3; i++)
            Pass(host, PingTimeout);
        Assert.That(host.Session(client.Sid).IsOpen, Is.True);
        _done.SetResult();
        await post.WithDeadline();
        await client.PostAsync("3", "4next");
        string[] packets;
        while (!(packets = await client.PollAsync()).Contains("4next"))
            Assert.That(packets, Is.All.EqualTo("2"));
        Assert.That(host.Session(client.Sid).IsOpen, Is.True);
    }

    // The handler awaits: it was called, and its thread does something else.
    private async Task HandlingAsync(EngineHost host, string sid)
    {
        await _handling.Task.WithDeadline();
        await Deadlines.Eventually(() => host.Session(sid).CurrentTransport is { IsHandling: true, HoldsThread: false });
    }

    private Task<EngineHost> StartAsync(bool direct = true) => EngineHost.StartAsync(
        options => options.DirectSocketWrites = direct,
        new Echo
        {
            Message = async (session, text) =>
            {
                if (text == "slow")
                {
                    _handling.SetResult();
                    await _done.Task;
                }
                else
                {
                    session.Send(text);
                }
            },
        },
        _clock);

    /// <summary>Lets time pass, and the heartbeat look.</summary>
    private void Pass(EngineHost host, TimeSpan span)
    {
        _clock.Advance(span);
        host.Engine.Tick();
    }
}
