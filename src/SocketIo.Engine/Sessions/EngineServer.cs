using System.Globalization;
using System.Text.Unicode;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SocketIo.Engine.Frames;

namespace SocketIo.Engine.Sessions;

/// <summary>What the sessions of one mapped endpoint share.</summary>
internal sealed class EngineServer : IDisposable
{
    private readonly Heartbeat _heartbeat;
    private readonly string _handshakeTail;
    private readonly long _timeFrequency;
    private long _lastTime;
    private readonly CancellationTokenSource _stop = new();
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
        Quota = new SessionQuota(options.MaxSessions, options.MaxSessionsPerAddress);
        Logger = new SafeLogger(loggers.CreateLogger("SocketIo.Engine"));
        Lines = new LineLimit(Logger);
        _handshakeTail = string.Create(
            CultureInfo.InvariantCulture,
            $"\"pingInterval\":{(long)options.PingInterval.TotalMilliseconds},\"pingTimeout\":{(long)options.PingTimeout.TotalMilliseconds},\"maxPayload\":{options.MaxHttpBufferSize}}}");
        _timeFrequency = time.TimestampFrequency;
        PingInterval = Ticks(options.PingInterval);
        PingTimeout = Ticks(options.PingTimeout);
        Stopping = _stop.Token;
        BlockedHandlers = new BlockedHandlers(PingTimeout, Logger);
        _heartbeat = new Heartbeat(this);
    }

    public EngineOptions Options { get; }

    public string Path { get; }

    public IEngineHandler Handler { get; }

    public TimeProvider Time { get; }

    public ILogger Logger { get; }

    public LineLimit Lines { get; }

    public EngineMetrics Metrics { get; }

    /// <summary>What makes the services of sessions; null in tests that have none.</summary>
    public IServiceScopeFactory? Scopes { get; init; }

    public SessionStore Sessions { get; } = new();

    public SessionQuota Quota { get; }

    public BlockedHandlers BlockedHandlers { get; }

    /// <summary>What a host that stops waits for.</summary>
    public UnfinishedWork Unfinished { get; init; } = new();

    /// <summary>In the unit of the time stamps, as is <see cref="PingTimeout"/>.</summary>
    public long PingInterval { get; }

    public long PingTimeout { get; }

    /// <summary>Ends what waits for the application when the host stops.</summary>
    public CancellationToken Stopping { get; }

    public bool IsStopping => Volatile.Read(ref _stopping) != 0;

    /// <summary>The open packet (engine.io-protocol, "Handshake").</summary>
    public Frame OpenPacket(string sid, EngineTransports transport)
    {
        var canUpgrade = transport is EngineTransports.Polling && Options.AllowUpgrades && Options.Transports.HasFlag(EngineTransports.WebSocket);
        Span<byte> packet = stackalloc byte[256];
        Utf8.TryWrite(packet, $"0{{\"sid\":\"{sid}\",\"upgrades\":[{(canUpgrade ? "\"websocket\"" : "")}],{_handshakeTail}", out var length);
        return Frame.Of(Opcode.Text, packet[..length]);
    }

    /// <summary>
    /// A time stamp. It is the last one when the application's clock throws: whoever asks has a session to begin, to watch or to end.
    /// </summary>
    public long Now()
    {
        try
        {
            var now = Time.GetTimestamp();
            Volatile.Write(ref _lastTime, now);
            return now;
        }
        catch (Exception exception)
        {
            Log.ClockFailed(Logger, exception);
            return Volatile.Read(ref _lastTime);
        }
    }

    /// <summary>A time stamp <paramref name="span"/> from now.</summary>
    public long Deadline(TimeSpan span) => Now() + Ticks(span);

    /// <summary>A span in the unit of the time stamps.</summary>
    public long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _timeFrequency);

    /// <summary>How long it has been since a time stamp.</summary>
    public TimeSpan Since(long timestamp) => TimeSpan.FromSeconds((double)(Now() - timestamp) / _timeFrequency);

    /// <summary>The heartbeat's look at all sessions.</summary>
    public void Tick()
    {
        var now = Now();
        using var cork = Cork.HoldChunks();
        ForEach(session => session.Tick(now));
        BlockedHandlers.Look(now);
    }

    /// <summary>Refuses new sessions and closes those there are; what they had queued still leaves.</summary>
    public void Stop()
    {
        if (Interlocked.Exchange(ref _stopping, 1) != 0)
            return;
        ForEach(static session => session.Stop());
        _stop.Cancel();
    }

    public void Dispose()
    {
        Stop();
        _heartbeat.Dispose();
        ForEach(static session => session.Terminate());
        _stop.Dispose();
    }

    /// <summary>Does something with each session; what one of them throws ends that one alone.</summary>
    private void ForEach(Action<EngineSession> action)
    {
        foreach (var session in Sessions)
        {
            try
            {
                action(session);
            }
            catch (Exception exception)
            {
                session.OnFault(exception);
            }
        }
    }
}
