using System.Diagnostics.Metrics;

namespace SocketIo.Cluster.Nodes;

/// <summary>The meter "SocketIo.Cluster".</summary>
internal sealed class NodeMetrics
{
    public const string MeterName = "SocketIo.Cluster";

    private readonly Counter<long> _sent;
    private readonly Counter<long> _received;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _malformed;
    private readonly Counter<long> _incomplete;

    /// <param name="meter">The meter.</param>
    /// <param name="isConnected">Whether the backplane is connected.</param>
    /// <param name="queuedBytes">What waits for it.</param>
    /// <param name="peers">How many other nodes are known by id.</param>
    public NodeMetrics(Meter meter, Func<bool> isConnected, Func<long> queuedBytes, Func<int> peers)
    {
        _sent = meter.CreateCounter<long>("socketio.cluster.messages.sent", "{message}", "Messages that the backplane took.");
        _received = meter.CreateCounter<long>("socketio.cluster.messages.received", "{message}", "Messages of other servers.");
        _dropped = meter.CreateCounter<long>(
            "socketio.cluster.messages.dropped", "{message}", "Messages that other servers may not have got, by reason.");
        _malformed = meter.CreateCounter<long>("socketio.cluster.messages.malformed", "{message}", "Messages of others that could not be read.");
        _incomplete = meter.CreateCounter<long>("socketio.cluster.requests.incomplete", "{request}", "Requests that not all servers answered.");
        meter.CreateObservableGauge("socketio.cluster.connected", () => isConnected() ? 1 : 0, null, "Whether the backplane is connected: 1 or 0.");
        meter.CreateObservableGauge("socketio.cluster.queued", queuedBytes, "By", "Bytes of messages that wait for the backplane.");
        meter.CreateObservableGauge("socketio.cluster.peers", peers, "{server}", "Other servers that are known by id.");
    }

    public void Sent(int count) => Count(_sent, count);

    public void Received() => Count(_received, 1);

    public void Dropped(int count, string reason)
    {
        if (!_dropped.Enabled)
            return;
        try
        {
            _dropped.Add(count, new KeyValuePair<string, object?>("reason", reason));
        }
        catch (Exception)
        {
            // see Count
        }
    }

    public void Malformed() => Count(_malformed, 1);

    public void Incomplete() => Count(_incomplete, 1);

    private static void Count(Counter<long> counter, int count)
    {
        if (!counter.Enabled)
            return;
        try
        {
            counter.Add(count);
        }
        catch (Exception)
        {
            // a listener threw, which is none of the caller's concern
        }
    }
}
