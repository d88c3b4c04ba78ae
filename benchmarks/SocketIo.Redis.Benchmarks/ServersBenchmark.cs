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

    /// <summary>
    /// Processor time of a hop to 100 clients: one event at a time, where each costs each client's server a system call whoever wrote it,
    /// and as fast as one server can emit.
    /// </summary>
    public static Task<int> HopAsync() => RunAsync(clients: 100, warmUp: 2_000, new Load(2_500, 500), new Load(10_000, 0));

    /// <summary>Whether 50,000 events a second come through, to one client.</summary>
    public static Task<int> RateAsync() => RunAsync(clients: 1, warmUp: 100_000, new Load(250_000, 50_000));

    private static async Task<int> RunAsync(int clients, int warmUp, params Load[] loads)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var own = await TwoServers.StartAsync("SocketIo", port => ["dotnet", typeof(ServersBenchmark).Assembly.Location, "server", redis.Endpoint, Text(port)], clients);
        await using var node = await TwoServers.StartAsync(
            "Node", port => ["node", Path.Combine(Folder, "node.mjs"), Path.Combine(Repository.Root, "tests", "clients"), redis.Endpoint, Text(port)], clients);
        TwoServers[] all = [own, node];
        foreach (var servers in all)
            await servers.RunAsync(redis.Pid, warmUp, 0);
        foreach (var load in loads)
            await MeasureAsync(all, redis.Pid, clients, load);
        return own.IsInOrder ? 0 : 2;
    }

    private static async Task MeasureAsync(TwoServers[] all, int redisPid, int clients, Load load)
    {
        var results = all.ToDictionary(static servers => servers, static _ => new List<TwoServers.Result>());
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var servers in (round % 2 == 0 ? all : all.Reverse()).Where(static servers => servers.Fault is null))
                await TryAsync(servers, redisPid, load, results[servers]);
        }
        var rate = load.PerSecond == 0 ? "as fast as they can be emitted" : $"at {load.PerSecond} a second";
        Console.WriteLine($"{load.Count} events of 100 bytes {rate} to {clients} clients of the other server; medians of {Rounds} rounds, CPU in us for each event");
        Console.WriteLine("servers    emitting  delivering        both   range of both   Redis   events/s   each once, in order");
        foreach (var servers in all.Where(servers => results[servers].Count > 0))
            Print(servers, results[servers]);
        foreach (var servers in all.Where(static servers => servers.Fault is not null))
            Console.WriteLine($"{servers.Name} has ended after {results[servers].Count} rounds: {servers.Fault}");
        if (all.All(servers => results[servers].Count > 0))
            Console.WriteLine($"ratio of medians, both processes: {Median(results[all[1]], static r => r.Both) / Median(results[all[0]], static r => r.Both):F1}");
    }

    // a server that cannot do it may end, as one in Node whose connection Redis closes since it reads too slowly
    private static async Task TryAsync(TwoServers servers, int redisPid, Load load, List<TwoServers.Result> results)
    {
        try
        {
            results.Add(await servers.RunAsync(redisPid, load.Count, load.PerSecond));
        }
        catch (Exception) when (servers.Fault is not null)
        {
            // told with the results
        }
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

    /// <param name="Count">Events in a round.</param>
    /// <param name="PerSecond">How many of them leave in a second; 0 for as many as can.</param>
    private readonly record struct Load(int Count, int PerSecond);
}
