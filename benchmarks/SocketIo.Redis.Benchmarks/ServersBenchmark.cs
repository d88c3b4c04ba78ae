using System.Globalization;
using SocketIo.TestKit;

namespace SocketIo.Redis.Benchmarks;

/// <summary>
/// A hop as applications have it: one server emits an event of 100 bytes, another delivers it to its clients; two servers of ours beside
/// two in Node (socket.io with @socket.io/redis-adapter), on the same Redis, in turns.
/// </summary>
internal static class ServersBenchmark
{
    private const int Rounds = 5;

    /// <summary>Processor time of a hop to 100 clients, at a rate that leaves the machine idle in between.</summary>
    public static Task<int> HopAsync() => RunAsync(clients: 100, count: 1_000, perSecond: 200, warmUp: 2_000);

    /// <summary>Whether 50,000 events a second come through, to one client.</summary>
    public static Task<int> RateAsync() => RunAsync(clients: 1, count: 250_000, perSecond: 50_000, warmUp: 100_000);

    private static async Task<int> RunAsync(int clients, int count, int perSecond, int warmUp)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var own = await TwoServers.StartAsync("SocketIo", port => ["dotnet", typeof(ServersBenchmark).Assembly.Location, "server", redis.Endpoint, Text(port)], clients);
        await using var node = await TwoServers.StartAsync(
            "Node", port => ["node", Path.Combine(Folder, "node.mjs"), Path.Combine(Repository.Root, "tests", "clients"), redis.Endpoint, Text(port)], clients);
        TwoServers[] all = [own, node];
        foreach (var servers in all)
            await servers.RunAsync(redis.Pid, warmUp, 0);

        var results = all.ToDictionary(static servers => servers, static _ => new List<TwoServers.Result>());
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var servers in round % 2 == 0 ? all : all.Reverse())
                results[servers].Add(await servers.RunAsync(redis.Pid, count, perSecond));
        }
        Console.WriteLine($"{count} events of 100 bytes at {perSecond} a second to {clients} clients of the other server; medians of {Rounds} rounds, CPU in us for each event");
        Console.WriteLine("servers    emitting  delivering        both   range of both   Redis   events/s   each once, in order");
        foreach (var servers in all)
            Print(servers, results[servers]);
        Console.WriteLine($"ratio of medians, both processes: {Median(results[node], static r => r.Both) / Median(results[own], static r => r.Both):F1}");
        return own.IsInOrder ? 0 : 2;
    }

    private static string Folder => Path.Combine(Repository.Root, "benchmarks", "SocketIo.Redis.Benchmarks");

    private static void Print(TwoServers servers, List<TwoServers.Result> results)
    {
        var both = results.Select(static r => r.Both).ToArray();
        Console.WriteLine(
            $"{servers.Name,-9} {Median(results, static r => r.Emitting),9:F1} {Median(results, static r => r.Delivering),11:F1} {Median(results, static r => r.Both),11:F1} "
            + $"{both.Min(),8:F1}-{both.Max(),-6:F1} {Median(results, static r => r.Redis),7:F1} {Median(results, static r => r.Rate),10:F0}   {(servers.IsInOrder ? "yes" : "NO")}");
    }

    private static double Median(List<TwoServers.Result> results, Func<TwoServers.Result, double> value) => results.Select(value).Order().ElementAt(results.Count / 2);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
