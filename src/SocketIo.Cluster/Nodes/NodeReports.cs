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

    // What a log keeps may be refused while heartbeats are taken, or the other way around.
    private readonly Refusals _refusedBroadcasts = new(time);
    private readonly Refusals _refusedOthers = new(time);

    public ILogger Logger => logger;

    /// <summary>Why the backplane does not take most of what it is sent since a moment; null when it does. Heartbeats are sent all the time.</summary>
    public string? RefusalSince(DateTimeOffset moment)
    {
        foreach (var refusals in (ReadOnlySpan<Refusals>)[_refusedBroadcasts, _refusedOthers])
        {
            if (refusals.Known is { } known && known.At >= moment)
                return known.Reason;
        }
        return null;
    }

    public void CountSent(ReadOnlySpan<ClusterMessage> messages)
    {
        metrics.Sent(messages.Length);
        foreach (var message in messages)
            RefusalsOf(message).CountSent();
    }

    public void CountReceived() => metrics.Received();

    public void CountDropped(string reason) => metrics.Dropped(1, reason);

    public void CountIncomplete() => metrics.Incomplete();

    public void ReportLost(ReadOnlySpan<ClusterMessage> messages, string reason)
    {
        metrics.Dropped(messages.Length, "lost");
        _lost.Add(messages.Length, reason);
        foreach (var message in messages)
        {
            RefusalsOf(message).CountSent();
            RefusalsOf(message).Add(reason);
        }
    }

    public void ReportRefused(ClusterMessage message, string reason)
    {
        metrics.Dropped(1, "refused");
        _refused.Add(1, reason);
        RefusalsOf(message).Add(reason);
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
        _refusedBroadcasts.Look();
        _refusedOthers.Look();
        if (_lost.TryTake(time, Interval, out var count, out var reason))
            NodeLog.Lost(logger, count, reason);
        if (_refused.TryTake(time, Interval, out count, out reason))
            NodeLog.Refused(logger, count, reason);
        if (_malformed.TryTake(time, Interval, out count, out reason))
            NodeLog.Malformed(logger, count, reason);
        if (_rooms.TryTake(time, Interval, out count, out reason))
            NodeLog.RoomsFailed(logger, count, reason);
    }

    private Refusals RefusalsOf(ClusterMessage message) =>
        message is { Type: MessageType.Broadcast, RequestId: null, Flags.IsVolatile: false } ? _refusedBroadcasts : _refusedOthers;
}
