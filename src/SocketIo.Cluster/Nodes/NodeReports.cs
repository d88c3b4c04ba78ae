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

    public ILogger Logger => logger;

    public void CountSent(int count) => metrics.Sent(count);

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
        if (_lost.TryTake(time, Interval, out var count, out var reason))
            NodeLog.Lost(logger, count, reason);
        if (_refused.TryTake(time, Interval, out count, out reason))
            NodeLog.Refused(logger, count, reason);
        if (_malformed.TryTake(time, Interval, out count, out reason))
            NodeLog.Malformed(logger, count, reason);
        if (_rooms.TryTake(time, Interval, out count, out reason))
            NodeLog.RoomsFailed(logger, count, reason);
    }

    /// <summary>Counts what is alike, with the latest reason.</summary>
    private sealed class Tally
    {
        private long _count;
        private string _reason = "";
        private long? _takenAt;

        public void Add(int count, string reason)
        {
            Volatile.Write(ref _reason, reason);
            Interlocked.Add(ref _count, count);
        }

        public bool TryTake(TimeProvider time, TimeSpan interval, out long count, out string reason)
        {
            (count, reason) = (0, Volatile.Read(ref _reason));
            if (Volatile.Read(ref _count) == 0 || (_takenAt is { } at && time.GetElapsedTime(at) < interval))
                return false;
            _takenAt = time.GetTimestamp();
            count = Interlocked.Exchange(ref _count, 0);
            return true;
        }
    }
}
