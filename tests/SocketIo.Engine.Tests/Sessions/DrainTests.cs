using SocketIo.Engine.Frames;
using SocketIo.Engine.Sessions;
using SocketIo.TestKit;

namespace SocketIo.Engine.Tests.Sessions;

public class DrainTests
{
    private TestEngine _engine = null!;

    [SetUp]
    public void SetUp() => _engine = new TestEngine();

    [TearDown]
    public void TearDown() => _engine.Dispose();

    [Test]
    public void A_drain_that_found_the_transport_busy_goes_on_when_it_is_not()
    {
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        transport.Blocked = true;
        session.Send("1");
        session.Send("2");
        Assert.That(transport.HoldsDrain, Is.True);
        Assert.That(transport.Written, Has.Length.EqualTo(1));
        session.Send("3");
        transport.Unblock();
        Assert.That(transport.Written[1..], Is.EqualTo(new[] { "41", "42", "43" }));
        Assert.That(session.QueuedBytes, Is.Zero);
    }

    [Test]
    public async Task Waits_for_the_drain_end_when_nothing_is_queued_any_more_and_not_before()
    {
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        Assert.That(session.WhenDrainedAsync().IsCompletedSuccessfully, Is.True);
        transport.Blocked = true;
        session.Send("1");
        var waits = new[] { session.WhenDrainedAsync(), session.WhenDrainedAsync() };
        session.Send("2");
        Assert.That(waits.Any(wait => wait.IsCompleted), Is.False);
        transport.Unblock();
        Assert.That(await Task.WhenAll(waits).WithDeadline(), Is.All.True);
    }

    [Test]
    public async Task A_wait_is_not_over_when_a_drain_that_ended_before_it_tells_late()
    {
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        session.Send("1");
        transport.Blocked = true;
        session.Send("2");
        var wait = session.WhenDrainedAsync();

        // as by the thread that has written "1" and released the queue, and is only now about to tell
        session.OnQueueReleased();
        Assert.That(wait.IsCompleted, Is.False);
        transport.Unblock();
        Assert.That(await wait.WithDeadline(), Is.True);
    }

