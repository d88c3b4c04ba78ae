using Microsoft.Extensions.Logging.Abstractions;
using SocketIo.Cluster;
using SocketIo.TestKit;
using SocketIo.Topics.Testing;

namespace SocketIo.Topics.Tests.Stores;

/// <summary>What is special about the store in memory: its bound.</summary>
internal sealed class MemoryTopicStoreTests
{
    private static readonly TopicName Orders = new("/", "orders");

    private readonly ManualClock _clock = new();

    [Test]
    public async Task A_full_store_deletes_the_oldest_events_of_all_topics()
    {
        await using var store = new MemoryTopicStore(10_000);
        TopicName[] topics = [Orders, new("/", "news"), new("/shop", "orders")];
        for (var n = 0; n < 300; n++)
            await AppendAsync(store, topics[n % 3], 1000 - StoredEvent.Overhead);

        var infos = await store.ListTopicsAsync(null, default).ToListAsync();
        Assert.That(infos.Sum(static one => one.Bytes), Is.EqualTo(10_000));
        Assert.That(infos.Select(static one => one.Kept.Count), Is.EquivalentTo(new[] { 3, 3, 4 }));
        Assert.That(infos.Select(static one => one.Kept.Last), Has.All.EqualTo(100));
    }

    [Test]
    public async Task A_full_store_knows_what_was_trimmed_before()
    {
        await using var store = new MemoryTopicStore(10_000);
        var news = new TopicName("/", "news");
        for (var n = 0; n < 5; n++)
        {
            await AppendAsync(store, Orders, 1000 - StoredEvent.Overhead);
            await AppendAsync(store, news, 1000 - StoredEvent.Overhead);
        }
        await ExecuteAsync(store, new TrimTopic(news) { MaxCount = 1 });
        for (var n = 0; n < 6; n++)
            await AppendAsync(store, Orders, 1000 - StoredEvent.Overhead);

        Assert.That((await PageAsync(store, Orders)).Kept, Is.EqualTo(new SequenceRange(3, 11)));
        Assert.That((await PageAsync(store, news)).Kept, Is.EqualTo(new SequenceRange(5, 5)));
    }

    [Test]
    public async Task An_event_that_is_larger_than_the_store_is_refused_and_deletes_nothing()
    {
        await using var store = new MemoryTopicStore(10_000);
        await AppendAsync(store, Orders, 100);
        var append = new AppendEvent(Orders, new(new byte[10_000]));
        await ExecuteAsync(store, append);
        Assert.That(append.Error, Is.TypeOf<TopicStoreException>());
        Assert.That((await PageAsync(store, Orders)).Events, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Topics_that_are_trimmed_leave_nothing_behind()
    {
        await using var store = new MemoryTopicStore();
        var before = GC.GetTotalMemory(true);
        for (var round = 0; round < 100; round++)
        {
            for (var n = 0; n < 1000; n++)
                await AppendAsync(store, Orders, 1000);
            await ExecuteAsync(store, new TrimTopic(Orders) { MaxCount = 10 });
        }
        Assert.That(GC.GetTotalMemory(true) - before, Is.LessThan(1_000_000));
        Assert.That((await PageAsync(store, Orders)).Kept, Is.EqualTo(new SequenceRange(99_991, 100_000)));
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public async Task The_log_is_right_whatever_is_stored_and_deleted(int seed)
    {
        var random = new Random(seed);
        await using var store = new MemoryTopicStore(200_000);
        var kept = new Dictionary<TopicName, Queue<(long Sequence, int Length)>>();
        var order = new List<(TopicName Topic, long Sequence)>();
        for (var step = 0; step < 8000; step++)
        {
            var topic = new TopicName("/", $"{random.Next(5)}");
            var queue = kept.TryGetValue(topic, out var found) ? found : kept[topic] = new();
            if (random.Next(50) == 0)
            {
                var count = random.Next(1, 300);
                await ExecuteAsync(store, new TrimTopic(topic) { MaxCount = count });
                while (queue.Count > count)
                    order.Remove((topic, queue.Dequeue().Sequence));
                continue;
            }
            var length = random.Next(1, 500);
            queue.Enqueue((await AppendAsync(store, topic, length), length));
            order.Add((topic, queue.Last().Sequence));
            while (kept.Values.Sum(static one => one.Sum(static two => two.Length + StoredEvent.Overhead)) > 200_000)
            {
                kept[order[0].Topic].Dequeue();
                order.RemoveAt(0);
            }
        }
        foreach (var (topic, queue) in kept)
        {
            var page = await PageAsync(store, topic);
            Assert.That(page.Events.Select(static one => (one.Sequence, one.Data.Json.Length)), Is.EqualTo(queue));
        }
    }

    [Test]
    public async Task A_subscriber_is_told_by_the_page_what_the_full_store_has_deleted()
    {
        await using var store = new MemoryTopicStore(10_000);
        await store.OpenAsync(new(new NewsRecorder(), _clock, NullLogger.Instance), default);
        for (var n = 0; n < 20; n++)
            await AppendAsync(store, Orders, 1000 - StoredEvent.Overhead);
        var page = await store.ReadAsync(Orders, 3, 100, int.MaxValue, default);
        Assert.That(page.Events[0].Sequence, Is.EqualTo(11));
    }

    private async Task<long> AppendAsync(MemoryTopicStore store, TopicName topic, int length)
    {
        var append = new AppendEvent(topic, new PacketData(new byte[length]));
        await ExecuteAsync(store, append);
        return append.Sequence;
    }

    private async Task ExecuteAsync(MemoryTopicStore store, TopicOperation operation)
    {
        var batch = new TopicBatch(_clock.GetUtcNow());
        batch.Add(operation);
        await store.ExecuteAsync(batch, default);
    }

    private static ValueTask<TopicPage> PageAsync(MemoryTopicStore store, TopicName topic) => store.ReadAsync(topic, 0, int.MaxValue, int.MaxValue, default);
}
