using SocketIo.TestKit;
using SocketIo.Topics.Testing;
using static SocketIo.Topics.Testing.TopicHost;

namespace SocketIo.Topics.Tests.Delivery;

/// <summary>What a server deletes by itself.</summary>
internal sealed class RetentionTests
{
    private LogSink _log = null!;
    private ManualClock _clock = null!;
    private MemoryTopicStore _store = null!;

    [SetUp]
    public void Make()
    {
        _log = new LogSink();
        _clock = new ManualClock();
        _store = new MemoryTopicStore();
    }

    [TearDown]
    public async Task CheckAsync()
    {
        await _store.DisposeAsync();
        _log.AssertNothingUnexpected();
        _log.Dispose();
    }

    [Test]
    public async Task Old_events_are_deleted_and_told_to_who_missed_them()
    {
        await using var host = await StartAsync(static options => options.ForAll(static topic => topic.MaxAge = TimeSpan.FromHours(1)));
        var ann = await host.SubscribeAsync();
        ann.Leave();
        await host.DetachedAsync();
        await host.EmitAsync(3);
        _clock.Advance(TimeSpan.FromMinutes(40));
        await host.EmitAsync(2, first: 4);
        _clock.Advance(TimeSpan.FromMinutes(25));
        await KeptAsync(host, new(4, 5));
        ann = await host.SubscribeAsync();
        await ann.GotAsync(2);
        Assert.That((ann.Texts, ann.AllMissed.Single()), Is.EqualTo(("4 5", new SequenceRange(1, 3))));
    }

    [Test]
    public async Task A_topic_that_is_limited_in_events_is_trimmed_as_it_grows()
    {
        await using var host = await StartAsync(static options => options.For("orders", static topic => topic.MaxCount = 100));
        for (var n = 0; n < 1000; n++)
        {
            await host.EmitAsync("x");
            await Deadlines.EventuallyAsync(async () => (await _store.ReadAsync(Orders, 0, 1, 1, default)).Kept.Count <= 111);
        }
        await host.EmitAsync("x", new TopicName("/", "others"));
        Assert.That((await _store.ListTopicsAsync(Orders, default).SingleAsync()).Kept.Last, Is.EqualTo(1000));
    }

    [Test]
    public async Task A_topic_that_is_limited_in_bytes_is_trimmed_as_it_grows()
    {
        await using var host = await StartAsync(static options => options.ForAll(static topic => topic.MaxBytes = 100_000));
        for (var n = 0; n < 200; n++)
        {
            await host.EmitAsync(new string('x', 2000));
            await Deadlines.EventuallyAsync(async () => (await _store.ListTopicsAsync(Orders, default).SingleAsync()).Bytes <= 115_000);
        }
    }

    [Test]
    public async Task Acknowledged_events_are_deleted_when_the_topic_says_so()
    {
        await using var host = await StartAsync(static options => options.For(static (space, name) => space == "/" && name == "orders", static topic => topic.DeleteAcknowledged = true));
        _log.Expect("does not acknowledge");
        var ann = await host.SubscribeAsync(acknowledges: false);
        await host.EmitAsync(5);
        await ann.GotAsync(5);
        ann.Acknowledge(1, 2, 3);
        await KeptAsync(host, new(4, 5));
    }

    [Test]
    public async Task A_subscriber_that_was_not_seen_for_long_is_forgotten_with_a_line_in_the_log()
    {
        await using var host = await StartAsync(static options => options.ForAll(static topic => topic.MaxSubscriberAge = TimeSpan.FromDays(2)));
        var bob = await host.SubscribeAsync(new(Orders, "bob"));
        var ann = await host.SubscribeAsync();
        ann.Leave();
        await Deadlines.Eventually(() => host.Service.SubscriptionCount == 1);
        await PassAsync(host, TimeSpan.FromDays(1.9));
        Assert.That(await host.InfoAsync(), Is.Not.Null);
        await PassAsync(host, TimeSpan.FromDays(1));
        await Deadlines.Eventually(() => host.InfoAsync().GetAwaiter().GetResult() is null);
        Assert.That(_log.Entries.Select(static one => one.Message), Has.Some.Contains("ann").And.Some.Contains("was forgotten"));
        await host.EmitAsync(1);
        await bob.GotAsync(1);
    }

    [Test]
    public async Task A_topic_that_nobody_uses_is_forgotten_when_its_events_are_too_old()
    {
        await using var host = await StartAsync(static options => options.ForAll(static topic => topic.MaxAge = TimeSpan.FromHours(1)));
        await host.EmitAsync("x", key: "key");
        await PassAsync(host, TimeSpan.FromHours(2));
        Assert.That(await _store.ListTopicsAsync(null, default).ToListAsync(), Has.Count.EqualTo(1), "its key is remembered");
        await PassAsync(host, TimeSpan.FromHours(24));
        await Deadlines.Eventually(() => !_store.ListTopicsAsync(null, default).ToBlockingEnumerable().Any());
    }

    [Test]
    public async Task The_last_configuration_that_matches_wins()
    {
        var options = new TopicsOptions();
        options.ForAll(static topic => (topic.MaxCount, topic.KeyCount) = (1, 7));
        options.For("orders", static topic => topic.MaxCount = 2);
        options.For(static (space, _) => space == "/shop", static topic => topic.MaxCount = 3);
        Assert.That(options.Of(new("/", "x")).MaxCount, Is.EqualTo(1));
        Assert.That(options.Of(Orders).MaxCount, Is.EqualTo(2));
        Assert.That(options.Of(new("/shop", "orders")).MaxCount, Is.EqualTo(3));
        Assert.That(options.Of(new("/shop", "orders")).KeyCount, Is.EqualTo(7));
        await Task.CompletedTask;
    }

    private Task<TopicHost> StartAsync(Action<TopicsOptions> configure) => TopicHost.StartAsync(new ScriptedStore(_store), configure, _clock, _log);

    private async Task KeptAsync(TopicHost host, SequenceRange kept)
    {
        await host.PassUntilAsync(() => _store.ListTopicsAsync(Orders, default).ToBlockingEnumerable().Single().Kept == kept);
    }

    // hours, in steps of the cleaning
    private async Task PassAsync(TopicHost host, TimeSpan time)
    {
        for (var end = _clock.GetUtcNow() + time; _clock.GetUtcNow() < end;)
        {
            _clock.Advance(time / 20);
            await host.PassAsync(TimeSpan.FromSeconds(1));
        }
    }
}
