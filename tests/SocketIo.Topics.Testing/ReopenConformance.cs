namespace SocketIo.Topics.Testing;

/// <summary>Stores that keep what they have when they are closed.</summary>
public abstract class ReopenConformance<THarness> : StoreTests<THarness> where THarness : StoreHarness, new()
{
    [Test]
    public async Task What_is_stored_is_there_when_the_store_is_opened_again()
    {
        await AppendAsync("a", "b");
        await AppendWithKeyAsync("key");
        await AttachAsync(start: TopicStart.Beginning);
        await ExecuteAsync(new MoveCursor(Ann, 2), new DetachSubscriber(Ann, "a", 2));
        var before = await InfoAsync();
        await ReopenAsync();

        Assert.That(await InfoAsync(), Is.EqualTo(before));
        Assert.That(await TextsAsync(), Is.EqualTo(new[] { "a", "b", "key" }));
        Assert.That((await AppendWithKeyAsync("key")).IsDuplicate);
        var attached = await AttachAsync();
        Assert.That((attached.IsNew, attached.Cursor, attached.Sent), Is.EqualTo((false, 2L, 2L)));
        Assert.That((await DoAsync(new AppendEvent(Orders, Data("c")))).Sequence, Is.EqualTo(4));
    }

    [Test]
    public async Task A_large_event_is_whole_when_the_store_is_opened_again()
    {
        var big = new byte[1_000_000];
        new Random(2).NextBytes(big);
        await ExecuteAsync(new AppendEvent(Orders, new("""["a",{"_placeholder":true,"num":0}]"""u8.ToArray(), [big])));
        await ReopenAsync();
        Assert.That((await ReadAsync()).Events.Single().Data.Attachments[0].ToArray(), Is.EqualTo(big));
    }

    [Test]
    public async Task The_sequences_go_on_when_a_topic_without_events_is_opened_again()
    {
        await AppendAsync(3);
        await AttachAsync();
        await ExecuteAsync(new TrimTopic(Orders) { MaxCount = 0 });
        await ReopenAsync();
        Assert.That((await DoAsync(new AppendEvent(Orders, Data("a")))).Sequence, Is.EqualTo(4));
    }
}
