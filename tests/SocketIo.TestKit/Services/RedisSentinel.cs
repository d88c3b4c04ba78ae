using System.Globalization;

namespace SocketIo.TestKit;

/// <summary>A sentinel (redis-server --sentinel) that puts a replica in the place of its master when that is gone for half a second.</summary>
public sealed class RedisSentinel : IAsyncDisposable
{
    /// <summary>The name of the master.</summary>
    public const string Service = "main";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("socketio-sentinel-");
    private readonly string[] _settings;
    private Daemon? _daemon;

    private RedisSentinel(string[] settings) => _settings = settings;

    public int Port { get; } = FreePorts.Take(1)[0];

    public string Endpoint => $"127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Starts one that watches over a master, and waits until it knows its replicas and the other sentinels.</summary>
    /// <param name="master">The master.</param>
    /// <param name="replicas">How many replicas it has.</param>
    /// <param name="others">How many sentinels watch over it already.</param>
    /// <param name="settings">Lines of sentinel.conf besides the usual ones.</param>
    public static async Task<RedisSentinel> StartAsync(RedisServer master, int replicas = 1, int others = 0, params string[] settings)
    {
        var sentinel = new RedisSentinel(settings);
        await File.WriteAllLinesAsync(Path.Combine(sentinel._folder.FullName, "sentinel.conf"), sentinel.Configuration(master));
        sentinel._daemon = await Daemon.StartAsync("redis-server", [Path.Combine(sentinel._folder.FullName, "sentinel.conf"), "--sentinel"]);
        await Deadlines.EventuallyAsync(async () => !sentinel._daemon.IsRunning || await sentinel.KnowsAsync(replicas, others + 1));
        return sentinel._daemon.IsRunning ? sentinel : throw new InvalidOperationException($"The sentinel ended: {sentinel._daemon.Output}");
    }

    /// <summary>Runs a command and returns what redis-cli prints.</summary>
    public Task<string> RunAsync(params string[] command) => RedisServer.RunAsync(Port, command);

    /// <summary>The port of the master, as the sentinel says.</summary>
    public async Task<int> GetMasterAsync() =>
        int.Parse((await RunAsync("SENTINEL", "get-master-addr-by-name", Service)).Split('\n')[1], CultureInfo.InvariantCulture);

    /// <summary>Kills the sentinel.</summary>
    public Task KillAsync() => _daemon!.KillAsync();

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null)
            await _daemon.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private string[] Configuration(RedisServer master) =>
    [
        "bind 127.0.0.1",
        $"port {Port.ToString(CultureInfo.InvariantCulture)}",
        $"dir {_folder.FullName}",
        $"sentinel monitor {Service} 127.0.0.1 {master.Port.ToString(CultureInfo.InvariantCulture)} 1",
        $"sentinel down-after-milliseconds {Service} 500",
        $"sentinel failover-timeout {Service} 2000",
        .. _settings,
    ];

    private async Task<bool> KnowsAsync(int replicas, int sentinels)
    {
        try
        {
            return (await RunAsync("INFO", "sentinel"))
                .Contains($"status=ok,address=127.0.0.1:{await GetMasterAsync()},slaves={replicas},sentinels={sentinels}", StringComparison.Ordinal);
        }
        catch (InvalidOperationException)
        {
            // it does not listen yet
            return false;
        }
    }
}
