using Microsoft.Extensions.Logging;
using SocketIo.TestKit;
using SocketIo.Topics.Testing;
using static SocketIo.Topics.Testing.TopicHost;

namespace SocketIo.Topics.Tests.Delivery;

/// <summary>Subscriptions whose receivers get every event each.</summary>
internal sealed class EachSubscriptionTests
{
    private static readonly SubscriptionName Bob = new(Orders, "bob");

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
    public async Task A_receiver_gets_what_is_emitted_in_order_and_its_acknowledgements_move_the_cursor()
    {
        var ann = await _host.SubscribeAsync();
        await _host.EmitAsync(5);
        await ann.GotAsync(5);
        Assert.That(ann.Texts, Is.EqualTo("1 2 3 4 5"));
        Assert.That(ann.All.Select(static one => one.IsRedelivered), Has.None.True);
        await CursorIsAsync(5);
    }

    [Test]
    public async Task An_emit_returns_the_sequence() =>
        Assert.That(new[] { await _host.EmitAsync("a"), await _host.EmitAsync("b") }, Is.EqualTo(new[] { 1, 2 }));

    [Test]
    public async Task A_new_subscriber_begins_now_or_where_it_says()
    {
        await _host.EmitAsync(3);
        var now = await _host.SubscribeAsync();
        var all = await _host.SubscribeAsync(Bob, TopicStart.Beginning);
        var third = await _host.SubscribeAsync(new(Orders, "third"), TopicStart.AtSequence(3));
        await _host.EmitAsync("4");
        await Task.WhenAll(now.GotAsync(1), all.GotAsync(4), third.GotAsync(2));
        Assert.That((now.Texts, all.Texts, third.Texts), Is.EqualTo(("4", "1 2 3 4", "3 4")));
    }

    [Test]
    public async Task What_was_missed_comes_at_the_next_time_then_what_comes_and_nothing_twice()
    {
        var ann = await _host.SubscribeAsync();
        await _host.EmitAsync(3);
        await ann.GotAsync(3);
        ann.Leave();
        await _host.DetachedAsync();
        await _host.EmitAsync(3, first: 4);

        ann = await _host.SubscribeAsync();
        await _host.EmitAsync("7");
        await ann.GotAsync(4);
        Assert.That(ann.Texts, Is.EqualTo("4 5 6 7"));
        Assert.That(ann.All.Select(static one => one.IsRedelivered), Has.None.True, "it never had them");
    }

    [Test]
    public async Task What_was_not_acknowledged_comes_again_first_and_says_so()
    {
        var ann = await _host.SubscribeAsync(acknowledges: false);
        await _host.EmitAsync(5);
        await ann.GotAsync(5);
        ann.Acknowledge(1, 2, 4);
        ann.Leave();
        await _host.EmitAsync("6");

        ann = await _host.SubscribeAsync();
        await ann.GotAsync(3);
        Assert.That(ann.Texts, Is.EqualTo("3 5 6").Or.EqualTo("3 4 5 6"), "4 may be forgotten when nobody was there");
        Assert.That(ann.All.Select(static one => one.IsRedelivered), Is.EqualTo(ann.All.Select(static one => one.Sequence <= 5)));
        await CursorIsAsync(6);
    }

    [Test]
    public async Task A_receiver_that_comes_while_another_is_there_gets_what_is_not_acknowledged()
    {
        var first = await _host.SubscribeAsync(acknowledges: false);
        await _host.EmitAsync(5);
        await first.GotAsync(5);
        first.Acknowledge(1, 2, 4);
        var second = await _host.SubscribeAsync(acknowledges: false);
        await _host.EmitAsync("6");
        await Task.WhenAll(first.GotAsync(6), second.GotAsync(3));
        Assert.That(second.Texts, Is.EqualTo("3 5 6"));
        Assert.That(second.All.Select(static one => one.IsRedelivered), Is.EqualTo(new[] { true, true, false }));
        Assert.That(first.Texts, Is.EqualTo("1 2 3 4 5 6"));
    }

