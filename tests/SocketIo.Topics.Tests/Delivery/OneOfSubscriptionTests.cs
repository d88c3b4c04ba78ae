using SocketIo.TestKit;
using SocketIo.Topics.Testing;
using static SocketIo.Topics.Testing.TopicHost;

namespace SocketIo.Topics.Tests.Delivery;

/// <summary>Subscriptions of which each event goes to one receiver.</summary>
internal sealed class OneOfSubscriptionTests
{
    private static readonly SubscriptionName Workers = new(Orders, "workers");

    private LogSink _log = null!;
    private ManualClock _clock = null!;
    private MemoryTopicStore _memory = null!;
    private ScriptedStore _store = null!;
    private TopicHost _host = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _log = new LogSink();
        _clock = new ManualClock();
        _memory = new MemoryTopicStore();
        _store = new ScriptedStore(_memory);
        _host = await TopicHost.StartAsync(_store, clock: _clock, log: _log);
    }

    [TearDown]
    public async Task EndAsync()
    {
        await _host.DisposeAsync();
        await _store.DisposeAsync();
        await _memory.DisposeAsync();
        _log.AssertNothingUnexpected();
        _log.Dispose();
    }

    [Test]
    public async Task One_receiver_gets_everything_in_order()
    {
        var worker = await WorkerAsync();
        await _host.EmitAsync(300);
        await worker.GotAsync(300);
        Assert.That(worker.Sequences, Is.EqualTo(Enumerable.Range(1, 300)));
        Assert.That(worker.All.Select(static one => one.IsRedelivered), Has.None.True);
        await DoneAsync(300);
    }

    [Test]
    public async Task Each_event_goes_to_one_receiver_and_every_receiver_gets_some()
    {
        var workers = await WorkersAsync(4, acknowledges: false);
        await _host.EmitAsync(100);
        await Deadlines.Eventually(() => workers.Sum(static one => one.Count) == 100);
        Assert.That(workers.SelectMany(static one => one.Sequences).Order(), Is.EqualTo(Enumerable.Range(1, 100)));
        Assert.That(workers.Select(static one => one.Count), Has.All.EqualTo(25));
        Assert.That(workers.Select(static one => one.Sequences), Has.All.Ordered);
    }

    [Test]
    public async Task A_receiver_whose_connection_is_full_leaves_the_events_to_others_until_it_has_room()
    {
        var full = new FakeReceiver { MaxBytes = -1 };
        await AddAsync(full, window: 8);
        var worker = await WorkerAsync();
        await _host.EmitAsync(20);
        await worker.GotAsync(20);
        worker.Leave();
        await _host.EmitAsync(5);
        full.MakeRoom();
        await full.GotAsync(5);
        await DoneAsync(25);
    }

    [Test]
    public async Task An_event_goes_to_the_least_busy_receiver()
    {
        var workers = await WorkersAsync(3, acknowledges: false);
        await _host.EmitAsync(6);
        await Deadlines.Eventually(() => workers.Sum(static one => one.Count) == 6);
        workers[1].AcknowledgeAll();
        await _host.EmitAsync(2);
        await Deadlines.Eventually(() => workers.Sum(static one => one.Count) == 8);
        Assert.That(workers.Select(static one => one.Count), Is.EqualTo(new[] { 2, 4, 2 }));
    }

    [Test]
    public async Task A_receiver_has_a_window_at_most()
    {
        var workers = await WorkersAsync(2, acknowledges: false, window: 3);
        await _host.EmitAsync(20);
        await Deadlines.Eventually(() => workers.Sum(static one => one.Count) == 6);
        await _host.PassAsync(TimeSpan.FromSeconds(2));
        Assert.That(workers.Select(static one => one.Count), Has.All.EqualTo(3));
        workers[0].Acknowledge(workers[0].Sequences[1]);
        await workers[0].GotAsync(4);
        Assert.That(workers[0].Sequences[3], Is.EqualTo(7));
    }

    [Test]
    public async Task What_a_receiver_leaves_behind_goes_to_another_one_first()
    {
        var workers = await WorkersAsync(2, acknowledges: false, window: 3);
        await _host.EmitAsync(9);
        await Deadlines.Eventually(() => workers.Sum(static one => one.Count) == 6);
        var left = workers[0].Sequences;
        workers[0].Leave();
        workers[1].Acknowledges = true;
        workers[1].AcknowledgeAll();
        await workers[1].GotAsync(9);
        Assert.That(workers[1].Sequences[3..6], Is.EqualTo(left));
        Assert.That(workers[1].All[3..6].Select(static one => one.IsRedelivered), Has.All.True);
        Assert.That(workers[1].Sequences[6..], Is.EqualTo(new[] { 7, 8, 9 }));
        await DoneAsync(9);
    }

    [Test]
    public async Task What_the_last_receiver_leaves_behind_waits_for_the_next()
    {
        var worker = await WorkerAsync(acknowledges: false);
        await _host.EmitAsync(5);
        await worker.GotAsync(5);
        worker.Acknowledge(2, 4);
        worker.Leave();
        await _host.DetachedAsync(Workers);
        await _host.EmitAsync("6");
        worker = await WorkerAsync();
        await worker.GotAsync(4);
        Assert.That(worker.Sequences, Is.EqualTo(new[] { 1, 3, 5, 6 }));
        Assert.That(worker.All.Select(static one => one.IsRedelivered), Is.EqualTo(new[] { true, true, true, false }));
        await DoneAsync(6);
    }

    [Test]
    public async Task Receivers_that_come_and_go_lose_nothing_and_no_event_is_with_two_at_once()
    {
        const int Count = 2000;
        var random = new Random(7);
        var done = new HashSet<long>();
        var held = new Dictionary<long, FakeReceiver>();
        var left = new HashSet<FakeReceiver>();
        var workers = new List<FakeReceiver> { await StartAsync() };
        var emitting = Task.Run(async () =>
        {
            for (var n = 1; n <= Count; n++)
                await _host.EmitAsync($"{n}");
        });
        var until = DateTime.UtcNow + TimeSpan.FromSeconds(30);
        while (true)
        {
            lock (done)
            {
                if (done.Count == Count)
                    break;
            }
            Assert.That(DateTime.UtcNow, Is.LessThan(until));

            // who emits and who delivers need a thread too
            await Task.Yield();
            if (workers.Count < 3 || (workers.Count < 6 && random.Next(3) == 0))
                workers.Add(await StartAsync());
            var worker = workers[random.Next(workers.Count)];
            foreach (var sequence in worker.Sequences.Where(sequence => IsHeldBy(sequence, worker) && random.Next(3) > 0))
                Finish(worker, sequence);
            if (random.Next(5) == 0)
            {
                workers.Remove(worker);
                lock (done)
                    left.Add(worker);
                worker.Leave();
            }
        }
        await emitting.WithDeadline();
        await DoneAsync(Count);

        async Task<FakeReceiver> StartAsync()
        {
            var worker = new FakeReceiver { Acknowledges = false };
            worker.OnDelivered = delivered =>
            {
                lock (done)
                {
                    // one may be on its way to a receiver that leaves
                    if (left.Contains(worker))
                        return;
                    Assert.That(held.GetValueOrDefault(delivered.Sequence) is not { } holder || left.Contains(holder), "somebody has it");
                    Assert.That(done, Does.Not.Contain(delivered.Sequence), "it was acknowledged");
                    held[delivered.Sequence] = worker;
                }
            };
            await AddAsync(worker, window: 8);
            return worker;
        }

        bool IsHeldBy(long sequence, FakeReceiver worker)
        {
            lock (done)
                return held.GetValueOrDefault(sequence) == worker;
        }

        void Finish(FakeReceiver worker, long sequence)
        {
            lock (done)
            {
                held.Remove(sequence);
                done.Add(sequence);
            }
            worker.Acknowledge(sequence);
        }
    }

    [Test]
    public async Task A_receiver_that_does_not_acknowledge_gives_its_events_to_another_one_and_may_come_back()
    {
        _log.Expect("does not acknowledge: Stop");
        var workers = await WorkersAsync(2, acknowledges: false);
        await _host.EmitAsync(4);
        await Deadlines.Eventually(() => workers.Sum(static one => one.Count) == 4);
        workers[1].Acknowledges = true;
        workers[1].AcknowledgeAll();
        await _host.PassUntilAsync(() => workers[1].Count == 4);
        Assert.That(workers[1].Sequences, Is.EquivalentTo(new[] { 1, 2, 3, 4 }));
        await _host.EmitAsync(4);
        await workers[1].GotAsync(8);
        Assert.That(workers[0].Count, Is.EqualTo(2));

        // nothing that it has had is open, so that a late acknowledgement changes nothing
        workers[0].AcknowledgeAll();
        await DoneAsync(8);
    }

    [Test]
    public async Task A_late_acknowledgement_counts_while_another_receiver_has_the_event()
    {
        _log.Expect("does not acknowledge: Stop");
        var slow = await WorkerAsync(acknowledges: false);
        await _host.EmitAsync(2);
        await slow.GotAsync(2);
        await _host.PassAsync(TimeSpan.FromSeconds(32));
        var other = await WorkerAsync(acknowledges: false);
        await other.GotAsync(2);
        slow.Acknowledge(1);
        await DoneAsync(1);
        await _host.EmitAsync("3");
        await slow.GotAsync(3);
        other.Acknowledge(1, 2);
        slow.Acknowledge(3);
        await DoneAsync(3);
    }

    [Test]
    public async Task A_receiver_that_does_not_acknowledge_can_be_disconnected()
    {
        _log.Expect("does not acknowledge: Disconnect");
        var worker = await WorkerAsync(acknowledges: false, what: Unacknowledged.Disconnect);
        await _host.EmitAsync(2);
        await worker.GotAsync(2);
        await _host.PassAsync(TimeSpan.FromSeconds(90));
        Assert.That(worker.DisconnectCount, Is.EqualTo(1));
        worker.Leave();
        var next = await WorkerAsync();
        await next.GotAsync(2);
        await DoneAsync(2);
    }

    [Test]
    public async Task A_receiver_that_does_not_acknowledge_can_go_on()
    {
        _log.Expect("does not acknowledge: Continue");
        var worker = await WorkerAsync(acknowledges: false, window: 2, what: Unacknowledged.Continue);
        await _host.EmitAsync(3);
        await worker.GotAsync(2);
        await _host.PassUntilAsync(() => worker.Count == 3);
        await DoneAsync(2);
    }

    [Test]
    public async Task What_was_deleted_before_it_was_handed_out_is_told()
    {
        var worker = await WorkerAsync(acknowledges: false, window: 2);
        await using var elsewhere = await TopicHost.StartAsync(new ScriptedStore(_memory), clock: _clock, log: _log);
        await elsewhere.EmitAsync(10);
        ((ITopicNews)_host.Service).Changed(Orders, 10);
        await worker.GotAsync(2);
        var batch = new TopicBatch(_clock.GetUtcNow());
        batch.Add(new TrimTopic(Orders) { MaxCount = 4 });
        await _memory.ExecuteAsync(batch, default);
        worker.Acknowledge(1, 2);
        await worker.GotAsync(4);
        Assert.That(worker.AllMissed, Is.EqualTo(new SequenceRange[] { new(3, 6) }));
        Assert.That(worker.Sequences, Is.EqualTo(new[] { 1, 2, 7, 8 }));
    }

    [Test]
    public async Task A_subscription_with_another_sharing_is_refused()
    {
        await _host.SubscribeAsync();
        await WorkerAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => _host.SubscribeAsync(Workers));
        await Assert.ThrowsAsync<InvalidOperationException>(() => WorkerAsync(Ann));
        foreach (var name in new[] { Ann, Workers })
            await Assert.ThrowsAsync<InvalidOperationException>(() => _host.SubscribeAsync(name, configure: options => options.Sharing = name == Ann ? Sharing.OneOf : Sharing.All));
    }

    [Test]
    public async Task A_stored_subscription_with_another_sharing_is_refused_until_it_is_unsubscribed()
    {
        var worker = await WorkerAsync();
        worker.Leave();
        await _host.DetachedAsync(Workers);
        await Assert.ThrowsAsync<InvalidOperationException>(() => _host.SubscribeAsync(Workers));
        await _host.Service.UnsubscribeAsync(Workers);
        await _host.SubscribeAsync(Workers);
    }

    [Test]
    public async Task An_unsubscribed_queue_of_work_ends()
    {
        var worker = await WorkerAsync(acknowledges: false);
        await _host.EmitAsync(2);
        await worker.GotAsync(2);
        await _host.Service.UnsubscribeAsync(Workers);
        Assert.That(worker.HasEnded);
        worker.AcknowledgeAll();
        await _host.EmitAsync(1);
        await Deadlines.Eventually(() => _host.Service.SubscriptionCount == 0);
        Assert.That(worker.Count, Is.EqualTo(2));
    }

    [Test]
    public async Task Claims_whose_answer_was_lost_are_handed_out_all_the_same()
    {
        _log.Expect("is away");
        var worker = await WorkerAsync();
        var lost = 0;
        _store.After = batch => batch.Appends.Count == 0 && batch.Others.Exists(static one => one is ClaimEvents) && lost++ < 2
            ? new TopicStoreException("The answer was lost.") { MayBeStored = true }
            : null;
        // what is emitted behind a claim waits as it does
        var emitting = _host.EmitAsync(10);
        await _host.PassUntilAsync(() => emitting.IsCompleted && worker.Count >= 10);
        await emitting;
        Assert.That(worker.Sequences.Order(), Is.EqualTo(Enumerable.Range(1, 10)));
        await DoneAsync(10);
    }

    [Test]
    public async Task Without_a_store_acknowledgements_wait_and_nothing_is_handed_out_twice()
    {
        _log.Expect("is away");
        var worker = await WorkerAsync(acknowledges: false);
        await _host.EmitAsync(100);
        await worker.GotAsync(64);
        _store.Before = static _ => new TopicStoreException("The disk is gone.");
        worker.AcknowledgeAll();
        await _host.PassAsync(TimeSpan.FromSeconds(10));
        _store.Before = static _ => null;
        worker.Acknowledges = true;
        await _host.PassUntilAsync(() => worker.Count > 64);
        worker.AcknowledgeAll();
        await _host.PassUntilAsync(() => worker.Count >= 100);
        Assert.That(worker.Sequences.Order(), Is.EqualTo(Enumerable.Range(1, 100)));
        await _host.PassUntilAsync(() => _host.CursorAsync(Workers).GetAwaiter().GetResult() == 100);
    }

    [Test]
    public async Task A_receiver_that_comes_while_the_last_one_leaves_gets_what_that_has_left()
    {
        for (var round = 1; round <= 100; round++)
        {
            var worker = await WorkerAsync(acknowledges: false);
            var emitting = _host.EmitAsync(1);
            worker.Leave();
            await emitting;
            worker = await WorkerAsync();
            await worker.GotAsync(1);
            worker.Leave();
            await DoneAsync(round);
        }
    }

    private Task DoneAsync(long cursor) => Deadlines.Eventually(() => _host.CursorAsync(Workers).GetAwaiter().GetResult() == cursor);

    private async Task<FakeReceiver[]> WorkersAsync(int count, bool acknowledges, int window = 64)
    {
        var workers = new FakeReceiver[count];
        for (var i = 0; i < count; i++)
            workers[i] = await WorkerAsync(acknowledges: acknowledges, window: window);
        return workers;
    }

    private async Task<FakeReceiver> WorkerAsync(
        SubscriptionName? name = null, bool acknowledges = true, int window = 64, Unacknowledged what = Unacknowledged.Stop)
    {
        var worker = new FakeReceiver { Acknowledges = acknowledges };
        await AddAsync(worker, window, what, name);
        return worker;
    }

    private Task<ITopicLane> AddAsync(FakeReceiver worker, int window, Unacknowledged what = Unacknowledged.Stop, SubscriptionName? name = null) =>
        _host.AddAsync(worker, name ?? Workers, configure: options => (options.Sharing, options.Window, options.Unacknowledged) = (Sharing.OneOf, window, what));
}
