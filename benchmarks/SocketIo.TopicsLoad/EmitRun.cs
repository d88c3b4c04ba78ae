using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using SocketIo.Topics;

namespace SocketIo.TopicsLoad;

/// <summary>Emitters that store events as fast as they can, each waiting for one before the next.</summary>
internal sealed class EmitRun : IAsyncDisposable
{
    private readonly ITopicStore _store;
    private readonly byte[] _json;
    private readonly int _emitters;
    private readonly StoreQueue _queue;
    private int _batches;

    private EmitRun(ITopicStore store, byte[] json, int emitters)
    {
        _store = store;
        _json = json;
        _emitters = emitters;
        var timeout = TimeSpan.FromSeconds(5);
        var health = new StoreHealth(store, timeout, TimeProvider.System, NullLogger.Instance);
        _queue = new StoreQueue(store, new(timeout, 100_000, 64 << 20), TimeProvider.System, health, _ => _batches++);
    }

    /// <summary>How many events a batch had on average, in the last run.</summary>
    public double LastBatch { get; private set; }

    public static async Task<EmitRun> OpenAsync(ITopicStore store, byte[] json, int emitters)
    {
        var run = new EmitRun(store, json, emitters);
        await store.OpenAsync(new(new NoNews(), TimeProvider.System, NullLogger.Instance), default);
        run._queue.Open();
        return run;
    }

    /// <summary>Runs for a while; how many were stored.</summary>
    public async Task<long> RunAsync(TimeSpan time)
    {
        _batches = 0;
        var begin = Stopwatch.GetTimestamp();
        var all = await Task.WhenAll(Enumerable.Range(0, _emitters).Select(_ => Task.Run(() => EmitAsync(begin, time))));
        var count = all.Sum(static one => one.Count);
        var times = all.SelectMany(static one => one.Milliseconds).Order().ToArray();
        LastBatch = count / (double)_batches;
        Console.WriteLine($"{_emitters} emitters, {LastBatch:F1} per batch, p50 {times[times.Length / 2]:F2} ms, p99 {times[(int)(times.Length * 0.99)]:F2} ms");
        return count;
    }

    public async ValueTask DisposeAsync()
    {
        await _queue.DisposeAsync();
        await _store.DisposeAsync();
    }

    private async Task<(long Count, List<double> Milliseconds)> EmitAsync(long begin, TimeSpan time)
    {
        // each sixteenth is timed
        var times = new List<double>();
        var count = 0L;
        while (Stopwatch.GetElapsedTime(begin) < time)
        {
            var start = Stopwatch.GetTimestamp();
            await _queue.ExecuteAsync(new AppendEvent(new TopicName("/", "orders"), new(_json)));
            if (count++ % 16 == 0)
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        return (count, times);
    }

    private sealed class NoNews : ITopicNews
    {
        public void Changed(TopicName topic, long last)
        {
        }

        public void Lost()
        {
        }
    }
}