    [Test]
    public async Task Each_receiver_gets_every_event_and_any_ones_acknowledgement_counts()
    {
        var first = await _host.SubscribeAsync(acknowledges: false);
        var second = await _host.SubscribeAsync(acknowledges: false);
        await _host.EmitAsync(4);
        await Task.WhenAll(first.GotAsync(4), second.GotAsync(4));
        first.Acknowledge(1, 3);
        second.Acknowledge(2);
        await CursorIsAsync(3);
        first.Leave();
        second.Acknowledge(4);
        await CursorIsAsync(4);
        Assert.That((await _host.InfoAsync())!.IsAttached);
    }

    [Test]
    public async Task No_more_than_a_window_is_unacknowledged([Values(1, 3, 64)] int window)
    {
        var ann = await _host.SubscribeAsync(configure: options => options.Window = window, acknowledges: false);
        await _host.EmitAsync(3 * window);
        await ann.GotAsync(window);
        await _host.PassAsync(TimeSpan.FromSeconds(3));
        Assert.That(ann.Count, Is.EqualTo(window));
        for (var n = 1; n <= 3 * window; n++)
        {
            await ann.GotAsync(n);
            ann.Acknowledge(n);
            Assert.That(ann.Count, Is.LessThanOrEqualTo(n + window));
        }
        await ann.GotAsync(3 * window);
        Assert.That(ann.Sequences, Is.EqualTo(Enumerable.Range(1, 3 * window)));
    }

    [Test]
    public async Task One_event_that_is_not_acknowledged_holds_back_what_is_farther_than_a_window()
    {
        var ann = await _host.SubscribeAsync(configure: static options => options.Window = 4, acknowledges: false);
        await _host.EmitAsync(10);
        await ann.GotAsync(4);
        ann.Acknowledge(2, 3, 4);
        await _host.PassAsync(TimeSpan.FromSeconds(3));
        Assert.That(ann.Count, Is.EqualTo(4), "or more than a window would come twice");
        ann.Acknowledge(1);
        await ann.GotAsync(8);
    }

    [Test]
    public async Task A_slow_receiver_keeps_nobody_waiting_and_its_backlog_is_read_by_pages()
    {
        var slow = await _host.SubscribeAsync(acknowledges: false);
        var tab = await _host.SubscribeAsync();
        var bob = await _host.SubscribeAsync(Bob);
        await _host.EmitAsync(500);
        await Task.WhenAll(tab.GotAsync(500), bob.GotAsync(500));
        Assert.That(slow.Count, Is.EqualTo(64));
        tab.Leave();
        slow.Acknowledges = true;
        slow.AcknowledgeAll();
        await slow.GotAsync(500);
        Assert.That(slow.Sequences, Is.EqualTo(Enumerable.Range(1, 500)));
    }

    [Test]
    public async Task A_backlog_is_not_read_event_by_event_as_acknowledgements_come()
    {
        await _host.EmitAsync(640);
        var ann = await _host.SubscribeAsync(start: TopicStart.Beginning, acknowledges: false);
        await ann.GotAsync(64);
        for (var n = 1; n <= 640; n++)
        {
            ann.Acknowledge(n);
            if (ann.Count < 640 && 2 * (ann.Count - n) <= 64)
                await ann.GotAsync(n + 33);
        }
        await ann.GotAsync(640);
        Assert.That(_store.Reads, Is.InRange(10, 25));
    }

    [Test]
    public async Task A_receiver_whose_connection_is_full_gets_the_rest_when_it_has_room()
    {
        var ann = new FakeReceiver { MaxBytes = 0 };
        await _host.AddAsync(ann);
        var bob = await _host.SubscribeAsync(Bob);
        await _host.EmitAsync(20);
        await bob.GotAsync(20);
        Assert.That(ann.Count, Is.Zero);
        ann.MakeRoom();
        await ann.GotAsync(20);
        Assert.That(ann.Sequences, Is.EqualTo(Enumerable.Range(1, 20)));
    }

