using SocketIo.Cluster;
using SocketIo.TestKit;

namespace SocketIo.Topics.Testing;

/// <summary>Storing and reading.</summary>
public abstract class AppendConformance<THarness> : StoreTests<THarness> where THarness : StoreHarness, new()
{
    [Test]
    public async Task Events_count_from_one_in_the_order_of_storing()
    {
        var first = await DoAsync(new AppendEvent(Orders, Data("a")));
        var (second, third) = (new AppendEvent(Orders, Data("b")), new AppendEvent(Orders, Data("c")));
        await ExecuteAsync(second, third);

        Assert.That(new[] { first.Sequence, second.Sequence, third.Sequence }, Is.EqualTo(new[] { 1, 2, 3 }));
        var page = await ReadAsync();
        Assert.That(page.Kept, Is.EqualTo(new SequenceRange(1, 3)));
        Assert.That(page.Events.Select(static one => one.Sequence), Is.EqualTo(new[] { 1, 2, 3 }));
        Assert.That(page.Events.Select(TextOf), Is.EqualTo(new[] { "a", "b", "c" }));
    }

    [Test]
    public async Task Topics_count_each_for_itself_also_those_of_the_same_name_in_another_namespace()
    {
        TopicName[] topics = [Orders, new("/shop", "orders"), new("/", "Orders"), new("/", "orders "), new("/", "o'r\"d%_\\é😀")];
        AppendEvent[] appends = [.. Enumerable.Range(0, 3).SelectMany(round => topics.Select(topic => new AppendEvent(topic, Data($"{topic.Name.Length} {round}"))))];
        await ExecuteAsync([.. appends]);

        foreach (var topic in topics)
        {
            var page = await ReadAsync(topic: topic);
            Assert.That(page.Kept, Is.EqualTo(new SequenceRange(1, 3)));
            Assert.That(page.Events.Select(TextOf), Is.EqualTo(Enumerable.Range(0, 3).Select(round => $"{topic.Name.Length} {round}")));
        }
    }

    [Test]
    public async Task An_event_comes_back_byte_by_byte_with_its_attachments()
    {
        var big = new byte[1_000_000];
        new Random(1).NextBytes(big);
        PacketData[] all =
        [
            new("""["a","text with \u0000 é 😀 '"]"""u8.ToArray()),
            new("""["b",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]"""u8.ToArray(), [big, Array.Empty<byte>()]),
            new(System.Text.Encoding.UTF8.GetBytes($"[\"c\",\"{new string('x', 2_000_000)}\"]")),
        ];
        await ExecuteAsync([.. all.Select(data => new AppendEvent(Orders, data))]);

        var events = (await ReadAsync()).Events;
        Assert.That(events, Has.Count.EqualTo(all.Length));
        foreach (var (stored, data) in events.Zip(all))
        {
            Assert.That(stored.Data.Json.Span.SequenceEqual(data.Json.Span));
            Assert.That(stored.Data.Attachments.ToArray().Select(static one => one.ToArray()), Is.EqualTo(data.Attachments.ToArray().Select(static one => one.ToArray())));
        }
    }

    [Test]
    public async Task An_event_has_the_time_of_its_batch_to_the_millisecond()
    {
        Clock.Advance(TimeSpan.FromMilliseconds(1234.5678));
        await AppendAsync("a");
        var stored = (await ReadAsync()).Events.Single();
        Assert.That(stored.At.ToUnixTimeMilliseconds(), Is.EqualTo(Clock.GetUtcNow().ToUnixTimeMilliseconds()));
        Assert.That(stored.At.Offset, Is.EqualTo(TimeSpan.Zero));
    }

    [TestCase(0, 2, "1 2")]
    [TestCase(2, 2, "3 4")]
    [TestCase(4, 2, "5")]
    [TestCase(5, 2, "")]
    [TestCase(9, 2, "")]
    public async Task A_page_has_what_is_behind_a_place_up_to_a_count(int after, int count, string expected)
    {
        await AppendAsync(5);
        var page = await ReadAsync(after, count);
        Assert.That(string.Join(' ', page.Events.Select(static one => one.Sequence)), Is.EqualTo(expected));
        Assert.That(page.Kept, Is.EqualTo(new SequenceRange(1, 5)));
    }

    [Test]
    public async Task A_page_ends_after_its_bytes_and_has_one_event_at_least()
    {
        await ExecuteAsync([.. Enumerable.Range(0, 8).Select(_ => new AppendEvent(Orders, Data(new string('x', 10_000))))]);
        Assert.That((await ReadAsync(maxBytes: 25_000)).Events, Has.Count.InRange(2, 3));
        Assert.That((await ReadAsync(after: 3, maxBytes: 1)).Events.Single().Sequence, Is.EqualTo(4));
    }

