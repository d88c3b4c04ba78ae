using SocketIo.Engine.Sessions;
using SocketIo.TestKit;

namespace SocketIo.Engine.Tests.Sessions;

public class SlowConsumerTests
{
    private static readonly string Large = new('x', 100);

    [Test]
    public async Task A_full_queue_disconnects_but_not_within_the_send()
    {
        using var engine = new TestEngine(options => options.MaxQueuedBytes = 250);
        engine.Log.Expect("A slow client is disconnected");
        var sending = false;
        var closedWithin = false;
        var closed = new TaskCompletionSource<DisconnectReason>();
        engine.Handler.Closed = (_, reason) =>
        {
            closedWithin = Volatile.Read(ref sending) && Environment.StackTrace.Contains("Enqueue", StringComparison.Ordinal);
            closed.SetResult(reason);
        };
        var session = engine.Open(EngineTransports.WebSocket, out var transport);
        transport.Blocked = true;
        Volatile.Write(ref sending, true);
        Assert.That(session.Send(Large), Is.True);
        Assert.That(session.Send(Large), Is.True);
        Assert.That(session.Send(Large), Is.False);
        Volatile.Write(ref sending, false);

        var reason = await closed.Task.WithDeadline();
        Assert.That(closedWithin, Is.False);
        Assert.That(reason, Is.EqualTo(DisconnectReason.TransportError));
        Assert.That(reason.Description, Does.Contain("slow consumer"));
        await Deadlines.Eventually(() => transport.IsAborted);
        transport.Unblock();
        Assert.That(transport.Written, Has.Length.EqualTo(1), "what was queued is dropped");
        Assert.That(engine.Server.Sessions.Count, Is.Zero);
    }

    [Test]
    public async Task Many_refused_sends_close_once()
    {
        using var engine = new TestEngine(options => options.MaxQueuedBytes = 250);
        engine.Log.Expect("A slow client is disconnected");
        var session = engine.Open(EngineTransports.WebSocket, out var transport);
        transport.Blocked = true;
        Elsewhere.RunTogether([.. Enumerable.Repeat<Action>(
            () =>
            {
                for (var i = 0; i < 100; i++)
                    session.Send(Large);
            },
            4)]);
        await Deadlines.Eventually(() => session.State is SessionState.Closed && engine.Handler.Calls.Length == 2);
        Assert.That(engine.Handler.Calls, Is.EqualTo(new[] { "opened", "closed transport error" }));
    }

    [Test]
    public void DropNewest_drops_the_message_that_does_not_fit_and_goes_on()
    {
        using var engine = new TestEngine(options =>
        {
            options.MaxQueuedBytes = 250;
            options.SlowConsumerPolicy = SlowConsumerPolicy.DropNewest;
        });
        engine.Log.Expect("Messages to a slow client are dropped");
        var session = engine.Open(EngineTransports.WebSocket, out var transport);
        transport.Blocked = true;
        Assert.That(session.Send("1" + Large), Is.True);
        Assert.That(session.Send("2" + Large), Is.True);
        Assert.That(session.Send("3" + Large), Is.False);
        Assert.That(session.Send("4"), Is.True, "a smaller one still fits");
        transport.Unblock();
        Assert.That(session.Send("5"), Is.True);
        Assert.That(transport.Written[1..].Select(text => text[1]), Is.EqualTo("1245"));
        Assert.That(engine.Handler.Calls, Is.EqualTo(new[] { "opened" }));
    }

    [Test]
    public void A_slow_client_does_not_hold_another_up()
    {
        using var engine = new TestEngine();
        var slow = engine.Open(EngineTransports.WebSocket, out var slowTransport);
        var other = engine.Open(EngineTransports.WebSocket, out var otherTransport);
        slowTransport.Blocked = true;
        Cork.Hold();
        slow.Send("1");
        other.Send("1");
        Cork.Release();
        Assert.That(otherTransport.Written[1..], Is.EqualTo(new[] { "41" }));
    }

    [Test]
    public void Closing_with_a_full_queue_still_sends_what_was_queued()
    {
        using var engine = new TestEngine(options => options.MaxQueuedBytes = 250);
        var session = engine.Open(EngineTransports.WebSocket, out var transport);
        transport.Blocked = true;
        session.Send(new string('y', 1000));
        session.Close();
        Assert.That(transport.IsAborted, Is.False);
        transport.Unblock();
        Assert.That(transport.Written[1..], Is.EqualTo(new[] { "4" + new string('y', 1000), "close 1000 forced close" }));
    }
}
