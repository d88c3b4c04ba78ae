namespace SocketIo.Engine.Sessions;

/// <summary>One timer for all sessions: pings, ping timeouts, upgrade timeouts and the end of lingering closes.</summary>
internal sealed class Heartbeat : IDisposable
{
    // A deadline is met within a twentieth of the shortest interval; a second is precise enough for the defaults.
    private const int TicksPerInterval = 20;
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private readonly PeriodicTimer _timer;
    private readonly EngineServer _server;

    public Heartbeat(EngineServer server)
    {
        _server = server;
        var options = server.Options;
        var shortest = new[] { options.PingInterval, options.PingTimeout, options.UpgradeTimeout }.Min() / TicksPerInterval;
        var period = shortest < Shortest ? Shortest : shortest > Longest ? Longest : shortest;
        _timer = new PeriodicTimer(period, server.Time);
        _ = RunAsync();
    }

    public void Dispose() => _timer.Dispose();

    private async Task RunAsync()
    {
        while (await _timer.WaitForNextTickAsync().ConfigureAwait(false))
            _server.Tick();
    }
}