    [Test]
    public async Task A_topic_that_does_not_exist_is_empty()
    {
        var page = await ReadAsync(topic: new("/", "unknown"));
        Assert.That(page.Kept, Is.EqualTo(new SequenceRange(1, 0)));
        Assert.That(page.Events, Is.Empty);
        Assert.That(await InfoAsync(), Is.Null);
    }

    [Test]
    public async Task Readers_see_every_event_before_any_that_follows_while_others_append()
    {
        const int Batches = 60;
        var (one, other) = await TwoAsync();
        var turn = new SemaphoreSlim(1);
        var appending = new[] { one, other }.Select((store, who) => Task.Run(() => AppendManyAsync(store, who))).ToArray();
        var reading = Task.WhenAll(Enumerable.Range(0, 4).Select(n => Task.Run(() => ReadAllAsync(n % 2 == 0 ? one : other))));

        await Task.WhenAll(appending).WithDeadline(TimeSpan.FromMinutes(1));
        var seen = await reading.WithDeadline(TimeSpan.FromMinutes(1));
        foreach (var texts in seen)
        {
            Assert.That(texts, Has.Count.EqualTo(2 * Batches * 3));
            foreach (var who in new[] { "0", "1" })
                Assert.That(texts.Where(text => text[0] == who[0]), Is.EqualTo(Enumerable.Range(0, Batches * 3).Select(n => $"{who} {n}")));
        }

        async Task AppendManyAsync(ITopicStore store, int who)
        {
            for (var n = 0; n < Batches * 3; n += 3)
            {
                TopicOperation[] appends = [.. Enumerable.Range(n, 3).Select(i => new AppendEvent(Orders, Data($"{who} {i}")))];

                // a store is given one batch at a time
                if (one == other)
                    await turn.WaitAsync();
                await ExecuteAsync(store, appends);
                if (one == other)
                    turn.Release();
            }
        }

        async Task<List<string>> ReadAllAsync(ITopicStore store)
        {
            var texts = new List<string>();
            while (texts.Count < 2 * Batches * 3)
            {
                var page = await ReadAsync(texts.Count, 7, store: store);
                Assert.That(page.Events.Select(static one => one.Sequence), Is.EqualTo(Enumerable.Range(texts.Count + 1, page.Events.Count)));
                Assert.That(page.Kept.Last, Is.GreaterThanOrEqualTo(texts.Count + page.Events.Count));
                texts.AddRange(page.Events.Select(TextOf));

                // who appends needs a thread too
                if (page.Events.Count == 0)
                    await Task.Delay(1);
            }
            return texts;
        }
    }

    [Test]
    public async Task The_list_has_every_topic_in_the_order_of_the_names()
    {
        TopicName[] topics = [new("/", "a"), new("/", "b"), new("/x", "a")];
        await ExecuteAsync([.. topics.Reverse().Select(static topic => new AppendEvent(topic, Data("x")))]);
        await ExecuteAsync(new AppendEvent(topics[1], Data("y")));
        await AttachAsync(new(topics[1], "ann"));

        var infos = await Store.ListTopicsAsync(null, default).ToListAsync();
        Assert.That(infos.Select(static one => one.Topic), Is.EqualTo(topics));
        Assert.That(infos.Select(static one => one.Kept.Count), Is.EqualTo(new[] { 1, 2, 1 }));
        Assert.That(infos.Select(static one => one.Subscriptions), Is.EqualTo(new[] { 0, 1, 0 }));
        Assert.That(infos[1].Bytes, Is.EqualTo(2 * infos[0].Bytes).And.Positive);
        Assert.That(infos.Select(static one => one.Id), Is.Unique);
        Assert.That(await Store.ListTopicsAsync(topics[2], default).SingleAsync(), Is.EqualTo(infos[2]));
    }

    [Test]
    public async Task A_list_of_many_is_whole()
    {
        const int Count = 700;
        await ExecuteAsync([.. Enumerable.Range(0, Count).Select(static n => new AppendEvent(new("/", $"user:{n}"), Data("x")))]);
        await ExecuteAsync([.. Enumerable.Range(0, Count).Select(static n => new AttachSubscriber(new(Orders, $"user:{n}"), "a", default, false))]);

        var topics = await Store.ListTopicsAsync(null, default).Select(static one => one.Topic.Name).ToListAsync();
        Assert.That(topics, Is.EqualTo(Enumerable.Range(0, Count).Select(static n => $"user:{n}").Append("orders").Order(StringComparer.Ordinal)));
        var subscribers = await Store.ListSubscriptionsAsync(Orders, default).Select(static one => one.Subscription.Subscriber).ToListAsync();
        Assert.That(subscribers, Is.EqualTo(Enumerable.Range(0, Count).Select(static n => $"user:{n}").Order(StringComparer.Ordinal)));
    }

    [Test]
    public async Task A_store_can_be_closed_twice()
    {
        await Store.DisposeAsync();
        await Store.DisposeAsync();
    }

    [Test]
    public async Task The_store_answers_when_asked() => await Store.CheckAsync(default).AsTask().WithDeadline();
}
