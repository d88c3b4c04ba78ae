using System.Globalization;
using System.Text.Unicode;
using Microsoft.Extensions.Logging;
using SocketIo.Engine.WebSockets;

namespace SocketIo.Engine.Sessions;

/// <summary>What the sessions of one mapped endpoint share.</summary>
internal sealed class EngineServer : IDisposable
{
    private readonly Heartbeat _heartbeat;
    private readonly string _handshakeTail;
    private int _stopping;

    public EngineServer(
        EngineOptions options, string path, IEngineHandler handler, TimeProvider time, ILoggerFactory loggers, EngineMetrics metrics)
    {
        options.Validate();
        Path = path;
        Options = options;
        Handler = handler;
        Time = time;
        Metrics = metrics;
        Logger = loggers.CreateLogger("SocketIo.Engine");
        _handshakeTail = string.Create(
            CultureInfo.InvariantCulture,
            $"\"pingInterval\":{(long)options.PingInterval.TotalMilliseconds},\"pingTimeout\":{(long)options.PingTimeout.TotalMilliseconds},\"maxPayload\":{options.MaxHttpBufferSize}}}");
        _heartbeat = new Heartbeat(this);
    }

    public EngineOptions Options { get; }

    public string Path { get; }

    public IEngineHandler Handler { get; }

    public TimeProvider Time { get; }

    public ILogger Logger { get; }

    public EngineMetrics Metrics { get; }

    public SessionStore Sessions { get; } = new();

    public bool IsStopping => Volatile.Read(ref _stopping) != 0;

    /// <summary>The open packet (engine.io-protocol, "Handshake").</summary>
    public Frame OpenPacket(string sid, EngineTransports transport)
    {
        var canUpgrade = transport is EngineTransports.Polling && Options.AllowUpgrades && Options.Transports.HasFlag(EngineTransports.WebSocket);
        Span<byte> packet = stackalloc byte[256];
        Utf8.TryWrite(packet, $"0{{\"sid\":\"{sid}\",\"upgrades\":[{(canUpgrade ? "\"websocket\"" : "")}],{_handshakeTail}", out var length);
        return Frame.Of(Opcode.Text, packet[..length]);
    }

    /// <summary>A time stamp <paramref name="span"/> from now.</summary>
    public long Deadline(TimeSpan span) => Time.GetTimestamp() + Ticks(span);

    /// <summary>A span in the unit of the time stamps.</summary>
    public long Ticks(TimeSpan span) => (long)(span.TotalSeconds * Time.TimestampFrequency);

    /// <summary>Refuses new sessions and closes those there are; what they had queued still leaves.</summary>
    public void Stop()
    {
        if (Interlocked.Exchange(ref _stopping, 1) != 0)
            return;
        foreach (var session in Sessions)
            session.Close(DisconnectReason.ServerShuttingDown, CloseCode.GoingAway);
    }

    public void Dispose()
    {
        Stop();
        _heartbeat.Dispose();
        foreach (var session in Sessions)
            session.Terminate();
    }
}