    [Test]
    public async Task A_wait_is_not_lost_when_the_queue_empties_while_it_is_put_back([Range(1, 20)] int seed)
    {
        const int Rounds = 2000;
        var random = new Random(seed);
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        transport.AfterWrite = _ => Thread.SpinWait(random.Next(20));
        using var stop = new CancellationTokenSource();
        var late = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
                session.OnQueueReleased();
        });
        for (var i = 0; i < Rounds; i++)
        {
            var sent = Task.Run(() => session.Send("x"));
            session.Send("y");
            await session.WhenDrainedAsync().WithDeadline();
            await sent;
        }
        stop.Cancel();
        await late;
    }

    [Test]
    public async Task A_wait_that_begins_while_the_last_frames_are_closed_off_ends()
    {
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        transport.Blocked = true;
        session.Send("1");
        var wait = session.WhenDrainedAsync();
        session.Close();
        transport.Unblock();
        Assert.That(await wait.WithDeadline(), Is.True, "all of it has left, and the close behind it");
        Assert.That(await session.WhenDrainedAsync().WithDeadline(), Is.False);
    }

    [Test]
    public async Task A_wait_for_the_drain_is_false_when_the_session_ends_first()
    {
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        transport.Blocked = true;
        session.Send("1");
        var wait = session.WhenDrainedAsync();
        session.Drop(DisconnectReason.TransportClose);
        Assert.That(await wait.WithDeadline(), Is.False);
        Assert.That(await session.WhenDrainedAsync().WithDeadline(), Is.False);
    }

    [Test]
    public async Task A_wait_for_the_drain_goes_on_over_an_upgrade()
    {
        var session = _engine.Upgrading(out var polling, out var candidate);
        polling.Blocked = true;
        candidate.Receive("2probe");
        session.Send("1");
        var wait = session.WhenDrainedAsync();
        Assert.That(wait.IsCompleted, Is.False);
        candidate.Receive("5");
        Assert.That(await wait.WithDeadline(), Is.True);
        Assert.That(candidate.Written[^1], Is.EqualTo("41"));
    }

    [Test]
    public void A_wait_for_the_drain_can_be_cancelled()
    {
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        transport.Blocked = true;
        session.Send("1");
        using var cancellation = new CancellationTokenSource();
        var wait = session.WhenDrainedAsync(cancellation.Token);
        cancellation.Cancel();
        Assert.That(async () => await wait.WithDeadline(), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(session.IsOpen, Is.True);
    }

    [Test]
    public void A_transport_that_becomes_busy_amid_a_drain_keeps_the_order()
    {
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        transport.AfterWrite = _ => transport.Blocked = true;
        for (var i = 0; i < 5; i++)
            session.Send($"{i}");
        for (var i = 1; i < 5; i++)
        {
            Assert.That(transport.Written[1..], Has.Length.EqualTo(i));
            transport.Unblock();
        }
        Assert.That(transport.Written[1..], Is.EqualTo(new[] { "40", "41", "42", "43", "44" }));
    }

    [Test]
    public void What_is_sent_while_a_frame_is_written_is_written_by_the_same_drain([Values] bool afterTheFrameWasTaken)
    {
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        var more = 3;
        Action<Outbox> send = _ =>
        {
            if (--more >= 0)
                Elsewhere.Run(() => session.Send($"later{more}"));
        };
        if (afterTheFrameWasTaken)
            transport.AfterWrite = send;
        else
            transport.BeforeWrite = send;
        session.Send("first");
        Assert.That(transport.Written[1..], Is.EqualTo(new[] { "4first", "4later2", "4later1", "4later0" }));
        Assert.That(transport.Told, Is.Empty);
    }

    [Test]
    public void Volatile_frames_leave_only_while_the_transport_is_writable_and_nothing_else_waits()
    {
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        Assert.That(session.EnqueueVolatile(Frame.Text("4a")), Is.True);
        transport.Blocked = true;
        Assert.That(session.EnqueueVolatile(Frame.Text("4b")), Is.False, "not writable");
        session.Send("c");
        transport.Blocked = false;
        Assert.That(session.EnqueueVolatile(Frame.Text("4d")), Is.False, "something waits");
        transport.Unblock();
        Assert.That(session.EnqueueVolatile(Frame.Text("4e")), Is.True);
        session.Close();
        Assert.That(session.EnqueueVolatile(Frame.Text("4f")), Is.False, "closing");
        Assert.That(transport.Written[1..^1], Is.EqualTo(new[] { "4a", "4c", "4e" }));
    }

    [Test]
    public void Volatile_frames_do_not_overtake_the_frame_being_written()
    {
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        var accepted = true;
        transport.AfterWrite = _ => Elsewhere.Run(() => accepted = session.EnqueueVolatile(Frame.Text("4v")));
        session.Send("1");
        Assert.That(accepted, Is.False);
    }

    [Test]
    public void Many_senders_and_a_transport_that_is_busy_at_random_lose_nothing([Range(1, 4)] int seed)
    {
        const int Senders = 4;
        const int Each = 2000;
        using var engine = new TestEngine(options => options.MaxQueuedBytes = int.MaxValue);
        var session = engine.Open(EngineTransports.WebSocket, out var transport);
        var random = new Random(seed);
        transport.AfterWrite = _ =>
        {
            if (random.Next(20) != 0)
                return;
            transport.Blocked = true;
            ThreadPool.QueueUserWorkItem(_ =>
            {
                SpinWait.SpinUntil(() => transport.HoldsDrain || session.QueuedBytes == 0);
                transport.Unblock();
            });
        };
        Elsewhere.RunTogether([.. Enumerable.Range(0, Senders).Select<int, Action>(sender => () =>
        {
            for (var i = 0; i < Each; i++)
                session.Send($"{sender} {i}");
        })]);
        SpinWait.SpinUntil(() => transport.Written.Length == (Senders * Each) + 1, TimeSpan.FromSeconds(20));

        var written = transport.Written[1..].Select(text => text[1..].Split(' ')).ToArray();
        Assert.That(written, Has.Length.EqualTo(Senders * Each));
        foreach (var sender in written.GroupBy(parts => parts[0]))
            Assert.That(sender.Select(parts => int.Parse(parts[1], null)), Is.EqualTo(Enumerable.Range(0, Each)));
        Assert.That(transport.Told, Is.Empty, "one writer at a time");
    }
}
