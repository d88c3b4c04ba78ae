using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using SocketIo.Engine.Sessions;
using SocketIo.TestKit;

namespace SocketIo.Engine.Tests.Sessions;

public class HeartbeatTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan PongTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private TestEngine _engine = null!;
    private EngineSession _session = null!;
    private TestTransport _transport = null!;

    [SetUp]
    public void SetUp()
    {
        _engine = new TestEngine();
        _session = _engine.Open(EngineTransports.WebSocket, out _transport);
    }

    [TearDown]
    public void TearDown() => _engine.Dispose();

    [Test]
    public void A_ping_leaves_one_interval_after_the_opening()
    {
        _engine.Pass(Interval - Moment);
        Assert.That(_transport.Written, Has.Length.EqualTo(1));
        _engine.Pass(Moment);
        Assert.That(_transport.Written[1..], Is.EqualTo(new[] { "2" }));
        _engine.Pass(PongTimeout - Moment);
        Assert.That(_transport.Written[1..], Is.EqualTo(new[] { "2" }), "one ping, not many");
    }

    [Test]
    public void A_pong_starts_the_next_interval()
    {
        _engine.Pass(Interval);
        _engine.Pass(TimeSpan.FromSeconds(3));
        _transport.Receive("3");
        _engine.Pass(Interval - Moment);
        Assert.That(_transport.Written[1..], Is.EqualTo(new[] { "2" }));
        _engine.Pass(Moment);
        Assert.That(_transport.Written[1..], Is.EqualTo(new[] { "2", "2" }));
    }

    [Test]
    public async Task No_pong_in_time_closes_with_ping_timeout()
    {
        _engine.Pass(Interval);
        _engine.Pass(PongTimeout - Moment);
        Assert.That(_session.IsOpen, Is.True);
        _engine.Pass(Moment);
        await Deadlines.Eventually(() => _engine.Handler.Calls[^1] == "closed ping timeout");
        Assert.That(_transport.Written[^1], Is.EqualTo("close 1000 ping timeout"));
    }

    [Test]
    public async Task The_timeout_runs_from_when_the_ping_was_due_not_from_when_it_was_looked_at()
    {
        _engine.Pass(Interval + TimeSpan.FromSeconds(5));
        Assert.That(_transport.Written[1..], Is.EqualTo(new[] { "2" }));
        _engine.Pass(PongTimeout - TimeSpan.FromSeconds(5));
        await Deadlines.Eventually(() => _engine.Handler.Calls[^1] == "closed ping timeout");
    }

    [Test]
    public async Task A_polling_client_that_does_not_answer_is_dropped()
    {
        _engine.Open(EngineTransports.Polling, out var polling);
        _engine.Pass(Interval);
        _engine.Pass(PongTimeout);
        await Deadlines.Eventually(() => _engine.Handler.Calls.Count(call => call == "closed ping timeout") == 2);
        Assert.That(polling.IsAborted, Is.True);
        Assert.That(_engine.Server.Sessions.Count, Is.EqualTo(1), "the WebSocket lingers");
    }

    [Test]
    public async Task A_message_is_no_pong()
    {
        _engine.Pass(Interval);
        _transport.Receive("4x");
        _engine.Pass(PongTimeout);
        await Deadlines.Eventually(() => _engine.Handler.Calls[^1] == "closed ping timeout");
    }

    [Test]
    public void Pings_go_on_over_an_upgrade()
    {
        var session = _engine.Upgrading(out var polling, out var candidate);
        candidate.Receive("2probe");
        candidate.Receive("5");
        _engine.Pass(Interval);
        Assert.That(candidate.Written, Is.EqualTo(new[] { "3probe", "2" }));
        candidate.Receive("3");
        _engine.Pass(PongTimeout);
        Assert.That(session.IsOpen, Is.True);
        Assert.That(polling.Written, Has.Length.EqualTo(1));
    }

    [Test]
    public async Task A_deadline_of_the_layer_above_closes_as_the_servers_wish()
    {
        _session.SetDeadline(TimeSpan.FromSeconds(10), "too late");
        _engine.Pass(TimeSpan.FromSeconds(9));
        Assert.That(_session.IsOpen, Is.True);
        _engine.Pass(TimeSpan.FromSeconds(1));
        await Deadlines.Eventually(() => _engine.Handler.Calls[^1] == "closed forced server close");
    }

    [Test]
    public async Task A_deadline_that_was_cleared_closes_nothing()
    {
        _engine.Open(EngineTransports.WebSocket, out _).SetDeadline(TimeSpan.FromSeconds(10), "too late");
        _session.SetDeadline(TimeSpan.FromSeconds(10), "too late");
        _session.ClearDeadline();
        _engine.Pass(TimeSpan.FromSeconds(10));

        // the other session's end is posted behind what this one's would have been
        await Deadlines.Eventually(() => _engine.Handler.Calls.Contains("closed forced server close"));
        Assert.That(_engine.Handler.Calls.Count(call => call == "closed forced server close"), Is.EqualTo(1));
        Assert.That(_session.IsOpen, Is.True);
    }

    [Test]
    public async Task A_handler_that_blocks_on_a_close_does_not_hold_up_the_heartbeat_of_others()
    {
        var entered = new TaskCompletionSource();
        var blocked = new TaskCompletionSource();
        _engine.Handler.Closed = (_, _) =>
        {
            entered.TrySetResult();
            blocked.Task.Wait(Deadlines.Default);
        };
        _session.SetDeadline(TimeSpan.FromSeconds(1), "too late");
        _engine.Open(EngineTransports.WebSocket, out var other);
        _engine.Pass(TimeSpan.FromSeconds(1));
        await entered.Task.WithDeadline();
        _engine.Pass(Interval);
        Assert.That(other.Written[^1], Is.EqualTo("2"));
        blocked.SetResult();
    }

    [Test]
    public async Task The_heartbeat_looks_by_itself_as_time_passes()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var metrics = new EngineMetrics(services.GetRequiredService<IMeterFactory>());
        var clock = new ManualClock();
        using var server = new EngineServer(new EngineOptions(), "/engine.io", _engine.Handler, clock, NullLoggerFactory.Instance, metrics);
        TestTransport? transport = null;
        var session = new EngineSession(
            server, "own", new DefaultHttpContext(), session => transport = new TestTransport(session, EngineTransports.WebSocket));
        session.Open();

        await PassUntil(() => transport!.Written.Contains("2"));
        await PassUntil(() => !session.IsOpen);
        await PassUntil(() => transport!.IsAborted);
        Assert.That(server.Sessions.Count, Is.Zero);
        server.Dispose();
        Assert.That(clock.ActiveTimers, Is.Zero);

        // the timer's own thread looks, so one step of time may be seen late
        Task PassUntil(Func<bool> condition) => Deadlines.Eventually(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return condition();
        });
    }
}
