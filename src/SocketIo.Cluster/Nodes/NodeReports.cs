using Microsoft.Extensions.Logging;

namespace SocketIo.Cluster.Nodes;

/// <summary>
/// What operators are told: counters at once, log lines not more often than they can be read. Called on hot paths and by whoever fails;
/// never throws.
/// </summary>
internal sealed class NodeReports(ILogger logger, NodeMetrics metrics, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Tally _lost = new();
    private readonly Tally _refused = new();
    private readonly Tally _malformed = new();
    private readonly Tally _rooms = new();

    // since the last look at what share was refused
    private long _sentNow;
    private long _refusedNow;
    private string _lastRefusal = "";
    private string? _refusal;
    private long _lookedAt = time.GetTimestamp();

    public ILogger Logger => logger;

    /// <summary>Why the backplane refuses most of what it is sent; null when it does not. Heartbeats are sent all the time.</summary>
    public string? Refusal => Volatile.Read(ref _refusal);

    public void CountSent(int count)
    {
        Interlocked.Add(ref _sentNow, count);
        metrics.Sent(count);
    }

    public void CountReceived() => metrics.Received();

    public void CountDropped(string reason) => metrics.Dropped(1, reason);

    public void CountIncomplete() => metrics.Incomplete();

    public void ReportLost(int count, string reason)
    {
        metrics.Dropped(count, "lost");
        _lost.Add(count, reason);
    }

    public void ReportRefused(string reason)
    {
        metrics.Dropped(1, "refused");
        _refused.Add(1, reason);
        Volatile.Write(ref _lastRefusal, reason);
        Interlocked.Increment(ref _refusedNow);
    }

    public void ReportMalformed(string reason)
    {
        metrics.Malformed();
        _malformed.Add(1, reason);
    }

    public void ReportRoom(string reason) => _rooms.Add(1, reason);

    /// <summary>Writes what there is to be logged, now and then.</summary>
    public void Flush()
    {
        LookAtRefusals();
        if (_lost.TryTake(time, Interval, out var count, out var reason))
            NodeLog.Lost(logger, count, reason);
        if (_refused.TryTake(time, Interval, out count, out reason))
            NodeLog.Refused(logger, count, reason);
        if (_malformed.TryTake(time, Interval, out count, out reason))
            NodeLog.Malformed(logger, count, reason);
        if (_rooms.TryTake(time, Interval, out count, out reason))
            NodeLog.RoomsFailed(logger, count, reason);
    }

    private void LookAtRefusals()
    {
        if (time.GetElapsedTime(_lookedAt) < Interval)
            return;
        _lookedAt = time.GetTimestamp();
        var (refused, sent) = (Interlocked.Exchange(ref _refusedNow, 0), Interlocked.Exchange(ref _sentNow, 0));
        Volatile.Write(ref _refusal, refused > 0 && 2 * refused >= sent ? Volatile.Read(ref _lastRefusal) : null);
    }
}
