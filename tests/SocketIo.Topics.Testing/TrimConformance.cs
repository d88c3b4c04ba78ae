namespace SocketIo.Topics.Testing;

/// <summary>What is deleted, and what is not.</summary>
public abstract class TrimConformance<THarness> : StoreTests<THarness> where THarness : StoreHarness, new()
{
    [Test]
    public async Task The_newest_events_up_to_a_count_are_kept()
    {
        await AppendAsync(5);
        var trim = await DoAsync(new TrimTopic(Orders) { MaxCount = 2 });
        Assert.That((trim.Deleted, trim.HasMore), Is.EqualTo((new SequenceRange(1, 3), false)));
        Assert.That(await KeptAsync(), Is.EqualTo(new SequenceRange(4, 5)));
        Assert.That(await TextsAsync(), Is.EqualTo(new[] { "4", "5" }), "a page begins with what is kept");
        Assert.That((await DoAsync(new TrimTopic(Orders) { MaxCount = 2 })).Deleted.Count, Is.Zero);
    }

    [Test]
    public async Task The_newest_events_up_to_a_number_of_bytes_are_kept()
    {
        await ExecuteAsync([.. Enumerable.Range(0, 6).Select(_ => new AppendEvent(Orders, Data(new string('x', 10_000))))]);
        await ExecuteAsync(new TrimTopic(Orders) { MaxBytes = 35_000 });
        Assert.That(await KeptAsync(), Is.EqualTo(new SequenceRange(4, 6)));
        Assert.That((await InfoAsync())!.Bytes, Is.InRange(30_000, 35_000));
        await AppendAsync("small");
        await ExecuteAsync(new TrimTopic(Orders) { MaxBytes = 15_000 });
        Assert.That(await KeptAsync(), Is.EqualTo(new SequenceRange(6, 7)));
        await ExecuteAsync(new TrimTopic(Orders) { MaxBytes = 1 });
        Assert.That(await InfoAsync(), Is.Null, "nothing is left of it");
    }

    [Test]
    public async Task Events_before_a_time_are_deleted()
    {
        await KeepTopicAsync();
        for (var minute = 0; minute < 5; minute++)
        {
            await AppendAsync($"{minute}");
            Clock.Advance(TimeSpan.FromMinutes(1));
        }
        var now = Clock.GetUtcNow();
        await ExecuteAsync(new TrimTopic(Orders) { StoredBefore = now.AddMinutes(-3) });
        Assert.That(await TextsAsync(), Is.EqualTo(new[] { "2", "3", "4" }));
        await ExecuteAsync(new TrimTopic(Orders) { StoredBefore = now });
        Assert.That(await KeptAsync(), Is.EqualTo(new SequenceRange(6, 5)));
        await AppendAsync("5");
        Assert.That((await ReadAsync()).Events.Single().Sequence, Is.EqualTo(6), "sequences go on");
    }

    [Test]
    public async Task A_clock_that_was_behind_for_a_moment_deletes_nothing_that_is_young()
    {
        await KeepTopicAsync();
        var begin = Clock.GetUtcNow();
        await AppendAtAsync(begin, "old");
        await AppendAtAsync(begin.AddDays(2), "young");
        await AppendAtAsync(begin, "young too, with a wrong time");
        await AppendAtAsync(begin.AddDays(2), "young as well");
        await ExecuteAsync(new TrimTopic(Orders) { StoredBefore = begin.AddDays(1) });
        Assert.That(await KeptAsync(), Is.EqualTo(new SequenceRange(2, 4)));
    }

    [Test]
    public async Task A_clock_that_was_ahead_for_a_moment_keeps_nothing_for_ever()
    {
        await KeepTopicAsync();
        var begin = Clock.GetUtcNow();
        await AppendAtAsync(begin, "old");
        await AppendAtAsync(begin.AddYears(1), "from the future");
        await AppendAtAsync(begin, "old again");
        await AppendAtAsync(begin.AddYears(1), "from the future again");
        await AppendAtAsync(begin.AddDays(2), "young");
        await ExecuteAsync(new TrimTopic(Orders) { StoredBefore = begin.AddDays(1) });
        Assert.That(await KeptAsync(), Is.EqualTo(new SequenceRange(4, 5)), "the last from the future may be young");
    }

