using System.Text;
using SocketIo.Cluster;
using SocketIo.TestKit;

namespace SocketIo.Topics.Testing;

/// <summary>What the conformance tests have in common: a store, a clock that a test moves, and short words for operations.</summary>
/// <typeparam name="THarness">The kind of store.</typeparam>
[TestFixture]
public abstract class StoreTests<THarness> where THarness : StoreHarness, new()
{
    private static readonly KeyMemory LongMemory = new(TimeSpan.FromHours(1), 1000);

    private readonly List<ITopicStore> _opened = [];
    private LogSink _log = null!;

    protected static TopicName Orders { get; } = new("/", "orders");

    protected static SubscriptionName Ann { get; } = new(Orders, "ann");

    protected THarness Harness { get; private set; } = null!;

    protected ManualClock Clock { get; private set; } = null!;

    protected NewsRecorder News { get; private set; } = null!;

    protected ITopicStore Store { get; set; } = null!;

    [SetUp]
    public async Task Open()
    {
        _log = new LogSink();
        Harness = new THarness();
        Clock = new ManualClock();
        News = new NewsRecorder();
        await Harness.StartAsync();
        Store = await OpenAsync(News);
    }

    [TearDown]
    public async Task Close()
    {
        foreach (var store in _opened)
            await store.DisposeAsync();
        _opened.Clear();
        await Harness.DisposeAsync();
        _log.AssertNothingUnexpected();
        _log.Dispose();
    }

    protected IReadOnlyCollection<LogEntry> Logged => _log.Entries;

    protected void Expect(string warning) => _log.Expect(warning);

    /// <summary>One more store over the same data.</summary>
    protected Task<ITopicStore> OpenAsync(ITopicNews? news = null) => OpenAsync(Harness.CreateStore(), news);

    /// <summary>Opens a store; it is closed at the end of the test.</summary>
    protected async Task<ITopicStore> OpenAsync(ITopicStore store, ITopicNews? news = null)
    {
        _opened.Add(store);
        await store.OpenAsync(new(news ?? new NewsRecorder(), Clock, _log.CreateLogger("topics")), default).AsTask().WithDeadline();
        return store;
    }

    protected async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        _opened.Remove(Store);
        Store = await OpenAsync(News);
    }

    /// <summary>Two servers' stores where stores are shared, else the same twice.</summary>
    protected async Task<(ITopicStore One, ITopicStore Other)> TwoAsync() => (Store, Store.IsShared ? await OpenAsync() : Store);

    protected static PacketData Data(string text) => new(Encoding.UTF8.GetBytes($"[\"event\",\"{text}\"]"));

    protected static string TextOf(StoredEvent stored)
    {
        var json = Encoding.UTF8.GetString(stored.Data.Json.Span);
        return json["[\"event\",\"".Length..^2];
    }

    protected async Task ExecuteAsync(params TopicOperation[] operations) => await ExecuteAsync(Store, operations);

    protected async Task ExecuteAsync(ITopicStore store, params TopicOperation[] operations)
    {
        var batch = new TopicBatch(Clock.GetUtcNow());
        foreach (var operation in operations)
            batch.Add(operation);
        await store.ExecuteAsync(batch, default).AsTask().WithDeadline();
        Assert.That(operations.Select(static one => one.Error), Has.All.Null);
    }

    protected async Task<T> DoAsync<T>(T operation, ITopicStore? store = null) where T : TopicOperation
    {
        await ExecuteAsync(store ?? Store, operation);
        return operation;
    }

    /// <summary>Appends events with these texts, each by a batch of its own.</summary>
    protected async Task AppendAsync(params string[] texts)
    {
        foreach (var text in texts)
            await ExecuteAsync(new AppendEvent(Orders, Data(text)));
    }

    /// <summary>Appends so many events, whose texts are their sequences, by one batch.</summary>
    protected async Task AppendAsync(int count, ITopicStore? store = null)
    {
        var appends = Enumerable.Range(1, count).Select(static n => new AppendEvent(Orders, Data($"{n}"))).ToArray<TopicOperation>();
        await ExecuteAsync(store ?? Store, appends);
    }

    protected Task<AppendEvent> AppendWithKeyAsync(string key, KeyMemory? memory = null, ITopicStore? store = null) =>
        DoAsync(new AppendEvent(Orders, Data(key), key, memory ?? LongMemory), store);

    protected Task<AttachSubscriber> AttachAsync(
        SubscriptionName? name = null, TopicStart start = default, bool shared = false, string owner = "a", ITopicStore? store = null) =>
        DoAsync(new AttachSubscriber(name ?? Ann, owner, start, shared), store);

    /// <summary>A shared subscription, and behind it so many events.</summary>
    protected async Task BeginAsync(int events)
    {
        await AttachAsync(shared: true);
        await AppendAsync(events);
    }

    protected async Task<long[]> ClaimAsync(string owner, int max, ITopicStore? store = null) =>
        [.. (await DoAsync(new ClaimEvents(Ann, owner, max), store)).Claims!.Select(static one => one.Sequence)];

    protected async Task<TopicPage> ReadAsync(
        long after = 0, int maxCount = 1000, int maxBytes = int.MaxValue, TopicName? topic = null, ITopicStore? store = null) =>
        await (store ?? Store).ReadAsync(topic ?? Orders, after, maxCount, maxBytes, default).AsTask().WithDeadline();

    protected async Task<string[]> TextsAsync(long after = 0) => [.. (await ReadAsync(after)).Events.Select(TextOf)];

    protected async Task<SequenceRange> KeptAsync() => (await ReadAsync()).Kept;

    protected async Task<TopicInfo?> InfoAsync() => await Store.ListTopicsAsync(Orders, default).SingleOrDefaultAsync();

    protected async Task<SubscriptionInfo> SubscriptionAsync(string subscriber = "ann") =>
        await Store.ListSubscriptionsAsync(Orders, default).SingleAsync(one => one.Subscription.Subscriber == subscriber);
}
