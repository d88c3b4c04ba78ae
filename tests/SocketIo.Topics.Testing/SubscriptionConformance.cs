namespace SocketIo.Topics.Testing;

/// <summary>Subscriptions and their cursors.</summary>
public abstract class SubscriptionConformance<THarness> : StoreTests<THarness> where THarness : StoreHarness, new()
{
    [Test]
    public async Task A_new_subscription_begins_where_it_is_told_to()
    {
        await AppendAsync(4);
        await ExecuteAsync(new TrimTopic(Orders) { MaxCount = 3 });

        Assert.That(await CursorAsync("now", default), Is.EqualTo(4));
        Assert.That(await CursorAsync("beginning", TopicStart.Beginning), Is.EqualTo(1));
        Assert.That(await CursorAsync("deleted", TopicStart.AtSequence(2)), Is.EqualTo(1));
        Assert.That(await CursorAsync("third", TopicStart.AtSequence(3)), Is.EqualTo(2));
        Assert.That(await CursorAsync("future", TopicStart.AtSequence(10)), Is.EqualTo(9));
    }

    [Test]
    public async Task A_new_subscription_of_a_topic_that_does_not_exist_gets_the_first_event()
    {
        var attached = await AttachAsync();
        Assert.That((attached.IsNew, attached.Cursor, attached.Kept), Is.EqualTo((true, 0L, new SequenceRange(1, 0))));
        await AppendAsync("a");
        Assert.That((await ReadAsync(attached.Cursor)).Events.Select(TextOf), Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public async Task A_subscription_can_begin_at_a_time()
    {
        var begin = Clock.GetUtcNow();
        for (var minute = 0; minute < 30; minute++)
        {
            await AppendAsync($"{minute}");
            Clock.Advance(TimeSpan.FromMinutes(1));
        }
        Assert.That(await CursorAsync("early", TopicStart.AtTime(begin - TimeSpan.FromDays(1))), Is.EqualTo(0));
        for (var minute = 0; minute < 30; minute++)
        {
            Assert.That(await CursorAsync($"at {minute}", TopicStart.AtTime(begin.AddMinutes(minute))), Is.EqualTo(minute));
            Assert.That(await CursorAsync($"after {minute}", TopicStart.AtTime(begin.AddMinutes(minute).AddSeconds(1))), Is.EqualTo(minute + 1));
        }
        await ExecuteAsync(new TrimTopic(Orders) { MaxCount = 10 });
        Assert.That(await CursorAsync("deleted", TopicStart.AtTime(begin)), Is.EqualTo(20));
        Assert.That(await CursorAsync("kept", TopicStart.AtTime(begin.AddMinutes(25))), Is.EqualTo(25));
    }

    [Test]
    public async Task At_a_time_means_the_first_event_of_that_time_or_later_also_when_clocks_step()
    {
        // 1: 0 min, 2: 10 min, 3: 5 min (the clock was set back), 4: 6 min, 5: 20 min, 6: 7 min
        var begin = Clock.GetUtcNow();
        foreach (var minute in new[] { 0, 10, 5, 6, 20, 7 })
        {
            Clock.Advance(begin.AddMinutes(minute) - Clock.GetUtcNow());
            await AppendAsync($"{minute}");
        }
        Assert.That(await CursorAsync("a", TopicStart.AtTime(begin.AddMinutes(5))), Is.EqualTo(1));
        Assert.That(await CursorAsync("b", TopicStart.AtTime(begin.AddMinutes(11))), Is.EqualTo(4));
        Assert.That(await CursorAsync("c", TopicStart.AtTime(begin.AddMinutes(21))), Is.EqualTo(6));
        await ExecuteAsync(new TrimTopic(Orders) { MaxCount = 4 });
        Assert.That(await CursorAsync("d", TopicStart.AtTime(begin.AddMinutes(6))), Is.EqualTo(2).Or.EqualTo(3), "an event before it is allowed, a later one is not");
    }

    [Test]
    public async Task A_subscription_that_exists_goes_on_where_it_was()
    {
        await AppendAsync(4);
        await AttachAsync(start: TopicStart.Beginning);
        await ExecuteAsync(new MoveCursor(Ann, 2));
        var again = await AttachAsync(start: TopicStart.Now);
        Assert.That((again.IsNew, again.Cursor, again.Kept), Is.EqualTo((false, 2L, new SequenceRange(1, 4))));
    }

    [Test]
    public async Task A_cursor_moves_forward_only_and_its_place_is_told()
    {
        await AppendAsync(4);
        await AttachAsync(start: TopicStart.Beginning);
        Assert.That((await DoAsync(new MoveCursor(Ann, 3))).Cursor, Is.EqualTo(3));
        Assert.That((await DoAsync(new MoveCursor(Ann, 1))).Cursor, Is.EqualTo(3));
        MoveCursor[] moves = [new(Ann, 2), new(Ann, 4), new(new(Orders, "bob"), 1), new(Ann, 3)];
        await ExecuteAsync([.. moves]);

        Assert.That(moves.Select(static one => one.Cursor), Is.EqualTo(new long?[] { 4, 4, null, 4 }).Or.EqualTo(new long?[] { 3, 4, null, 4 }));
        Assert.That((await SubscriptionAsync()).Cursor, Is.EqualTo(4));
    }

    [Test]
    public async Task Subscriptions_of_one_topic_have_a_cursor_each()
    {
        await AppendAsync(4);
        var bob = new SubscriptionName(Orders, "bob");
        await AttachAsync(start: TopicStart.Beginning);
        await AttachAsync(bob, TopicStart.Beginning);
        await ExecuteAsync(new MoveCursor(bob, 3));
        Assert.That((await SubscriptionAsync("ann")).Lag, Is.EqualTo(4));
        Assert.That((await SubscriptionAsync("bob")).Lag, Is.EqualTo(1));
    }

    [Test]
    public async Task What_was_sent_is_known_again_when_the_subscriber_has_left()
    {
        await AppendAsync(9);
        Assert.That((await AttachAsync(start: TopicStart.AtSequence(3))).Sent, Is.EqualTo(2), "nothing was sent yet");
        Assert.That((await AttachAsync()).Sent, Is.Null, "somebody sends, and nobody knows how much");
        await ExecuteAsync(new DetachSubscriber(Ann, "a", 5));
        Assert.That((await AttachAsync()).Sent, Is.EqualTo(5));
        await ExecuteAsync(new DetachSubscriber(Ann, "a", 4));
        Assert.That((await AttachAsync()).Sent, Is.EqualTo(5));
    }

    [Test]
    public async Task The_subscribers_of_a_server_that_is_removed_are_detached_and_what_it_sent_is_not_known()
    {
        await AppendAsync(3);
        await AttachAsync(start: TopicStart.Beginning);
        Clock.Advance(TimeSpan.FromHours(1));
        await ExecuteAsync(new RemoveOwner("a"));
        var info = await SubscriptionAsync();
        Assert.That((info.IsAttached, info.LastSeen), Is.EqualTo((false, Clock.GetUtcNow())));
        Assert.That((await AttachAsync()).Sent, Is.Null);
        await ExecuteAsync(new DetachSubscriber(Ann, "a", 2));
        Assert.That((await AttachAsync()).Sent, Is.EqualTo(2));
    }

    [Test]
    public async Task A_subscriber_is_last_seen_when_it_comes_and_when_it_leaves()
    {
        await AttachAsync();
        var came = Clock.GetUtcNow();
        Assert.That((await SubscriptionAsync()).LastSeen, Is.EqualTo(came));
        Clock.Advance(TimeSpan.FromHours(1));
        await ExecuteAsync(new DetachSubscriber(Ann, "a", 0));
        Assert.That((await SubscriptionAsync()).LastSeen, Is.EqualTo(came.AddHours(1)));
    }

    [Test]
    public async Task A_subscription_that_is_removed_is_forgotten()
    {
        await AppendAsync(2);
        await AttachAsync(start: TopicStart.Beginning);
        Assert.That((await DoAsync(new RemoveSubscription(Ann))).IsRemoved);
        Assert.That((await DoAsync(new RemoveSubscription(Ann))).IsRemoved, Is.False);
        Assert.That((await DoAsync(new MoveCursor(Ann, 1))).Cursor, Is.Null);
        await ExecuteAsync(new DetachSubscriber(Ann, "a", 2));
        Assert.That(await Store.ListSubscriptionsAsync(Orders, default).ToListAsync(), Is.Empty);
        var anew = await AttachAsync();
        Assert.That((anew.IsNew, anew.Cursor, anew.Sent), Is.EqualTo((true, 2L, 2L)));
    }

    [Test]
    public async Task A_subscription_is_removed_for_its_age_only_when_it_is_not_attached()
    {
        await AttachAsync();
        Clock.Advance(TimeSpan.FromDays(2));
        var limit = Clock.GetUtcNow().AddDays(-1);
        Assert.That((await DoAsync(new RemoveSubscription(Ann, limit))).IsRemoved, Is.False, "attached");
        await ExecuteAsync(new DetachSubscriber(Ann, "a", 0));
        Assert.That((await DoAsync(new RemoveSubscription(Ann, limit))).IsRemoved, Is.False, "seen just now");
        Assert.That((await DoAsync(new RemoveSubscription(Ann, Clock.GetUtcNow().AddSeconds(1)))).IsRemoved);
    }

    [Test]
    public async Task A_subscription_stays_shared_or_not()
    {
        await AttachAsync();
        Assert.That((await AttachAsync(shared: true)).IsOtherKind);
        var workers = new SubscriptionName(Orders, "workers");
        await AttachAsync(workers, shared: true);
        Assert.That((await AttachAsync(workers)).IsOtherKind);
        Assert.That((await SubscriptionAsync()).IsShared, Is.False);
        Assert.That((await SubscriptionAsync("workers")).IsShared);
    }

    private async Task<long> CursorAsync(string subscriber, TopicStart start) => (await AttachAsync(new(Orders, subscriber), start)).Cursor;
}
