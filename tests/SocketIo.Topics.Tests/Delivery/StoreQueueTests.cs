using Microsoft.Extensions.Logging;
using SocketIo.TestKit;
using SocketIo.Topics.Testing;

namespace SocketIo.Topics.Tests.Delivery;

internal sealed class StoreQueueTests
{
    private static readonly TopicName Orders = new("/", "orders");
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private static readonly TopicStoreException Away = new("The store is away.");
    private static readonly TopicStoreException Unknown = new("The answer was lost.") { MayBeStored = true };

    private readonly List<TopicBatch> _executed = [];
    private ManualClock _clock = null!;
    private LogSink _log = null!;
    private ScriptedStore _store = null!;
    private StoreHealth _health = null!;
    private StoreQueue _queue = null!;

    [SetUp]
    public void Open()
    {
        _executed.Clear();
        _clock = new ManualClock();
        _log = new LogSink();
        _store = new ScriptedStore(new MemoryTopicStore());
        _health = new StoreHealth(_store, Timeout, _clock, _log.CreateLogger("topics"));
        _queue = new StoreQueue(_store, new(Timeout, 100, 10_000), _clock, _health, _executed.Add);
        _queue.Open();
    }

    [TearDown]
    public async Task Close()
    {
        _store.Before = static _ => null;
        await PassUntilAsync(_queue.DisposeAsync().AsTask());
        await _queue.DisposeAsync();
        await _store.DisposeAsync();
        _log.AssertNothingUnexpected();
        _log.Dispose();
    }

    [Test]
    public void A_caller_alone_is_served_before_it_waits()
    {
        var append = NewAppend();
        Assert.That(_queue.ExecuteAsync(append).AsTask().IsCompletedSuccessfully);
        Assert.That(append.Sequence, Is.EqualTo(1));
    }

    [Test]
    public async Task What_many_write_while_a_batch_is_on_its_way_is_one_batch_in_their_order()
    {
        _store.Hold();
        AppendEvent[] appends = [.. Enumerable.Range(0, 50).Select(static _ => NewAppend())];
        Task[] tasks = [.. appends.Select(append => _queue.ExecuteAsync(append).AsTask())];
        Assert.That(tasks.Select(static one => one.IsCompleted), Has.None.True);
        _store.Release();
        await Task.WhenAll(tasks).WithDeadline();

        Assert.That(_store.Batches, Is.EqualTo(new[] { 1, 49 }));
        Assert.That(appends.Select(static one => one.Sequence), Is.EqualTo(Enumerable.Range(1, 50)));
    }

    [Test]
    public async Task A_batch_has_a_limit_of_operations()
    {
        await using var queue = new StoreQueue(_store, new(Timeout, 100_000, 1L << 30), _clock, _health, static _ => { });
        queue.Open();
        _store.Hold();
        Task[] tasks = [.. Enumerable.Range(0, 2500).Select(_ => queue.ExecuteAsync(NewAppend()).AsTask())];
        _store.Release();
        await Task.WhenAll(tasks).WithDeadline();
        Assert.That(_store.Batches, Is.EqualTo(new[] { 1, 1024, 1024, 451 }));
    }

    [Test]
    public async Task A_batch_has_a_limit_of_bytes()
    {
        await using var queue = new StoreQueue(_store, new(Timeout, 100_000, 1L << 30), _clock, _health, static _ => { });
        queue.Open();
        _store.Hold();
        Task[] tasks = [.. Enumerable.Range(0, 11).Select(_ => queue.ExecuteAsync(NewAppend(1_000_000)).AsTask())];
        _store.Release();
        await Task.WhenAll(tasks).WithDeadline();
        Assert.That(_store.Batches, Is.EqualTo(new[] { 1, 5, 5 }));
    }

    [Test]
    public async Task What_is_written_before_the_store_is_open_waits_for_it()
    {
        await using var queue = new StoreQueue(_store, new(Timeout, 100, 10_000), _clock, _health, static _ => { });
        var (early, late) = (NewAppend(), NewAppend());
        var first = queue.ExecuteAsync(early).AsTask();
        _clock.Advance(2 * Timeout);
        var failure = await Assert.ThrowsAsync<TopicStoreException>(() => first.WithDeadline());
        Assert.That(failure!.MayBeStored, Is.False);

        var second = queue.ExecuteAsync(late).AsTask();
        queue.Open();
        await second.WithDeadline();
        Assert.That(late.Sequence, Is.EqualTo(1));
    }

