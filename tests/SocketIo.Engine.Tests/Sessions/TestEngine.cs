using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SocketIo.Engine.Sessions;
using SocketIo.TestKit;

namespace SocketIo.Engine.Tests.Sessions;

/// <summary>An engine without sockets: its transports are the test's, and its heartbeat looks when the test says.</summary>
internal sealed class TestEngine : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ManualClock _clock = new();
    private readonly LoggerFactory _loggers;
    private int _sessions;

    public TestEngine(Action<EngineOptions>? configure = null, ILoggerProvider? loggers = null)
    {
        var options = new EngineOptions();
        configure?.Invoke(options);
        _loggers = new LoggerFactory([loggers ?? Log]);
        Server = new EngineServer(
            options,
            "/engine.io",
            Handler,
            new TimeWithoutTimers(this),
            _loggers,
            new EngineMetrics(_services.GetRequiredService<IMeterFactory>())) { Scopes = Scopes };
    }

    public EngineServer Server { get; }

    public TestHandler Handler { get; } = new();

    public LogSink Log { get; } = new();

    /// <summary>Fires the timer that was made last, which nobody else does.</summary>
    public Action? LastTimer { get; private set; }

    /// <summary>The factory of the engine's meter.</summary>
    public IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    public TestScopes Scopes { get; } = new();

    /// <summary>Whether nobody learns the time.</summary>
    public bool ClockThrows { get; set; }

    /// <summary>A session that is not open yet.</summary>
    public EngineSession Create(EngineTransports kind, out TestTransport transport)
    {
        TestTransport? made = null;
        var session = new EngineSession(
            Server, $"s{++_sessions}", new DefaultHttpContext(), session => made = new TestTransport(session, kind));
        transport = made!;
        return session;
    }

    public EngineSession Open(EngineTransports kind, out TestTransport transport)
    {
        var session = Create(kind, out transport);
        session.Open();
        return session;
    }

    /// <summary>A polling session with a WebSocket that wants to take over.</summary>
    public EngineSession Upgrading(out TestTransport polling, out TestTransport candidate)
    {
        var session = Open(EngineTransports.Polling, out polling);
        candidate = new TestTransport(session, EngineTransports.WebSocket);
        Assert.That(session.TryBeginUpgrade(candidate), Is.True);
        return session;
    }

    /// <summary>Lets time pass and the heartbeat look once.</summary>
    public void Pass(TimeSpan span)
    {
        _clock.Advance(span);
        Server.Tick();
    }

    public void Dispose()
    {
        Server.StopAndSettle();
        Server.Dispose();
        _loggers.Dispose();
        _services.Dispose();
        Log.AssertNothingUnexpected();
    }

    private sealed class TimeWithoutTimers(TestEngine engine) : TimeProvider
    {
        public override long TimestampFrequency => engine._clock.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => engine._clock.GetUtcNow();

        public override long GetTimestamp() =>
            engine.ClockThrows ? throw new InvalidOperationException("of a clock") : engine._clock.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (engine.ClockThrows)
                throw new InvalidOperationException("of a clock");
            engine.LastTimer = () => callback(state);
            return new NoTimer();
        }
    }

    private sealed class NoTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
