using System.Diagnostics;
using SocketIo.TestKit;

namespace SocketIo.Redis.Benchmarks;

/// <summary>Two servers of a kind on one Redis: one emits, the other delivers to clients.</summary>
internal sealed class TwoServers : IAsyncDisposable
{
    // A connection for each request: Node closes one that is idle for 5 s, which may be just when the next request leaves on it.
    private static readonly HttpClient Http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero }) { Timeout = Timeout.InfiniteTimeSpan };

    private readonly Daemon _emitting;
    private readonly Daemon _delivering;
    private readonly int _port;
    private readonly CountingClients _clients;
    private int _sent;

    private TwoServers(string name, Daemon emitting, Daemon delivering, int port, CountingClients clients)
    {
        Name = name;
        (_emitting, _delivering, _port, _clients) = (emitting, delivering, port, clients);
    }

    public string Name { get; }

    public bool IsInOrder => !_clients.HasFailed;

    /// <summary>Whether a server has ended by itself, with what it said last; null while both run.</summary>
    public string? Fault => new[] { _emitting, _delivering }.FirstOrDefault(static one => !one.IsRunning)?.Output.Trim();

    public static async Task<TwoServers> StartAsync(string name, Func<int, string[]> command, int clients)
    {
        var ports = FreePorts.Take(2);
        var servers = new Daemon[2];
        for (var i = 0; i < 2; i++)
        {
            var words = command(ports[i]);
            var server = servers[i] = await Daemon.StartAsync(words[0], words[1..]);
            await Deadlines.Eventually(() => !server.IsRunning || server.Output.Contains("listening", StringComparison.Ordinal), deadline: TimeSpan.FromMinutes(1));
            if (!server.IsRunning)
                throw new InvalidOperationException(server.Output);
        }
        var counting = new CountingClients();
        await counting.ConnectAsync(ports[1], clients);
        return new TwoServers(name, servers[0], servers[1], ports[0], counting);
    }

    /// <summary>Emits so many events and waits until all clients have them.</summary>
    public async Task<Result> RunAsync(int redisPid, int count, int perSecond)
    {
        var before = (Emitting: Of(_emitting.Pid), Delivering: Of(_delivering.Pid), Redis: Of(redisPid));
        var started = Stopwatch.GetTimestamp();
        var done = _clients.ExpectAsync(count);
        await Http.GetAsync(new Uri($"http://127.0.0.1:{_port}/emit?first={_sent}&count={count}&perSecond={perSecond}"));
        _sent += count;
        for (var limit = TimeSpan.FromMinutes(2); !done.IsCompleted && Fault is null && Stopwatch.GetElapsedTime(started) < limit;)
            await Task.WhenAny(done, Task.Delay(100));
        if (!done.IsCompleted)
            throw new TimeoutException("Not all events came.");
        var elapsed = Stopwatch.GetElapsedTime(started);
        return new Result(
            (Of(_emitting.Pid) - before.Emitting).TotalMicroseconds / count,
            (Of(_delivering.Pid) - before.Delivering).TotalMicroseconds / count,
            (Of(redisPid) - before.Redis).TotalMicroseconds / count,
            count / elapsed.TotalSeconds);
    }

    public async ValueTask DisposeAsync()
    {
        _clients.Dispose();
        await _emitting.DisposeAsync();
        await _delivering.DisposeAsync();
    }

    private static TimeSpan Of(int pid)
    {
        using var process = Process.GetProcessById(pid);
        return process.TotalProcessorTime;
    }

    /// <summary>Microseconds of processor time for each event, and how many came through in a second.</summary>
    internal readonly record struct Result(double Emitting, double Delivering, double Redis, double Rate)
    {
        public double Both => Emitting + Delivering;
    }
}