    [Test]
    public async Task What_all_subscriptions_have_acknowledged_is_deleted_when_asked()
    {
        await AppendAsync(6);
        var trim = new TrimTopic(Orders) { Acknowledged = true };
        await ExecuteAsync(trim);
        Assert.That((await KeptAsync()).First, Is.EqualTo(1), "nobody has acknowledged anything");

        var workers = new SubscriptionName(Orders, "workers");
        await AttachAsync(start: TopicStart.Beginning);
        await AttachAsync(workers, TopicStart.Beginning, shared: true);
        await ExecuteAsync(new MoveCursor(Ann, 5), new ClaimEvents(workers, "a", 4), new AcknowledgeClaims(workers, [1, 2, 4]));
        await ExecuteAsync(new TrimTopic(Orders) { MaxCount = 100 });
        Assert.That((await KeptAsync()).First, Is.EqualTo(1), "it was not asked");
        await ExecuteAsync(trim);
        Assert.That(await KeptAsync(), Is.EqualTo(new SequenceRange(3, 6)));
        await ExecuteAsync(new AcknowledgeClaims(workers, [3]));
        await ExecuteAsync(trim);
        Assert.That(await KeptAsync(), Is.EqualTo(new SequenceRange(5, 6)));
    }

    [Test]
    public async Task A_long_deletion_is_done_in_parts()
    {
        await AppendAsync(10);
        var trim = await DoAsync(new TrimTopic(Orders) { MaxCount = 1, MaxDeleted = 4 });
        Assert.That((trim.Deleted, trim.HasMore), Is.EqualTo((new SequenceRange(1, 4), true)));
        trim = await DoAsync(new TrimTopic(Orders) { MaxCount = 1, MaxDeleted = 4 });
        Assert.That((trim.Deleted, trim.HasMore), Is.EqualTo((new SequenceRange(5, 8), true)));
        trim = await DoAsync(new TrimTopic(Orders) { MaxCount = 1, MaxDeleted = 4 });
        Assert.That((trim.Deleted, trim.HasMore), Is.EqualTo((new SequenceRange(9, 9), false)));
    }

    [Test]
    public async Task A_topic_of_which_nothing_is_left_is_removed_and_is_another_one_when_it_comes_again()
    {
        await AppendAsync(2);
        await AttachAsync();
        var id = (await InfoAsync())!.Id;
        await ExecuteAsync(new TrimTopic(Orders) { MaxCount = 0 });
        Assert.That((await InfoAsync())!.Id, Is.EqualTo(id), "it has a subscription");
        await ExecuteAsync(new RemoveSubscription(Ann));
        await AppendWithKeyAsync("key");
        var memory = new KeyMemory(TimeSpan.FromHours(1), 10);
        await ExecuteAsync(new TrimTopic(Orders) { MaxCount = 0, Memory = memory });
        Assert.That((await InfoAsync())!.Id, Is.EqualTo(id), "it has a key");
        Clock.Advance(TimeSpan.FromHours(1));
        await ExecuteAsync(new TrimTopic(Orders) { MaxCount = 0, Memory = memory });
        Assert.That(await InfoAsync(), Is.Null);

        await AppendAsync("anew");
        Assert.That((await ReadAsync()).Events.Single().Sequence, Is.EqualTo(1));
        Assert.That((await InfoAsync())!.Id, Is.Not.EqualTo(id));
        Assert.That((await AttachAsync()).TopicId, Is.EqualTo((await InfoAsync())!.Id));
    }

    [Test]
    public async Task A_topic_that_another_server_has_removed_is_made_anew()
    {
        var (one, other) = await TwoAsync();
        await AppendAsync(2, one);
        await AppendAsync(1, other);
        await ExecuteAsync(one, new TrimTopic(Orders) { MaxCount = 0 });
        await AppendAsync(1, other);
        Assert.That((await ReadAsync(store: one)).Kept, Is.EqualTo(new SequenceRange(1, 1)));
        await ExecuteAsync(one, new TrimTopic(Orders) { MaxCount = 0 });
        await AttachAsync(store: other);
        Assert.That((await SubscriptionAsync()).Subscription, Is.EqualTo(Ann));
        Assert.That((await ReadAsync(store: other)).Events, Is.Empty);
    }

    [Test]
    public async Task A_topic_that_does_not_exist_can_be_trimmed()
    {
        var trim = await DoAsync(new TrimTopic(Orders) { MaxCount = 0 });
        Assert.That((trim.Deleted.Count, trim.HasMore), Is.EqualTo((0L, false)));
        Assert.That(await InfoAsync(), Is.Null);
    }

    // a topic with a subscription stays when its events are gone
    private async Task KeepTopicAsync() => await AttachAsync(new(Orders, "keeper"));

    private async Task AppendAtAsync(DateTimeOffset time, string text)
    {
        Clock.Advance(time - Clock.GetUtcNow());
        await AppendAsync(text);
    }
}
