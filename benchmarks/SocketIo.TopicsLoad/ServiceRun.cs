using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using SocketIo.Cluster;
using SocketIo.Topics;

namespace SocketIo.TopicsLoad;

/// <summary>Topics with their deliveries, without a network: how soon and how fast a backlog leaves, and in how much memory.</summary>
internal sealed class ServiceRun(ITopicStore store, byte[] json) : IAsyncDisposable
{
    private readonly TopicService _service = new(store, new TopicsOptions { MaxQueuedBytes = 1L << 30, MaxQueuedWrites = 1 << 20 }, TimeProvider.System, NullLogger.Instance);

    public Task StartAsync() => _service.StartAsync(default);

    /// <summary>One subscriber that is online. The first time code is compiled.</summary>
    public async Task OnlineAsync(int events)
    {
        for (var time = 1; time <= 3; time++)
        {
            var topic = new TopicName("/", $"online {time}");
            var receiver = await SubscribeAsync(topic, "ann", TopicStart.Now, events);
            var (begin, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            await EmitAsync(topic, events);
            await receiver.All;
            Report($"online, time {time}", events, begin);
            Console.WriteLine($"online, time {time}: CPU per event {(Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / events:F2} us");
        }
    }

    /// <summary>One subscriber that comes when all is stored.</summary>
    public async Task BacklogAsync(int events)
    {
        await EmitAsync(new("/", "backlog"), events);
        Collect();
        var before = Environment.WorkingSet;
        var begin = Stopwatch.GetTimestamp();
        var receiver = await SubscribeAsync(new("/", "backlog"), "ann", TopicStart.Beginning, events);
        Console.WriteLine($"backlog: first event after {Stopwatch.GetElapsedTime(begin, await receiver.First).TotalMilliseconds:F1} ms");
        await receiver.All;
        Report("backlog", events, begin);
        Console.WriteLine($"backlog: resident {before >> 20} MiB before, {Environment.WorkingSet >> 20} MiB behind");
    }

    /// <summary>Many subscribers that come back at once, each of whom has missed some.</summary>
    public async Task ReturnAsync(int subscribers, int missed)
    {
        await EmitAsync(new("/", "return"), missed);
        Collect();
        var before = Environment.WorkingSet;
        var begin = Stopwatch.GetTimestamp();
        var receivers = await Task.WhenAll(Enumerable.Range(0, subscribers)
            .Select(n => SubscribeAsync(new("/", "return"), $"{n}", TopicStart.Beginning, missed)));
        await Task.WhenAll(receivers.Select(static one => one.All));
        Report($"return of {subscribers:N0}", subscribers * missed, begin);
        Console.WriteLine($"return: resident {before >> 20} MiB before, {Environment.WorkingSet >> 20} MiB behind");
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    private static void Report(string what, int events, long begin)
    {
        var elapsed = Stopwatch.GetElapsedTime(begin);
        Console.WriteLine($"{what}: {events:N0} events in {elapsed.TotalSeconds:F2} s, {events / elapsed.TotalSeconds:N0}/s");
    }

    private static void Collect() => GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);

    private async Task<CountingReceiver> SubscribeAsync(TopicName topic, string subscriber, TopicStart start, int wanted)
    {
        var receiver = new CountingReceiver(wanted);
        await _service.SubscribeAsync(new(topic, subscriber), new SubscribeOptions { Start = start }, receiver);
        return receiver;
    }

    private async Task EmitAsync(TopicName topic, int count)
    {
        const int AtOnce = 1000;
        for (var done = 0; done < count; done += AtOnce)
            await Task.WhenAll(Enumerable.Range(0, Math.Min(AtOnce, count - done)).Select(_ => _service.EmitAsync(topic, new PacketData(json)).AsTask()));
    }
}
