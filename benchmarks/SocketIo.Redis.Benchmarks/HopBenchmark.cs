using System.Diagnostics;
using SocketIo.TestKit;

namespace SocketIo.Redis.Benchmarks;

/// <summary>
/// Messages of 100 bytes published on one connection and received on another, by the library and by the connection of
/// SocketIo.Redis, in turns: the processor time of both ends together, of the Redis server, and the rate. Once as fast as they go,
/// once 5,000 a second, where they cannot be sent together.
/// </summary>
internal static class HopBenchmark
{
    private const int Rounds = 6;
    private const int Burst = 200_000;
    private const int Paced = 15_000;
    private const int PerSecond = 5_000;

    public static async Task<int> RunAsync()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var library = await LibraryHop.StartAsync(redis.Endpoint);
        await using var own = await OwnHop.StartAsync(redis.Port);
        IHop[] hops = [library, own];
        foreach (var hop in hops)
            await MeasureAsync(redis, hop, Burst, 0); // warms up

        Console.WriteLine("case        hop                    us/message both ends   in kernel   us/message redis   messages/s   in order");
        foreach (var (count, rate) in new[] { (Burst, 0), (Paced, PerSecond) })
        {
            var results = hops.ToDictionary(hop => hop, _ => new List<Result>());
            for (var round = 0; round < Rounds; round++)
            {
                foreach (var hop in round % 2 == 0 ? hops : hops.Reverse())
                    results[hop].Add(await MeasureAsync(redis, hop, count, rate));
            }
            foreach (var hop in hops)
                Print(rate == 0 ? "burst" : $"{rate}/s", hop.Name, results[hop]);
            Console.WriteLine($"            ratio of medians: {Median(results[library], r => r.Own) / Median(results[own], r => r.Own):F1}");
        }
        return 0;
    }

    private static async Task<Result> MeasureAsync(RedisServer redis, IHop hop, int count, int perSecond)
    {
        var server = Process.GetProcessById(redis.Pid);
        var (own, other, kernel) = (Environment.CpuUsage.TotalTime, server.TotalProcessorTime, Environment.CpuUsage.PrivilegedTime);
        var started = Stopwatch.GetTimestamp();
        var done = hop.ExpectAsync(count);
        if (perSecond == 0)
            hop.Publish(count);
        else
            await PaceAsync(hop, count, perSecond);
        await done.WaitAsync(TimeSpan.FromMinutes(1));
        var elapsed = Stopwatch.GetElapsedTime(started);
        server.Refresh();
        return new Result(
            (Environment.CpuUsage.TotalTime - own).TotalMicroseconds / count,
            (server.TotalProcessorTime - other).TotalMicroseconds / count,
            (Environment.CpuUsage.PrivilegedTime - kernel).TotalMicroseconds / count,
            count / elapsed.TotalSeconds,
            hop.IsInOrder);
    }

    // two a millisecond or so, each by itself
    private static async Task PaceAsync(IHop hop, int count, int perSecond)
    {
        var started = Stopwatch.GetTimestamp();
        for (var sent = 0; sent < count;)
        {
            var due = Math.Min(count, (int)(Stopwatch.GetElapsedTime(started).TotalSeconds * perSecond));
            for (; sent < due; sent++)
                hop.Publish(1);
            await Task.Delay(1);
        }
    }

    private static void Print(string what, string name, List<Result> results) => Console.WriteLine(
        $"{what,-11} {name,-22} {Median(results, r => r.Own),20:F2} {Median(results, r => r.Kernel),9:F2} {Median(results, r => r.Redis),18:F2} "
        + $"{Median(results, r => r.Rate),12:F0}   {(results.All(r => r.InOrder) ? "yes" : "NO")}");

    private static double Median(List<Result> results, Func<Result, double> value) => results.Select(value).Order().ElementAt(results.Count / 2);

    private readonly record struct Result(double Own, double Redis, double Kernel, double Rate, bool InOrder);
}
