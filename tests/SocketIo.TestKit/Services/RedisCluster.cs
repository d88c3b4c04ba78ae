using System.Globalization;

namespace SocketIo.TestKit;

/// <summary>A Redis Cluster of three masters, without replicas, on the loopback address.</summary>
public sealed class RedisCluster : IAsyncDisposable
{
    private const int Slots = 16384;

    private RedisCluster(RedisServer[] masters) => Masters = masters;

    public IReadOnlyList<RedisServer> Masters { get; }

    /// <summary>All masters, as a connection string has them.</summary>
    public string Endpoints => string.Join(',', Masters.Select(master => master.Endpoint));

    public static async Task<RedisCluster> StartAsync()
    {
        var masters = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => StartMasterAsync()));
        var cluster = new RedisCluster(masters);
        try
        {
            await cluster.JoinAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The master that has the slot of a key or channel.</summary>
    public async Task<RedisServer> GetMasterAsync(string key)
    {
        var slot = int.Parse(await Masters[0].RunAsync("CLUSTER", "KEYSLOT", key), CultureInfo.InvariantCulture);
        foreach (var master in Masters)
        {
            var slots = await master.RunAsync("CLUSTER", "NODES");
            var own = slots.Split('\n').Single(line => line.Contains("myself", StringComparison.Ordinal));
            if (Ranges(own).Any(range => range.First <= slot && slot <= range.Last))
                return master;
        }
        throw new InvalidOperationException($"No master has slot {slot}.");
    }

    /// <summary>Gives the slot of a key or channel to another master, as a resharding does when the slot holds no keys.</summary>
    public async Task MoveSlotAsync(string key, RedisServer to)
    {
        var slot = await Masters[0].RunAsync("CLUSTER", "KEYSLOT", key);
        var from = await GetMasterAsync(key);
        var target = await to.RunAsync("CLUSTER", "MYID");
        await to.RunAsync("CLUSTER", "SETSLOT", slot, "IMPORTING", await from.RunAsync("CLUSTER", "MYID"));
        await from.RunAsync("CLUSTER", "SETSLOT", slot, "MIGRATING", target);
        await to.RunAsync("CLUSTER", "SETSLOT", slot, "NODE", target);
        foreach (var master in Masters)
            await master.RunAsync("CLUSTER", "SETSLOT", slot, "NODE", target);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var master in Masters)
            await master.DisposeAsync();
    }

    // the cluster's own port is 10,000 above, unless told
    private static Task<RedisServer> StartMasterAsync() => RedisServer.StartAsync(
        "cluster-enabled yes",
        "cluster-node-timeout 2000",
        $"cluster-port {FreePorts.Take(1)[0].ToString(CultureInfo.InvariantCulture)}");

    private async Task JoinAsync()
    {
        for (var i = 0; i < Masters.Count; i++)
        {
            var first = Slots * i / Masters.Count;
            var last = Slots * (i + 1) / Masters.Count - 1;
            await Masters[i].RunAsync("CLUSTER", "ADDSLOTSRANGE", Text(first), Text(last));
        }
        foreach (var master in Masters.Skip(1))
            await master.RunAsync("CLUSTER", "MEET", "127.0.0.1", Text(Masters[0].Port), await ClusterPortAsync(Masters[0]));
        foreach (var master in Masters)
            await WaitForStateAsync(master);
    }

    private static async Task<string> ClusterPortAsync(RedisServer master) =>
        (await master.RunAsync("CONFIG", "GET", "cluster-port")).Split('\n')[1];

    private static async Task WaitForStateAsync(RedisServer master)
    {
        var until = DateTime.UtcNow + Deadlines.Default;
        while (true)
        {
            var info = await master.RunAsync("CLUSTER", "INFO");
            if (info.Contains("cluster_state:ok", StringComparison.Ordinal) && info.Contains("cluster_known_nodes:3", StringComparison.Ordinal))
                return;
            if (DateTime.UtcNow > until)
                throw new TimeoutException($"The Redis Cluster did not form: {info}");
            await Task.Delay(20);
        }
    }

    // id address flags master ping pong epoch link slot slot-slot [slot->-id]
    private static IEnumerable<(int First, int Last)> Ranges(string line) =>
        from range in line.Split(' ').Skip(8)
        where !range.StartsWith('[')
        let ends = range.Split('-')
        select (int.Parse(ends[0], CultureInfo.InvariantCulture), int.Parse(ends[^1], CultureInfo.InvariantCulture));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
