using SocketIo.Engine.Frames;
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
        engine.Log.Expect("is closed, its client is slow");
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
    public async Task A_client_that_is_still_taking_a_message_over_the_limit_gets_what_follows()
    {
        using var engine = new TestEngine(options => options.MaxQueuedBytes = 250);
        var session = engine.Open(EngineTransports.WebSocket, out var transport);
        transport.Blocked = true;
        Assert.That(session.Send(new string('x', 5000)), Is.True);
        Assert.That(session.Send(Large), Is.True);
        Assert.That(session.Send(Large), Is.True);
        transport.Unblock();
        await session.WhenDrainedAsync().WithDeadline();
        Assert.That(session.IsOpen);
        Assert.That(transport.Written[^2..], Is.All.EqualTo("4" + Large));
    }

    [Test]
    public async Task The_log_tells_what_was_queued_when_the_queue_was_full()
    {
        using var engine = new TestEngine(options => options.MaxQueuedBytes = 250);
        engine.Log.Expect("is closed, its client is slow: 206 bytes are queued");
        var session = engine.Open(EngineTransports.WebSocket, out var transport);
        transport.Blocked = true;
        for (var i = 0; i < 3; i++)
            session.Send(Large);
        transport.Unblock();
        await Deadlines.Eventually(() => session.State is SessionState.Closed);
        Assert.That(engine.Log.Entries.Select(entry => entry.Message), Has.Some.Contains("206 bytes are queued"));
    }

    [Test]
    public async Task Many_refused_sends_close_once()
    {
        using var engine = new TestEngine(options => options.MaxQueuedBytes = 250);
        engine.Log.Expect("is closed, its client is slow");
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
        engine.Log.Expect("are dropped, its client is slow");
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
    public void Control_frames_get_through_where_messages_are_dropped()
    {
        using var engine = new TestEngine(options =>
        {
            options.MaxQueuedBytes = 250;
            options.SlowConsumerPolicy = SlowConsumerPolicy.DropNewest;
        });
        engine.Log.Expect("are dropped, its client is slow");
        var session = engine.Open(EngineTransports.WebSocket, out var transport);
        transport.Blocked = true;
        session.Send(Large);
        session.Send(Large);
        Assert.That(session.Send(Large), Is.False);
        Assert.That(session.EnqueueControl(Frame.Text("4" + Large)), Is.True, "an acknowledgement, say");
        engine.Pass(TimeSpan.FromSeconds(25));
        session.Answer(transport, Frame.Of(Opcode.Pong, []));
        Assert.That(session.Send("x"), Is.False, "messages do not profit from it");
        transport.Unblock();
        Assert.That(transport.Written[1..], Is.EqualTo(new[] { "4" + Large, "4" + Large, "4" + Large, "2", "Pong " }));
    }

    [Test]
    public async Task A_client_that_reads_nothing_and_has_control_frames_made_without_end_is_closed(
        [Values] SlowConsumerPolicy policy)
    {
        using var engine = new TestEngine(options =>
        {
            options.MaxQueuedBytes = 250;
            options.SlowConsumerPolicy = policy;
        });
        engine.Log.Expect("is closed, its client is slow");
        var session = engine.Open(EngineTransports.WebSocket, out var transport);
        transport.Blocked = true;
        for (var i = 0; i < 5; i++)
            session.EnqueueControl(Frame.Text("4" + new string('x', 97)));
        Assert.That(session.QueuedBytes, Is.EqualTo(500), "twice the option");
        Assert.That(session.IsOpen, Is.True);
        Assert.That(session.EnqueueControl(Frame.Pong), Is.False);
        await Deadlines.Eventually(() => engine.Handler.Calls[^1] == "closed transport error");
    }

    [Test]
    public void A_slow_client_does_not_hold_another_up()
    {
        using var engine = new TestEngine();
        var slow = engine.Open(EngineTransports.WebSocket, out var slowTransport);
        var other = engine.Open(EngineTransports.WebSocket, out var otherTransport);
        slowTransport.Blocked = true;
        using (Cork.Hold())
        {
            slow.Send("1");
            other.Send("1");
        }
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
