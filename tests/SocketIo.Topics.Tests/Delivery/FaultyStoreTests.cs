using System.Text;
using Microsoft.Extensions.Logging;
using SocketIo.TestKit;
using SocketIo.Topics.Testing;

namespace SocketIo.Topics.Tests.Delivery;

/// <summary>Whatever a store does: emits end in time, the server starts and stops, and the log says what is wrong.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class FaultyStoreTests
{
    private readonly FaultyStore _store = new();
    private readonly LogSink _log = new();

    [TearDown]
    public void Look()
    {
        _log.AssertNothingUnexpected();
        _log.Dispose();
    }

    [Test]
    public async Task An_emit_fails_in_time_and_the_server_stops_while_the_store_blocks_its_thread()
    {
        _log.Expect("is away");
        using var block = new ManualResetEventSlim();
        try
        {
            var host = await StartAsync();
            _store.Executing = () =>
            {
                block.Wait();
                return Task.CompletedTask;
            };
            var emit = Task.Run(() => host.EmitAsync("1"));
            Assert.That((await Assert.ThrowsAsync<TopicStoreException>(() => emit.WithDeadline()))!.MayBeStored);
            await host.DisposeAsync();
        }
        finally
        {
            block.Set();
        }
    }

    [Test]
    public async Task The_server_starts_while_the_store_does_not_open_and_uses_it_when_it_has()
    {
        _log.Expect("The topic store faulty is away: It was not opened in time.");
        var opens = new TaskCompletionSource();
        _store.Opening = () => opens.Task;
        await using var host = await StartAsync();
        await Assert.ThrowsAsync<TopicStoreException>(() => host.EmitAsync("1"));
        opens.SetResult();
        await Deadlines.Eventually(() => host.Service.Health.Failure is null);
        Assert.That(await host.EmitAsync("2"), Is.EqualTo(1));
    }

    [Test]
    public async Task The_server_stops_while_the_store_does_not_open()
    {
        _log.Expect("is away");
        _log.Expect("has not ended what it was asked for");
        _store.Opening = static () => new TaskCompletionSource().Task;
        var host = await StartAsync();
        await host.DisposeAsync();
    }

    [Test]
    public async Task The_server_stops_while_the_store_does_not_close()
    {
        _log.Expect("The topic store faulty has not ended its closing");
        _store.Closing = static () => new TaskCompletionSource().Task;
        var host = await StartAsync();
        await host.EmitAsync("1");
        await host.DisposeAsync();
        Assert.That(_log.Entries.Count(static one => one.Level == LogLevel.Warning), Is.EqualTo(1));
    }

    [Test]
    public async Task A_store_that_fails_to_close_does_not_fail_the_stop()
    {
        _log.Expect("The topic store faulty failed when the server stopped");
        _store.Closing = static () => throw new InvalidOperationException("a fault");
        var host = await StartAsync();
        await host.DisposeAsync();
        Assert.That(_log.Entries.Count(static one => one.Level == LogLevel.Error), Is.EqualTo(1));
    }

    [Test]
    public async Task While_a_batch_does_not_come_back_the_log_says_so_once_and_the_health_check_each_time()
    {
        _log.Expect("It does not answer: what it was given to write has not come back, and nothing else is written before.");
        var executes = new TaskCompletionSource();
        await using var host = await StartAsync();
        _store.Executing = () => executes.Task;
        for (var n = 0; n < 2; n++)
        {
            await Assert.ThrowsAsync<TopicStoreException>(() => host.EmitAsync("1"));
            await Deadlines.Eventually(() => host.Service.Queue.IsStuck);
            await Assert.ThrowsAsync<TopicStoreException>(() => host.Service.CheckAsync(default).WithDeadline());
        }
        Assert.That(_log.Entries.Count(static one => one.Level == LogLevel.Warning), Is.EqualTo(1));

        _store.Executing = static () => Task.CompletedTask;
        executes.SetResult();
        await Deadlines.Eventually(() => host.Service.Health.Failure is null && !host.Service.Queue.IsStuck);
        await host.Service.CheckAsync(default).WithDeadline();
    }

    [Test]
    public async Task A_store_that_answers_and_stores_nothing_is_not_healthy_until_it_does()
    {
        _log.Expect("is away");
        await using var host = await StartAsync();
        _store.Executing = static () => throw new TopicStoreException("The disk is full.");
        await Assert.ThrowsAsync<TopicStoreException>(() => host.EmitAsync("1").WithDeadline());
        Assert.That((await Assert.ThrowsAsync<TopicStoreException>(() => host.Service.CheckAsync(default).WithDeadline()))!.InnerException!.Message, Is.EqualTo("The disk is full."));
        _store.Executing = static () => Task.CompletedTask;
        await host.EmitAsync("2").WithDeadline();
        await host.Service.CheckAsync(default).WithDeadline();
    }

    [Test]
    public async Task Whatever_a_store_throws_or_does_to_a_batch_the_next_is_written(
        [Values("no message", "null in the batch", "an empty batch")] string what)
    {
        _log.Expect("is away");
        _log.Expect("failed unexpectedly");
        await using var host = await StartAsync();
        switch (what)
        {
            case "no message":
                _store.Executing = static () => throw new NoMessageException();
                break;
            case "null in the batch":
                _store.Answering = static batch => batch.Appends.Add(null!);
                break;
            default:
                _store.Answering = static batch => batch.Appends.Clear();
                break;
        }
        try
        {
            await host.EmitAsync("1").WithDeadline();
        }
        catch (TopicStoreException)
        {
            // it may fail, in time
        }
        _store.Executing = static () => Task.CompletedTask;
        _store.Answering = static _ => { };
        Assert.That(await host.EmitAsync("2").WithDeadline(), Is.Positive);
    }

    [TestCase(-5)]
    [TestCase(0)]
    [TestCase(1)]
    public async Task An_event_whose_sequence_is_not_behind_the_last_fails(long sequence)
    {
        _log.Expect("The topic store faulty gave an answer for the topic / orders that cannot be");
        await using var host = await StartAsync(TimeSpan.FromSeconds(30));
        await host.SubscribeAsync();
        await host.EmitAsync("1");
        _store.Answering = batch => batch.Appends.ForEach(one => one.Sequence = sequence);
        Assert.That((await Assert.ThrowsAsync<TopicStoreException>(() => host.EmitAsync("2")))!.MayBeStored);
        _store.Answering = static _ => { };
        Assert.That(await host.EmitAsync("3"), Is.EqualTo(3), "the others are served");
        Assert.That(_log.Entries.Count(static one => one.Level == LogLevel.Error), Is.EqualTo(1));
    }

    [Test]
    public async Task A_subscription_whose_cursor_cannot_be_fails()
    {
        _log.Expect("The topic store faulty gave an answer for the topic / orders that cannot be");
        await using var host = await StartAsync(TimeSpan.FromSeconds(30));
        await host.EmitAsync("1");
        _store.Answering = static batch => batch.Others.OfType<AttachSubscriber>().ToList().ForEach(static one => one.Cursor = 2);
        await Assert.ThrowsAsync<TopicStoreException>(() => host.SubscribeAsync());
        _store.Answering = static _ => { };
        await host.SubscribeAsync(start: TopicStart.AtSequence(10));
    }

    [Test]
    public async Task Pages_that_cannot_be_reach_nobody_are_told_once_and_do_not_hold_up_others(
        [Values("no list", "the same again", "a hole", "too many", "no array")] string what)
    {
        _log.Expect("The topic store faulty gave an answer for the topic / orders that cannot be");
        await using var host = await StartAsync(TimeSpan.FromSeconds(30));
        await host.EmitAsync(100);
        _store.Reading = page => Task.FromResult(page with { Events = Change(page.Events) });
        var ann = await host.SubscribeAsync(start: TopicStart.AtSequence(21));
        await Deadlines.Eventually(() => _log.Entries.Any(static one => one.Level is LogLevel.Error));
        var others = new TopicName("/", "others");
        var bob = await host.SubscribeAsync(new(others, "bob"));
        await host.EmitAsync("x", others);
        await bob.GotAsync(1); // from memory
        Assert.That((ann.Count, _log.Entries.Count(static one => one.Level is LogLevel.Error)), Is.EqualTo((0, 1)));
        _store.Reading = Task.FromResult;
        await ann.GotAsync(80);
        Assert.That(ann.Sequences, Is.EqualTo(Enumerable.Range(21, 80)));

        IReadOnlyList<StoredEvent> Change(IReadOnlyList<StoredEvent> events) => what switch
        {
            "no list" => null!,
            "the same again" => [Event(20), .. events.Skip(1)],
            "a hole" => [.. events.Take(1), .. events.Skip(2)],
            "too many" => [.. events, Event(events.Count + 21)],
            _ => [Event(21, "{}"), .. events.Skip(1)],
        };

        static StoredEvent Event(long sequence, string json = "[]") => new(sequence, default, new(Encoding.UTF8.GetBytes(json)));
    }

    [Test]
    public async Task Whatever_reading_throws_competing_receivers_get_what_was_claimed_when_it_is_over()
    {
        _log.Expect("is away");
        _log.Expect("failed unexpectedly");
        await using var host = await StartAsync(TimeSpan.FromSeconds(30));
        await host.EmitAsync(10);
        _store.Reading = static _ => throw new InvalidOperationException("a fault");
        var worker = await host.SubscribeAsync(start: TopicStart.Beginning, configure: static options => options.Sharing = Sharing.OneOf);
        await Deadlines.Eventually(() => _log.Entries.Any(static one => one.Level is LogLevel.Error));
        _store.Reading = Task.FromResult;
        await worker.GotAsync(10);
        Assert.That(worker.Sequences, Is.EqualTo(Enumerable.Range(1, 10)));
    }

    [Test]
    public async Task Reads_that_do_not_come_back_fail_in_time_and_do_not_become_more_and_more()
    {
        _log.Expect("The topic store faulty is away: It did not read events of the topic / orders within 0.2 s.");
        var logger = _log.CreateLogger("topics");
        var health = new StoreHealth(_store, TimeSpan.FromSeconds(5), TimeProvider.System, logger);
        using var reads = new StoreReads(_store, health, new StoreAnswers(_store, logger), TimeSpan.FromMilliseconds(200));
        await _store.OpenAsync(new(new NewsRecorder(), TimeProvider.System, logger), default);
        var ends = new TaskCompletionSource();
        var hanging = 0;
        _store.Reading = async page =>
        {
            Interlocked.Increment(ref hanging);
            await ends.Task;
            return page;
        };
        for (var n = 0; n < 3; n++)
        {
            var reading = Enumerable.Range(0, 50).Select(_ => reads.ReadAsync(TopicHost.Orders, 0, 10, default)).ToArray();
            foreach (var one in reading)
                await Assert.ThrowsAsync<TopicStoreException>(() => one.WithDeadline());
        }
        Assert.That(hanging, Is.EqualTo(32));
        ends.SetResult();
        await reads.ReadAsync(TopicHost.Orders, 0, 10, default).WithDeadline();
    }

    [Test]
    public async Task An_emit_to_a_topic_whose_options_cannot_work_fails_at_once_and_others_do_not()
    {
        await using var host = await TopicHost.StartAsync(
            _store, static options => options.For(static (_, name) => name == "bad", static topic => topic.MaxCount = 0), log: _log);
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => host.EmitAsync("1", new TopicName("/", "bad")));
        Assert.That(thrown!.Message, Does.Contain("the topic / bad").And.Contain("MaxCount"));
        Assert.That(await host.EmitAsync("1"), Is.EqualTo(1));
    }

    [Test]
    public async Task What_is_written_before_the_host_has_started_fails_at_once()
    {
        var service = new TopicService(_store, new TopicsOptions(), new ManualClock(), _log.CreateLogger("topics"));
        Func<Task>[] calls =
        [
            () => service.EmitAsync(TopicHost.Orders, TopicHost.Data("1")).AsTask(),
            () => service.SubscribeAsync(TopicHost.Ann, new SubscribeOptions(), new FakeReceiver()),
            () => service.UnsubscribeAsync(TopicHost.Ann),
        ];
        foreach (var call in calls)
        {
            var thrown = await Assert.ThrowsAsync<TopicStoreException>(() => call().WithDeadline());
            Assert.That(thrown!.Message, Does.Contain("start with the host"));
        }
    }

    private Task<TopicHost> StartAsync(TimeSpan? timeout = null) =>
        TopicHost.StartAsync(_store, options => options.StoreTimeout = timeout ?? TimeSpan.FromMilliseconds(200), log: _log);

    private sealed class NoMessageException : Exception
    {
        public override string Message => null!;
    }
}
