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
    public async Task A_client_is_not_late_while_its_answer_may_lie_behind_a_message_that_is_still_handled(
        [Values(EngineTransports.Polling, EngineTransports.WebSocket)] EngineTransports kind)
    {
        var done = new TaskCompletionSource();
        _engine.Handler.Message = (_, _) => new ValueTask(done.Task);
        var session = _engine.Open(kind, out var transport);
        var handling = transport.ReceiveAsync("4x");
        Assert.That(handling.IsCompleted, Is.False);
        _engine.Pass(Interval);
        for (var i = 0; i < 5; i++)
            _engine.Pass(PongTimeout);
        Assert.That(session.IsOpen, Is.True);
        Assert.That(
            transport.Written[1..],
            Is.EqualTo(Enumerable.Repeat("2", 6)),
            "the client, too, gives up when it gets no pings for an interval and a timeout");

        // it was awaited until here, and the heartbeat looks before the answers are read
        done.SetResult();
        await handling;
        _engine.Pass(PongTimeout);
        _engine.Pass(PongTimeout - Moment);
        Assert.That(session.IsOpen, Is.True);
        transport.Receive("3");
        _engine.Pass(Interval - Moment);
        Assert.That(session.IsOpen, Is.True);
    }

    [Test]
    public async Task A_client_that_does_not_answer_once_the_server_reads_again_is_late_then()
    {
        var done = new TaskCompletionSource();
        _engine.Handler.Message = (_, _) => new ValueTask(done.Task);
        var handling = _transport.ReceiveAsync("4x");
        _engine.Pass(Interval);
        _engine.Pass(PongTimeout);
        done.SetResult();
        await handling;
        _engine.Pass(PongTimeout);
        Assert.That(_session.IsOpen, Is.True, "the time runs anew from when the server reads");
        _engine.Pass(PongTimeout);
        await Deadlines.Eventually(() => _engine.Handler.Calls[^1] == "closed ping timeout");
    }

    [Test]
    public async Task A_handler_that_blocks_the_thread_that_reads_does_not_make_the_client_late()
    {
        var entered = new TaskCompletionSource();
        var blocked = new TaskCompletionSource();
        _engine.Handler.Message = (_, _) =>
        {
            entered.SetResult();
            blocked.Task.Wait(Deadlines.Default);
            return ValueTask.CompletedTask;
        };
        var reading = Task.Run(() => _transport.Receive("4x"));
        await entered.Task.WithDeadline();
        _engine.Pass(Interval);
        _engine.Pass(PongTimeout);
        Assert.That(_session.IsOpen, Is.True);
        blocked.SetResult();
        await reading.WithDeadline();
    }

    [Test]
    public async Task A_handler_that_blocks_for_longer_than_the_ping_timeout_is_one_warning_and_is_forgotten_when_it_returns()
    {
        _engine.Log.Expect("A handler has blocked the thread");
        var blocked = new TaskCompletionSource();
        _engine.Handler.Message = (_, _) =>
        {
            blocked.Task.Wait(Deadlines.Default);
            return ValueTask.CompletedTask;
        };
        var reading = Task.Run(() => _transport.Receive("4x"));
        await Deadlines.Eventually(() => _transport.IsHandling);
        _engine.Pass(Interval);
        _engine.Pass(Moment);
        _engine.Pass(PongTimeout - Moment);
        Assert.That(BlockedLines(), Is.Empty);
        _engine.Pass(Moment);
        _engine.Pass(PongTimeout);
        _engine.Pass(PongTimeout);
        await Deadlines.Eventually(() => BlockedLines().Length > 0);
        Assert.That(BlockedLines(), Is.EqualTo(new[] { "A handler has blocked the thread that reads session s for 20 seconds. " }));
        Assert.That(_engine.Server.BlockedHandlers.Count, Is.EqualTo(1));
        blocked.SetResult();
        await reading.WithDeadline();
        _engine.Pass(Moment);
        Assert.That(_engine.Server.BlockedHandlers.Count, Is.Zero);

        string[] BlockedLines() =>
        [
            .. _engine.Log.Entries.Select(entry => entry.Message).Where(text => text.StartsWith("A handler has", StringComparison.Ordinal))
                .Select(text => text[..(text.IndexOf("seconds. ", StringComparison.Ordinal) + "seconds. ".Length)]),
        ];
    }

    [Test]
    public async Task A_handler_that_awaits_blocks_no_thread()
    {
        var done = new TaskCompletionSource();
        _engine.Handler.Message = (_, _) => new ValueTask(done.Task);
        var handling = _transport.ReceiveAsync("4x");
        _engine.Pass(Interval);
        _engine.Pass(PongTimeout);
        Assert.That(_engine.Server.BlockedHandlers.Count, Is.Zero);
        done.SetResult();
        await handling;
    }

    [Test]
    public async Task A_client_that_has_gone_while_a_message_is_handled_is_found_out_by_the_next_look()
    {
        var done = new TaskCompletionSource();
        _engine.Handler.Message = (_, _) => new ValueTask(done.Task);
        var handling = _transport.ReceiveAsync("4x");
        _engine.Pass(Interval);
        _transport.IsGone = true;
        _engine.Pass(Moment);
        Assert.That(_session.IsOpen, Is.False);
        await Deadlines.Eventually(() => _engine.Handler.Calls[^1] == "closed transport close");
        Assert.That(_transport.IsAborted, Is.True);
        Assert.That(_engine.Server.Sessions.Count, Is.Zero);
        done.SetResult();
        await handling;
    }

    [Test]
    public async Task A_ping_timeout_is_one_line_whatever_the_heartbeat_sees_until_a_thread_is_free_for_it()
    {
        _engine.Pass(Interval);
        _engine.Pass(PongTimeout);
        Assert.That(_session.IsOpen, Is.False, "not only when a thread is free");
        _engine.Pass(Moment);
        _engine.Pass(Moment);
        await Deadlines.Eventually(() => _engine.Handler.Calls[^1] == "closed ping timeout");
        Assert.That(
            _engine.Log.Entries.Select(entry => entry.Message).Where(text => text.Contains("ping timeout", StringComparison.Ordinal)),
            Is.EqualTo(new[] { "Session s is closed: ping timeout." }));
    }

    [Test]
    public async Task A_listener_that_blocks_on_a_ping_does_not_hold_up_the_heartbeat_of_others()
    {
        var entered = new TaskCompletionSource();
        var blocked = new TaskCompletionSource();
        _session.Events.OnPacketCreated((_, _) =>
        {
            entered.TrySetResult();
            blocked.Task.Wait(Deadlines.Default);
        });
        _engine.Open(EngineTransports.WebSocket, out var other);
        var passing = Task.Run(() => _engine.Pass(Interval));
        await entered.Task.WithDeadline();
        await passing.WithDeadline();
        Assert.That(other.Written[^1], Is.EqualTo("2"));
        Assert.That(blocked.Task.IsCompleted, Is.False);
        blocked.SetResult();
        await Deadlines.Eventually(() => _transport.Written[^1] == "2");
    }

    [Test]
    public async Task In_protocol_3_the_clients_next_ping_is_not_late_while_a_message_is_handled()
    {
        var done = new TaskCompletionSource();
        _engine.Handler.Message = (_, _) => new ValueTask(done.Task);
        TestTransport? transport = null;
        var session = new EngineSession(
            _engine.Server,
            "old",
            new DefaultHttpContext(),
            session => transport = new TestTransport(session, EngineTransports.WebSocket),
            new Revision3(isBase64: false));
        session.Open();
        var handling = transport!.ReceiveAsync("4x");
        for (var i = 0; i < 5; i++)
            _engine.Pass(Interval + PongTimeout);
        Assert.That(session.IsOpen, Is.True);
        Assert.That(transport.Written, Has.Length.EqualTo(1), "the client pings");
        done.SetResult();
        await handling;
        _engine.Pass(Interval + PongTimeout - Moment);
        Assert.That(session.IsOpen, Is.True);
        transport.Receive("2");
        Assert.That(transport.Written[^1], Is.EqualTo("3"));
        _engine.Pass(Interval + PongTimeout);
        await Deadlines.Eventually(() => !session.IsOpen);
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
        _session.SetDeadline(TimeSpan.FromSeconds(10));
        _engine.Pass(TimeSpan.FromSeconds(9));
        Assert.That(_session.IsOpen, Is.True);
        _engine.Pass(TimeSpan.FromSeconds(1));
        await Deadlines.Eventually(() => _engine.Handler.Calls[^1] == "closed forced server close");
    }

    [Test]
    public async Task A_deadline_that_was_cleared_closes_nothing()
    {
        _engine.Open(EngineTransports.WebSocket, out _).SetDeadline(TimeSpan.FromSeconds(10));
        _session.SetDeadline(TimeSpan.FromSeconds(10));
        _session.ClearDeadline();
        _engine.Pass(TimeSpan.FromSeconds(10));

        // the other session's end is posted behind what this one's would have been
        await Deadlines.Eventually(() => _engine.Handler.Calls.Contains("closed forced server close"));
        Assert.That(_engine.Handler.Calls.Count(call => call == "closed forced server close"), Is.EqualTo(1));
        Assert.That(_session.IsOpen, Is.True);
    }

    [Test]
    public async Task A_deadline_of_the_layer_above_waits_while_a_message_is_handled()
    {
        var done = new TaskCompletionSource();
        _engine.Handler.Message = (_, _) => new ValueTask(done.Task);
        _session.SetDeadline(TimeSpan.FromSeconds(10));
        var handling = _transport.ReceiveAsync("4x");
        _engine.Pass(TimeSpan.FromSeconds(10));
        done.SetResult();
        await handling;
        _engine.Pass(PongTimeout - Moment);
        Assert.That(_session.IsOpen, Is.True);
        _engine.Pass(Moment);
        await Deadlines.Eventually(() => _engine.Handler.Calls[^1] == "closed forced server close");
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
        _session.SetDeadline(TimeSpan.FromSeconds(1));
        _engine.Open(EngineTransports.WebSocket, out var other);
        _engine.Pass(TimeSpan.FromSeconds(1));
        await entered.Task.WithDeadline();
        _engine.Pass(Interval);
        Assert.That(other.Written[^1], Is.EqualTo("2"));
        blocked.SetResult();
    }

    [Test]
    public async Task A_listener_a_logger_or_a_meter_that_blocks_does_not_hold_up_the_heartbeat_of_others([Values("listener", "logger", "meter")] string who)
    {
        var entered = new TaskCompletionSource();
        var blocked = new TaskCompletionSource();
        void Block()
        {
            entered.TrySetResult();
            blocked.Task.Wait(Deadlines.Default);
        }

        using var loggers = new CallingLog();
        using var engine = new TestEngine(loggers: loggers);
        using var meters = new MeterListener();
        var upgrading = engine.Upgrading(out _, out _);
        var session = engine.Open(EngineTransports.WebSocket, out _);
        engine.Open(EngineTransports.WebSocket, out var other);
        switch (who)
        {
            case "listener":
                session.Events.OnPacketCreated((_, _) => Block());
                break;
            case "logger":
                session.Close();
                loggers.Called = Block;
                break;
            default:
                meters.SetMeasurementEventCallback<long>((_, _, _, _) => Block());
                meters.InstrumentPublished = (instrument, listener) =>
                {
                    if (instrument.Name == "socketio.server.upgrades" && ReferenceEquals(instrument.Meter.Scope, engine.Meters))
                        listener.EnableMeasurementEvents(instrument);
                };
                meters.Start();
                break;
        }
        engine.Pass(TimeSpan.FromSeconds(30));
        await entered.Task.WithDeadline();
        Assert.That(other.Written[^1], Is.EqualTo("2"));
        blocked.SetResult();
        await Deadlines.Eventually(() => upgrading.CurrentUpgrade is null);
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