    [Test]
    public async Task Receivers_of_many_subscriptions_ask_the_store_for_new_events_once_at_most()
    {
        var all = await Task.WhenAll(Enumerable.Range(0, 50).Select(n => _host.SubscribeAsync(new(Orders, $"{n}"))));
        for (var n = 1; n <= 20; n++)
        {
            await _host.EmitAsync($"{n}");
            await Task.WhenAll(all.Select(one => one.GotAsync(n)));
        }
        Assert.That(_store.Reads, Is.Zero);
    }

    [Test]
    public async Task Events_of_other_servers_are_read_when_they_are_told()
    {
        var all = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => _host.SubscribeAsync(new(Orders, $"{n}"))));
        await AppendElsewhereAsync("1", "2");
        ((ITopicNews)_host.Service).Changed(Orders, 2);
        await Task.WhenAll(all.Select(static one => one.GotAsync(2)));
        await AppendElsewhereAsync("3");
        await _host.EmitAsync("4");
        await Task.WhenAll(all.Select(static one => one.GotAsync(4)));
        Assert.That(all.Select(static one => one.Texts), Has.All.EqualTo("1 2 3 4"));

        await AppendElsewhereAsync("5");
        ((ITopicNews)_host.Service).Lost();
        await Task.WhenAll(all.Select(static one => one.GotAsync(5)));
        Assert.That(_store.Reads, Is.LessThan(20), "they share what is read");
    }

    [Test]
    public async Task At_most_a_window_comes_twice_when_a_server_dies()
    {
        var ann = await _host.SubscribeAsync(acknowledges: false);
        ann.OnDelivered = delivered =>
        {
            if (delivered.Sequence <= 100)
                ann.Lane!.Acknowledge(delivered.Sequence);
        };
        await _host.EmitAsync(300);
        await ann.GotAsync(164);

        // the server is not there any more, and has said nothing
        await using var other = await TopicHost.StartAsync(new ScriptedStore(_memory), clock: _clock, log: _log);
        var again = await other.SubscribeAsync();
        await again.GotAsync(200);
        Assert.That(again.Sequences, Is.EqualTo(Enumerable.Range(101, 200)));
        Assert.That(again.All.Where(static one => one.IsRedelivered).Select(static one => one.Sequence), Is.EqualTo(Enumerable.Range(101, 64)), "what may have been sent");
    }

    [Test]
    public async Task The_window_is_counted_from_what_the_store_knows()
    {
        var ann = await _host.SubscribeAsync();
        await _host.EmitAsync(10);
        await ann.GotAsync(10);
        await CursorIsAsync(10);
        var emits = Enumerable.Range(0, 200).Select(n => _host.EmitAsync($"{n}")).ToArray();
        await Task.WhenAll(emits);
        await ann.GotAsync(210);

        _store.Hold();
        ann.Acknowledges = true;
        await AppendElsewhereAsync([.. Enumerable.Range(0, 200).Select(static n => $"{n}")]);
        ((ITopicNews)_host.Service).Changed(Orders, 410);
        await ann.GotAsync(274);
        await _host.PassAsync(TimeSpan.FromSeconds(2));
        Assert.That(ann.Count, Is.EqualTo(274), "acknowledged, but the store does not know");
        _store.Release();
        await ann.GotAsync(410);
        Assert.That(ann.Sequences, Is.EqualTo(Enumerable.Range(1, 410)));
    }

    [Test]
    public async Task A_receiver_that_does_not_acknowledge_is_noticed_and_gets_nothing_more_until_it_does()
    {
        _log.Expect("does not acknowledge: Stop");
        var ann = await _host.SubscribeAsync(acknowledges: false);
        var bob = await _host.SubscribeAsync(Bob);
        await _host.EmitAsync(3);
        await ann.GotAsync(3);
        await _host.PassAsync(TimeSpan.FromSeconds(29));
        Assert.That(WarningCount, Is.Zero);
        await _host.PassAsync(TimeSpan.FromSeconds(3));
        Assert.That(WarningCount, Is.EqualTo(1));
        await _host.EmitAsync("4");
        await bob.GotAsync(4);
        await _host.PassAsync(TimeSpan.FromSeconds(60));
        Assert.That((ann.Count, WarningCount), Is.EqualTo((3, 1)));
        ann.Acknowledge(1);
        await ann.GotAsync(4);
    }

    [Test]
    public async Task A_receiver_that_acknowledges_now_and_then_is_not_noticed()
    {
        var ann = await _host.SubscribeAsync(acknowledges: false);
        await _host.EmitAsync(5);
        await ann.GotAsync(5);
        for (var n = 1; n <= 4; n++)
        {
            await _host.PassAsync(TimeSpan.FromSeconds(25));
            ann.Acknowledge(n);
        }
        Assert.That(WarningCount, Is.Zero);
    }

    [Test]
    public async Task A_receiver_that_does_not_acknowledge_can_be_disconnected()
    {
        _log.Expect("does not acknowledge: Disconnect");
        var ann = await _host.SubscribeAsync(configure: static options => options.Unacknowledged = Unacknowledged.Disconnect, acknowledges: false);
        await _host.EmitAsync(1);
        await ann.GotAsync(1);
        await _host.PassAsync(TimeSpan.FromSeconds(90));
        Assert.That((ann.DisconnectCount, WarningCount), Is.EqualTo((1, 1)));
        ann.Leave();
        var again = await _host.SubscribeAsync();
        await again.GotAsync(1);
        Assert.That(again.All[0].IsRedelivered);
    }

    [Test]
    public async Task A_receiver_that_does_not_acknowledge_can_go_on_and_what_it_has_got_counts()
    {
        _log.Expect("does not acknowledge: Continue");
        var ann = await _host.SubscribeAsync(configure: static options => (options.Unacknowledged, options.Window) = (Unacknowledged.Continue, 2), acknowledges: false);
        await _host.EmitAsync(3);
        await ann.GotAsync(2);
        await _host.PassUntilAsync(() => ann.Count == 3);
        await CursorIsAsync(2);
    }

    [Test]
    public async Task What_was_deleted_before_it_was_delivered_is_told_once_before_what_follows()
    {
        await _host.EmitAsync(2);
        var ann = await _host.SubscribeAsync(start: TopicStart.Beginning);
        await ann.GotAsync(2);
        ann.Leave();
        await _host.DetachedAsync();
        await _host.EmitAsync(8, first: 3);
        await ExecuteAsync(new TrimTopic(Orders) { MaxCount = 3 });

        ann = await _host.SubscribeAsync();
        await ann.GotAsync(3);
        Assert.That(ann.AllMissed, Is.EqualTo(new SequenceRange[] { new(3, 7) }));
        Assert.That(ann.Texts, Is.EqualTo("8 9 10"));
        Assert.That(_log.Entries.Single(static one => one.Message.Contains("has missed", StringComparison.Ordinal)).Message, Does.Contain("3 to 7"));
        await CursorIsAsync(10);
        ann.Leave();
        await _host.DetachedAsync();
        await _host.EmitAsync("11");
        ann = await _host.SubscribeAsync();
        await ann.GotAsync(1);
        Assert.That(ann.AllMissed, Is.Empty);
    }

    [Test]
    public async Task What_was_deleted_while_a_receiver_was_slow_is_told()
    {
        var ann = await _host.SubscribeAsync(configure: static options => options.Window = 2, acknowledges: false);
        await using var elsewhere = await TopicHost.StartAsync(new ScriptedStore(_memory), clock: _clock, log: _log);
        await elsewhere.EmitAsync(10);
        ((ITopicNews)_host.Service).Changed(Orders, 10);
        await ann.GotAsync(2);
        await ExecuteAsync(new TrimTopic(Orders) { MaxCount = 4 });
        ann.Acknowledge(1, 2);
        await ann.GotAsync(4);
        Assert.That(ann.AllMissed, Is.EqualTo(new SequenceRange[] { new(3, 6) }));
        Assert.That(ann.Sequences, Is.EqualTo(new[] { 1, 2, 7, 8 }));
    }

    [Test]
    public async Task Everything_that_was_deleted_is_told_also_when_nothing_follows()
    {
        var ann = await _host.SubscribeAsync();
        ann.Leave();
        await _host.DetachedAsync();
        await _host.EmitAsync(3);
        await ExecuteAsync(new TrimTopic(Orders) { MaxCount = 0 });
        ann = await _host.SubscribeAsync();
        await Deadlines.Eventually(() => ann.AllMissed.Length > 0);
        Assert.That(ann.AllMissed, Is.EqualTo(new SequenceRange[] { new(1, 3) }));
        await CursorIsAsync(3);
        await _host.EmitAsync("4");
        await ann.GotAsync(1);
    }

    [Test]
    public async Task An_unsubscribed_receiver_gets_nothing_more_and_begins_anew_the_next_time()
    {
        var ann = await _host.SubscribeAsync();
        await _host.EmitAsync(2);
        await ann.GotAsync(2);
        Assert.That(await _host.Service.UnsubscribeAsync(Ann));
        Assert.That(ann.HasEnded);
        await _host.EmitAsync("3");
        Assert.That(await _host.Service.UnsubscribeAsync(Ann), Is.False);
        await Deadlines.Eventually(() => _host.Service.SubscriptionCount == 0);

        var again = await _host.SubscribeAsync();
        await _host.EmitAsync("4");
        await again.GotAsync(1);
        Assert.That((ann.Texts, again.Texts), Is.EqualTo(("1 2", "4")));
    }

    [Test]
    public async Task A_subscription_that_another_server_has_removed_ends_when_it_is_noticed()
    {
        var ann = await _host.SubscribeAsync();
        await ExecuteAsync(new RemoveSubscription(Ann));
        await _host.EmitAsync(1);
        await Deadlines.Eventually(() => ann.HasEnded);
        await Deadlines.Eventually(() => _host.Service.SubscriptionCount == 0);
    }

    [Test]
    public async Task An_acknowledgement_of_what_was_not_sent_is_ignored()
    {
        var ann = await _host.SubscribeAsync(acknowledges: false);
        await _host.EmitAsync(2);
        await ann.GotAsync(2);
        ann.Acknowledge(3, 0, -1, long.MaxValue, 1, 1);
        await CursorIsAsync(1);
        ann.Acknowledge(2, 2);
        await CursorIsAsync(2);
    }

    [Test]
    public async Task Nothing_is_delivered_behind_the_leaving()
    {
        for (var round = 0; round < 50; round++)
        {
            var ann = await _host.SubscribeAsync();
            var emitting = _host.EmitAsync(5);
            ann.Leave();

            // what was stored before may be on its way
            var later = await _host.EmitAsync("later");
            await emitting;
            await Task.Delay(1);
            Assert.That(ann.Sequences, Has.None.GreaterThanOrEqualTo(later));
        }
    }

    [Test]
    public async Task A_receiver_that_comes_while_the_last_one_leaves_gets_everything()
    {
        FakeReceiver? before = null;
        for (var round = 0; round < 100; round++)
        {
            var ann = await _host.SubscribeAsync();
            var emitting = _host.EmitAsync(3);
            await ann.GotAsync(1);

            // what was on its way when it left was delivered all the same
            Assert.That(ann.All[0].Sequence, Is.LessThanOrEqualTo((before?.Sequences.Max() ?? 0) + 1));
            ann.Leave();
            before = ann;
            await emitting;
        }
    }

    [Test]
    public async Task Without_a_store_emits_fail_in_time_and_deliveries_go_on_when_it_is_back()
    {
        _log.Expect("is away");
        var ann = await _host.SubscribeAsync(acknowledges: false);
        await _host.EmitAsync(100);
        await ann.GotAsync(64);
        _store.Before = static _ => new TopicStoreException("The disk is gone.");
        _store.BeforeRead = static () => new TopicStoreException("The disk is gone.");
        var failing = _host.Service.EmitAsync(Orders, Data("lost")).AsTask();
        ann.AcknowledgeAll();
        await _host.PassAsync(TimeSpan.FromSeconds(10));
        var failure = await Assert.ThrowsAsync<TopicStoreException>(() => failing.WithDeadline());
        Assert.That(failure!.ToString(), Does.Contain("The disk is gone."));

        _store.Before = static _ => null;
        _store.BeforeRead = static () => null;
        ann.Acknowledges = true;
        await _host.PassUntilAsync(() => ann.Count > 64);
        ann.AcknowledgeAll();
        await _host.PassUntilAsync(() => ann.Count >= 100);
        Assert.That(ann.Sequences, Is.EqualTo(Enumerable.Range(1, 100)));
        await _host.PassUntilAsync(() => _host.CursorAsync().GetAwaiter().GetResult() == 100);
        Assert.That(await _host.EmitAsync("back"), Is.EqualTo(101));
    }

    [Test]
    public async Task Without_a_store_a_subscription_fails_in_time_and_can_be_tried_again()
    {
        _log.Expect("is away");
        _store.Before = static _ => new TopicStoreException("The disk is gone.");
        var subscribing = _host.Service.SubscribeAsync(Ann, new SubscribeOptions(), new FakeReceiver());
        await _host.PassUntilAsync(() => subscribing.IsCompleted);
        await Assert.ThrowsAsync<TopicStoreException>(() => subscribing);
        Assert.That(_host.Service.SubscriptionCount, Is.Zero);
        _store.Before = static _ => null;
        var ann = await _host.SubscribeAsync();
        await _host.EmitAsync(1);
        await ann.GotAsync(1);
    }

    [Test]
    public async Task An_event_with_a_known_key_is_neither_stored_nor_delivered_again()
    {
        var ann = await _host.SubscribeAsync();
        var key = new string('k', 10_000) + "\0\ud800";
        Assert.That(await _host.EmitAsync("1", key: key), Is.EqualTo(1));
        Assert.That(await _host.EmitAsync("again", key: key), Is.EqualTo(1));
        Assert.That(await _host.EmitAsync("2", key: key + "x"), Is.EqualTo(2));
        await ann.GotAsync(2);
        Assert.That(ann.Texts, Is.EqualTo("1 2"));
    }

    [Test]
    public async Task Names_and_options_out_of_their_range_are_refused_where_they_are_given()
    {
        foreach (var name in new[] { "", new string('x', 256), "a\0", "\ud800" })
        {
            await Assert.ThrowsAsync<ArgumentException>(() => _host.EmitAsync("x", new("/", name)));
            await Assert.ThrowsAsync<ArgumentException>(() => _host.SubscribeAsync(new(Orders, name)));
        }
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _host.SubscribeAsync(configure: static options => options.Window = 0));
        var large = await Assert.ThrowsAsync<ArgumentException>(() => _host.EmitAsync(new string('x', 2_000_000)));
        Assert.That(large!.Message, Does.Contain("MaxEventBytes"));
    }

    [Test]
    public async Task A_receiver_that_throws_is_logged_and_keeps_nobody_waiting()
    {
        _log.Expect("failed unexpectedly");
        var ann = new FakeReceiver { OnDelivered = static _ => throw new InvalidOperationException("a fault") };
        await _host.AddAsync(ann);
        var bob = await _host.SubscribeAsync(Bob);
        await _host.EmitAsync(3);
        await bob.GotAsync(3);
    }

    private int WarningCount => _log.Entries.Count(static one => one.Level == LogLevel.Warning);

    private Task CursorIsAsync(long cursor) => Deadlines.Eventually(() => _host.CursorAsync().GetAwaiter().GetResult() == cursor);

    private async Task ExecuteAsync(TopicOperation operation)
    {
        var batch = new TopicBatch(_clock.GetUtcNow());
        batch.Add(operation);
        await _memory.ExecuteAsync(batch, default);
    }

    private async Task AppendElsewhereAsync(params string[] texts)
    {
        foreach (var text in texts)
            await ExecuteAsync(new AppendEvent(Orders, Data(text)));
    }
}
