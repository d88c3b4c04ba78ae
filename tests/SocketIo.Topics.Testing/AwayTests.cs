using System.Text;
using SocketIo.TestKit;

namespace SocketIo.Topics.Testing;

/// <summary>What tests of a store have in common whose database goes away while many emit.</summary>
internal abstract class AwayTests
{
    protected const int Emitters = 8;

    protected static readonly TopicName Orders = new("/", "orders");

    private LogSink _log = null!;
    private ITopicStore _store = null!;
    private StoreQueue _queue = null!;

    protected LogSink Log => _log;

    protected ITopicStore Store => _store;

    protected StoreQueue Queue => _queue;

    protected NewsRecorder News { get; private set; } = null!;

    [SetUp]
    public void BeginLog()
    {
        _log = new LogSink();
        _log.Expect("is away");
        News = new NewsRecorder();
    }

    /// <summary>Opens the store, and the queue in front of it.</summary>
    protected async Task OpenAsync(ITopicStore store, TimeSpan timeout)
    {
        _store = store;
        var logger = _log.CreateLogger("topics");
        await _store.OpenAsync(new(News, TimeProvider.System, logger), default);
        var health = new StoreHealth(_store, timeout, TimeProvider.System, logger);
        _queue = new StoreQueue(_store, new(timeout, 10_000, 1 << 20), TimeProvider.System, health, static _ => { });
        _queue.Open();
    }

    [TearDown]
    public async Task EndAsync()
    {
        await _queue.DisposeAsync();
        await _store.DisposeAsync();
        await EndServerAsync();
        _log.AssertNothingUnexpected();
        _log.Dispose();
    }

    /// <summary>Ends the database.</summary>
    protected abstract Task EndServerAsync();

    /// <summary>Emits one event after the other: each third with a key.</summary>
    protected async Task<List<Emitted>> EmitAsync(int emitter, CancellationToken end)
    {
        var emitted = new List<Emitted>();
        for (var n = 0; !end.IsCancellationRequested; n++)
        {
            var text = $"{emitter} {n}";
            var append = new AppendEvent(Orders, Data(text), n % 3 == 0 ? text : null, new(TimeSpan.FromDays(1), 1_000_000));
            try
            {
                await _queue.ExecuteAsync(append);
                emitted.Add(new(text, append.Sequence, append.Key is not null, null));
            }
            catch (TopicStoreException exception)
            {
                emitted.Add(new(text, 0, append.Key is not null, exception));
            }
        }
        return emitted;
    }

    protected static void AssertStored(IEnumerable<List<Emitted>> emitted, List<string> stored)
    {
        Assert.That(stored, Is.Unique);
        var all = emitted.SelectMany(static one => one).ToArray();
        foreach (var one in all.Where(static one => one.Failure is null))
            Assert.That(stored[(int)one.Sequence - 1], Is.EqualTo(one.Text));
        Assert.That(stored, Is.SubsetOf(all.Select(static one => one.Text)));
    }

    protected async Task<bool> TryAppendAsync()
    {
        try
        {
            await _queue.ExecuteAsync(new AppendEvent(Orders, Data("after")));
            return true;
        }
        catch (TopicStoreException)
        {
            return false;
        }
    }

    protected Task StoredAsync(long count) => Deadlines.Eventually(() => News.LastOf(Orders) >= count);

    protected async Task<List<string>> ReadAllAsync()
    {
        var texts = new List<string>();
        while (await _store.ReadAsync(Orders, texts.Count, 1000, int.MaxValue, default) is { Events.Count: > 0 } page)
            texts.AddRange(page.Events.Select(static one => Encoding.UTF8.GetString(one.Data.Json.Span)[2..^2]));
        return texts;
    }

    protected static Cluster.PacketData Data(string text) => new(Encoding.UTF8.GetBytes($"[\"{text}\"]"));

    protected sealed record Emitted(string Text, long Sequence, bool HasKey, TopicStoreException? Failure);
}
