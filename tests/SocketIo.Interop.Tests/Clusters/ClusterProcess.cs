using SocketIo.TestKit;

namespace SocketIo.Interop.Tests.Clusters;

/// <summary>A server that is a process of its own (tests/SocketIo.Cluster.Node), to be stopped and killed.</summary>
internal sealed class ClusterProcess : IAsyncDisposable
{
    private readonly Daemon _daemon;
    private bool _isOver;

    private ClusterProcess(Daemon daemon, int port) => (_daemon, Port) = (daemon, port);

    public int Port { get; }

    public Uri Address => new($"http://127.0.0.1:{Port}/");

    public static async Task<ClusterProcess> StartAsync(string kind, string where, string prefix, int eventsPerSecond = 0)
    {
        var program = Path.Combine(
            Repository.Root, "tests", "SocketIo.Cluster.Node", "bin", Repository.Configuration, "net10.0", "SocketIo.Cluster.Node.dll");
        var port = FreePorts.Take(1)[0];
        var daemon = await Daemon.StartAsync("dotnet", [program, kind, where, prefix, $"{port}", $"{eventsPerSecond}"]);
        await Deadlines.Eventually(() => !daemon.IsRunning || daemon.Output.Contains("listening", StringComparison.Ordinal), deadline: TimeSpan.FromMinutes(1));
        Assert.That(daemon.IsRunning, daemon.Output);
        return new ClusterProcess(daemon, port);
    }

    /// <summary>Stops the process (SIGSTOP): its connections stay, and it says nothing any more.</summary>
    public void Suspend() => _daemon.Suspend();

    /// <summary>Lets it go on.</summary>
    public void Resume() => _daemon.Resume();

    /// <summary>Kills the process (SIGKILL).</summary>
    public Task KillAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        if (_isOver)
            return;
        _isOver = true;
        await _daemon.DisposeAsync();
    }
}
