using System.Diagnostics.Metrics;

namespace SocketIo.Engine.Sessions;

/// <summary>The meter "SocketIo.Engine". Names and units follow the OpenTelemetry conventions for SignalR.</summary>
internal sealed class EngineMetrics
{
    public const string MeterName = "SocketIo.Engine";

    private readonly UpDownCounter<long> _activeConnections;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _rejections;
    private readonly Counter<long> _limited;
    private readonly Counter<long> _upgrades;

    public EngineMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _activeConnections = meter.CreateUpDownCounter<long>(
            "socketio.server.active_connections", "{connection}", "Connections that are open.");
        _duration = meter.CreateHistogram(
            "socketio.server.connection.duration",
            "s",
            "How long connections lasted.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300] });
        _dropped = meter.CreateCounter<long>(
            "socketio.server.outbound.dropped", "{message}", "Messages that were not sent, by reason.");
        _rejections = meter.CreateCounter<long>(
            "socketio.server.handshake.rejections", "{request}", "Requests refused, by error code.");
        _limited = meter.CreateCounter<long>(
            "socketio.server.handshake.limited", "{request}", "Handshakes refused since there were too many sessions, by option.");
        _upgrades = meter.CreateCounter<long>(
            "socketio.server.upgrades", "{upgrade}", "Upgrades from polling to WebSocket, by outcome.");
    }

    public void Opened() => Add(_activeConnections, 1);

    public void Closed(DisconnectReason reason, TimeSpan duration)
    {
        Add(_activeConnections, -1);
        if (!_duration.Enabled)
            return;
        try
        {
            _duration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("reason", reason.ToString()));
        }
        catch (Exception)
        {
            // see Count
        }
    }

    public void DroppedVolatile() => Count(_dropped, "reason", "volatile");

    /// <summary>Counted on another thread: who sends may hold a lock of its own, and what listens to metrics is the application's.</summary>
    public void DroppedAtFullQueue()
    {
        if (_dropped.Enabled)
            ThreadPool.UnsafeQueueUserWorkItem(static metrics => Count(metrics._dropped, "reason", "queue full"), this, preferLocal: false);
    }

    public void Rejected(int code) => Count(_rejections, "code", code);

    public void Limited(string option) => Count(_limited, "option", option);

    public void Upgraded(string outcome) => Count(_upgrades, "outcome", outcome);

    private static void Add(UpDownCounter<long> counter, int change)
    {
        try
        {
            counter.Add(change);
        }
        catch (Exception)
        {
            // see Count
        }
    }

    private static void Count(Counter<long> counter, string tag, object value)
    {
        if (!counter.Enabled)
            return;
        try
        {
            counter.Add(1, new KeyValuePair<string, object?>(tag, value));
        }
        catch (Exception)
        {
            // a listener threw, and the caller is a drain or the heartbeat, of which other clients know
        }
    }
}
