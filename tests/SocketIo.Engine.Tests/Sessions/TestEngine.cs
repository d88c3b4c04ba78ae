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

    public TestEngine(Action<EngineOptions>? configure = null)
    {
        var options = new EngineOptions();
        configure?.Invoke(options);
        _loggers = new LoggerFactory([Log]);
        Server = new EngineServer(
            options,
            "/engine.io",
            Handler,
            new TimeWithoutTimers(_clock),
            _loggers,
            new EngineMetrics(_services.GetRequiredService<IMeterFactory>()));
    }

    public EngineServer Server { get; }

    public TestHandler Handler { get; } = new();

    public LogSink Log { get; } = new();

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
        session.TryBeginUpgrade()!.Attach(candidate);
        return session;
    }

    /// <summary>Lets time pass and the heartbeat look once.</summary>
    public void Pass(TimeSpan span)
    {
        _clock.Advance(span);
        foreach (var session in Server.Sessions)
            session.Tick(_clock.GetTimestamp());
    }

    public void Dispose()
    {
        Server.Dispose();
        _loggers.Dispose();
        _services.Dispose();
        Log.AssertNothingUnexpected();
    }

    private sealed class TimeWithoutTimers(ManualClock clock) : TimeProvider
    {
        public override long TimestampFrequency => clock.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

        public override long GetTimestamp() => clock.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new NoTimer();
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
