using Microsoft.Extensions.Logging;

namespace SocketIo.Recovery;

/// <summary>
/// Forgets the clients of all namespaces that have not come back in time: one timer of the server's, which rests while no client that has
/// gone is kept.
/// </summary>
internal sealed class RecoveryExpiry
{
    // A client is kept for a twentieth of its time too long at most, and for a minute.
    private const int LooksPerDuration = 20;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(5);

    private readonly TimeSpan _period;
    private readonly Func<bool> _forget;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private bool _isRunning;

    /// <param name="time">The clock.</param>
    /// <param name="duration">How long a client is kept.</param>
    /// <param name="forget">Forgets who has been gone for too long; whether others are kept.</param>
    /// <param name="logger">Where a fault of the clock is told.</param>
    public RecoveryExpiry(TimeProvider time, TimeSpan duration, Func<bool> forget, ILogger logger)
    {
        var period = duration / LooksPerDuration;
        _period = period < Shortest ? Shortest : period > Longest ? Longest : period;
        _forget = forget;
        _logger = logger;
        _timer = time.CreateTimer(static expiry => ((RecoveryExpiry)expiry!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Lets the timer run; called after a client is kept.</summary>
    public void Run()
    {
        if (!Interlocked.Exchange(ref _isRunning, true))
            _timer.Change(_period, Timeout.InfiniteTimeSpan);
    }

    // A full fence before the look: who keeps a client that it misses lets the timer run.
    private void Look()
    {
        Interlocked.Exchange(ref _isRunning, false);
        if (Forget())
            Run();
    }

    // The clock is the application's: what it throws must not end the process, and the next look may do better.
    private bool Forget()
    {
        try
        {
            return _forget();
        }
        catch (Exception exception)
        {
            Log.ExpiryFailed(_logger, exception);
            return true;
        }
    }
}