    [Test]
    public async Task A_store_that_is_away_for_less_than_the_time_is_waited_for()
    {
        _log.Expect("is away");
        _store.Before = static _ => Away;
        AppendEvent[] appends = [NewAppend(), NewAppend(), NewAppend()];
        Task[] tasks = [.. appends.Select(append => _queue.ExecuteAsync(append).AsTask())];
        await PassAsync(TimeSpan.FromSeconds(3));
        Assert.That(tasks.Select(static one => one.IsCompleted), Has.None.True);
        Assert.That(_health.Failure, Is.SameAs(Away));

        _store.Before = static _ => null;
        await PassUntilAsync(Task.WhenAll(tasks));
        Assert.That(appends.Select(static one => one.Sequence), Is.EqualTo(new[] { 1, 2, 3 }));
        Assert.That(_health.Failure, Is.Null);
        Assert.That(_log.Entries.Count(static one => one.Level == LogLevel.Warning), Is.EqualTo(1));
        Assert.That(_log.Entries.Count(static one => one.Message.Contains("is back", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public async Task A_store_that_is_away_for_longer_fails_the_emit_and_does_not_get_it_when_it_is_back()
    {
        _log.Expect("is away");
        _store.Before = static _ => Away;
        var task = _queue.ExecuteAsync(NewAppend()).AsTask();
        await PassAsync(Timeout + Timeout / 2);
        var failure = await Assert.ThrowsAsync<TopicStoreException>(() => task.WithDeadline());
        Assert.That(failure!.MayBeStored, Is.False);
        Assert.That(failure.InnerException, Is.SameAs(Away));

        _store.Before = static _ => null;
        var next = NewAppend();
        await PassUntilAsync(_queue.ExecuteAsync(next).AsTask());
        Assert.That(next.Sequence, Is.EqualTo(1));
    }

    [Test]
    public async Task What_may_have_been_stored_is_not_stored_again_unless_it_has_a_key()
    {
        _log.Expect("is away");
        var lose = true;
        _store.After = _ => lose ? Unknown : null;
        _store.Hold();
        var (first, plain, keyed) = (NewAppend(), NewAppend(), new AppendEvent(Orders, default, "key", new(TimeSpan.FromHours(1), 100)));
        Task[] tasks = [.. new[] { first, plain, keyed }.Select(append => _queue.ExecuteAsync(append).AsTask())];
        _store.Release();
        await Deadlines.Eventually(() => tasks[0].IsCompleted);
        await PassUntilAsync(tasks[1].ContinueWith(static _ => { }, TaskScheduler.Default));
        lose = false;
        await PassUntilAsync(tasks[2]);

        foreach (var task in tasks[..2])
            Assert.That((await Assert.ThrowsAsync<TopicStoreException>(() => task.WithDeadline()))!.MayBeStored);
        Assert.That(keyed.IsDuplicate, "the first attempt has stored it");
        Assert.That((await _store.ReadAsync(Orders, 0, 10, 1000, default)).Kept.Last, Is.EqualTo(3));
    }

    [Test]
    public async Task What_may_have_been_stored_says_so_when_time_is_up()
    {
        _log.Expect("is away");
        _store.After = static _ => Unknown;
        var task = _queue.ExecuteAsync(new AppendEvent(Orders, default, "key", new(TimeSpan.FromHours(1), 100))).AsTask();
        await PassAsync(Timeout + Timeout / 2);
        _store.After = static _ => null;
        Assert.That((await Assert.ThrowsAsync<TopicStoreException>(() => task.WithDeadline()))!.MayBeStored);
    }

    [Test]
    public async Task Behind_a_store_that_does_not_answer_an_emit_fails_in_time_and_says_what_is_known()
    {
        _log.Expect("is away");
        _store.Hold();
        var (sent, waiting) = (NewAppend(), NewAppend());
        Task[] tasks = [_queue.ExecuteAsync(sent).AsTask(), _queue.ExecuteAsync(waiting).AsTask()];
        _clock.Advance(Timeout + Timeout / 2);
        Assert.That((await Assert.ThrowsAsync<TopicStoreException>(() => tasks[0].WithDeadline()))!.MayBeStored);
        Assert.That((await Assert.ThrowsAsync<TopicStoreException>(() => tasks[1].WithDeadline()))!.MayBeStored, Is.False);

        _store.Release();
        var next = NewAppend();
        await _queue.ExecuteAsync(next).AsTask().WithDeadline();
        Assert.That(next.Sequence, Is.EqualTo(2), "the first was stored after all, the second was not");
        Assert.That(_executed.Sum(static one => one.Appends.Count), Is.EqualTo(2), "what was stored is told, also when nobody waits for it");
    }

    [Test]
    public async Task A_full_queue_refuses_at_once_what_does_not_have_to_be()
    {
        _store.Hold();
        List<Task> tasks = [.. Enumerable.Range(0, 101).Select(_ => _queue.ExecuteAsync(NewAppend()).AsTask())];
        var refused = Assert.Throws<TopicStoreException>(() => _ = _queue.ExecuteAsync(NewAppend()).AsTask());
        Assert.That(refused!.MayBeStored, Is.False);
        tasks.Add(_queue.ExecuteAsync(new DetachSubscriber(new(Orders, "ann"), "a", 0), isPatient: true).AsTask());
        _store.Release();
        await Task.WhenAll(tasks).WithDeadline();

        _store.Hold();
        var first = _queue.ExecuteAsync(NewAppend(9_000)).AsTask();
        await Deadlines.Eventually(() => _store.IsExecuting);
        var second = _queue.ExecuteAsync(NewAppend(9_000)).AsTask();
        Assert.Throws<TopicStoreException>(() => _ = _queue.ExecuteAsync(NewAppend(9_000)).AsTask());
        _store.Release();
        await Task.WhenAll(first, second).WithDeadline();
        await _queue.ExecuteAsync(NewAppend(9_000)).AsTask().WithDeadline();
    }

    [Test]
    public async Task A_patient_write_waits_for_as_long_as_the_store_is_away()
    {
        _log.Expect("is away");
        await _queue.ExecuteAsync(new AttachSubscriber(new(Orders, "ann"), "a", default, false));
        await _queue.ExecuteAsync(NewAppend());
        _store.Before = static _ => Away;
        var move = new MoveCursor(new(Orders, "ann"), 1);
        var task = _queue.ExecuteAsync(move, isPatient: true).AsTask();
        await PassAsync(10 * Timeout);
        _store.Before = static _ => null;
        await PassUntilAsync(task);
        Assert.That(move.Cursor, Is.EqualTo(1));
    }

    [Test]
    public async Task What_keeps_back_one_operation_does_not_concern_the_others()
    {
        _store.Hold();
        var first = _queue.ExecuteAsync(NewAppend()).AsTask();
        _store.Before = static batch =>
        {
            foreach (var append in batch.Appends.Where(static one => one.Key == "bad"))
                append.Error = new InvalidOperationException("It is bad.");
            return null;
        };
        var bad = _queue.ExecuteAsync(new AppendEvent(Orders, default, "bad")).AsTask();
        var good = _queue.ExecuteAsync(NewAppend()).AsTask();
        _store.Release();
        await Task.WhenAll(first, good).WithDeadline();
        await Assert.ThrowsAsync<InvalidOperationException>(() => bad.WithDeadline());
    }

    [Test]
    public async Task A_store_that_fails_unexpectedly_or_for_good_is_not_asked_again_for_the_same()
    {
        _log.Expect("is away");
        _log.Expect("failed unexpectedly");
        foreach (var failure in new Exception[] { new InvalidOperationException("a fault"), new TopicStoreException("newer") { IsPermanent = true } })
        {
            _store.Before = _ => failure;
            await Assert.ThrowsAsync<TopicStoreException>(() => _queue.ExecuteAsync(NewAppend()).AsTask().WithDeadline());
            _store.Before = static _ => null;
            await PassUntilAsync(_queue.ExecuteAsync(NewAppend()).AsTask());
        }
    }

    [Test]
    public async Task At_the_end_what_is_waiting_is_written_and_nothing_more_is_taken()
    {
        _store.Hold();
        var tasks = Enumerable.Range(0, 10).Select(_ => _queue.ExecuteAsync(NewAppend()).AsTask()).ToArray();
        var end = _queue.DisposeAsync().AsTask();
        Assert.Throws<TopicStoreException>(() => _ = _queue.ExecuteAsync(NewAppend()).AsTask());
        _store.Release();
        await Task.WhenAll(tasks).WithDeadline();
        await end.WithDeadline();
    }

    [Test]
    public async Task The_end_does_not_wait_for_ever_for_a_store_that_is_away()
    {
        _log.Expect("is away");
        _store.Before = static _ => Away;
        var task = _queue.ExecuteAsync(new MoveCursor(new(Orders, "ann"), 1), isPatient: true).AsTask();
        await PassUntilAsync(_queue.DisposeAsync().AsTask());
        await Assert.ThrowsAsync<TopicStoreException>(() => task.WithDeadline());
    }

    [Test]
    public async Task Many_callers_at_once_are_all_served_once()
    {
        await using var queue = new StoreQueue(_store, new(Timeout, 100_000, 1L << 30), TimeProvider.System, _health, static _ => { });
        queue.Open();
        var sequences = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            var own = new List<long>();
            for (var n = 0; n < 2000; n++)
            {
                var append = NewAppend();
                await queue.ExecuteAsync(append);
                own.Add(append.Sequence);
            }
            return own;
        }))).WithDeadline();
        Assert.That(sequences, Has.All.Ordered);
        Assert.That(sequences.SelectMany(static one => one).Order(), Is.EqualTo(Enumerable.Range(1, 32_000)));
    }

    private static AppendEvent NewAppend(int length = 2) => new(Orders, new(new byte[length]));

    // Waits of the queue begin when its tasks go on, so time passes in small steps.
    private async Task PassAsync(TimeSpan time)
    {
        for (var end = _clock.GetUtcNow() + time; _clock.GetUtcNow() < end; _clock.Advance(TimeSpan.FromMilliseconds(100)))
            await Task.Delay(1);
    }

    private async Task PassUntilAsync(Task task)
    {
        var until = DateTime.UtcNow + Deadlines.Default;
        while (!task.IsCompleted && DateTime.UtcNow < until)
            await PassAsync(TimeSpan.FromMilliseconds(100));
        await task.WithDeadline();
    }
}
