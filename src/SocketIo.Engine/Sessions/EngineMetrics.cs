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
        _upgrades = meter.CreateCounter<long>(
            "socketio.server.upgrades", "{upgrade}", "Upgrades from polling to WebSocket, by outcome.");
    }

    public void Opened() => _activeConnections.Add(1);

    public void Closed(DisconnectReason reason, TimeSpan duration)
    {
        _activeConnections.Add(-1);
        if (_duration.Enabled)
            _duration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("reason", reason.ToString()));
    }

    public void Dropped(string reason) => _dropped.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Rejected(int code) => _rejections.Add(1, new KeyValuePair<string, object?>("code", code));

    public void Upgraded(string outcome) => _upgrades.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
