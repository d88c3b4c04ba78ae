using Microsoft.AspNetCore.Http;
using SocketIo.Engine.Sessions;
using SocketIo.TestKit;

namespace SocketIo.Engine.Tests.Sessions;

/// <summary>What goes wrong for one session is nobody else's.</summary>
public class FaultTests
{
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(25);

    private TestEngine _engine = null!;

    [SetUp]
    public void SetUp() => _engine = new TestEngine();

    [TearDown]
    public void TearDown() => _engine.Dispose();

    [Test]
    public async Task A_transport_that_throws_when_it_writes_ends_its_session_and_harms_no_sender_and_no_other_receiver([Values] bool inChunks)
    {
        _engine.Log.Expect("its transport threw when it wrote");
        var before = _engine.Open(EngineTransports.WebSocket, out var beforeTransport);
        var broken = Open("TryWrite");
        var after = _engine.Open(EngineTransports.WebSocket, out var afterTransport);
        using (inChunks ? Cork.HoldChunks() : Cork.Hold())
        {
            foreach (var session in new[] { before, broken, after })
                session.Send("x");
        }
        Assert.That(beforeTransport.Written[1..], Is.EqualTo(new[] { "4x" }));
        Assert.That(afterTransport.Written[1..], Is.EqualTo(new[] { "4x" }));
        await Deadlines.Eventually(() => broken.State is SessionState.Closed && _engine.Handler.Calls.Contains("closed transport error"));
        Assert.That(_engine.Server.Sessions, Is.EquivalentTo(new[] { before, after }));
        after.Send("y");
        Assert.That(afterTransport.Written[^1], Is.EqualTo("4y"), "the queue has an owner");
    }

    [Test]
    public async Task A_ping_that_can_not_be_written_ends_its_session_and_the_heartbeat_of_others_goes_on()
    {
        _engine.Log.Expect("its transport threw when it wrote");
        var broken = Open("TryWrite");
        _engine.Open(EngineTransports.WebSocket, out var transport);
        _engine.Pass(PingInterval);
        await Deadlines.Eventually(() => broken.State is SessionState.Closed);
        transport.Receive("3");
        _engine.Pass(PingInterval);
        Assert.That(transport.Written[1..], Is.EqualTo(new[] { "2", "2" }));
    }

    [Test]
    public void A_session_that_fails_to_open_holds_nobody_else_back()
    {
        var broken = new EngineSession(_engine.Server, "broken", new DefaultHttpContext(), _ => new BrokenTransport(EngineTransports.Polling, "Kind"));
        Assert.That(broken.Open, Throws.InvalidOperationException);
        var other = _engine.Open(EngineTransports.WebSocket, out var transport);
        other.Send("x");
        Assert.That(transport.Written, Has.Length.EqualTo(2));
    }

    [Test]
    public async Task An_end_is_whole_although_the_transport_throws()
    {
        _engine.Log.Expect("threw when it was ended");
        var session = Open("Abort");
        session.Send("x");
        var queued = Open("Abort", isBusy: true);
        var wait = queued.WhenDrainedAsync();
        session.Drop(DisconnectReason.TransportError);
        queued.Drop(DisconnectReason.TransportError);
        Assert.That(await wait.WithDeadline(), Is.False);
        Assert.That(_engine.Server.Sessions.Count, Is.Zero);
        Assert.That(_engine.Handler.Calls, Is.EqualTo(new[] { "opened", "opened", "closed transport error", "closed transport error" }));
    }

    [Test]
    public async Task A_candidate_or_a_polling_transport_that_throws_at_the_end_of_an_upgrade_stops_nothing([Values("Dismiss", "Keep")] string member, [Values] bool byTimeout)
    {
        _engine.Log.Expect("threw when it was ended");
        var session = Open(member, kind: EngineTransports.Polling);
        var candidate = new BrokenTransport(EngineTransports.WebSocket, member);
        session.TryBeginUpgrade(candidate);
        _engine.Open(EngineTransports.WebSocket, out var other);
        if (byTimeout)
            _engine.Pass(TimeSpan.FromSeconds(11));
        else
            session.Drop(DisconnectReason.TransportError);
        await Deadlines.Eventually(() => session.CurrentUpgrade is null);
        Assert.That(session.State, Is.EqualTo(byTimeout ? SessionState.Open : SessionState.Closed));
        _engine.Pass(PingInterval);
        Assert.That(other.Written[^1], Is.EqualTo("2"));
    }

    [Test]
    public async Task A_logger_that_throws_ends_neither_a_session_nor_the_heartbeat()
    {
        using var log = new ThrowingLog();
        using var engine = new TestEngine(loggers: log);
        engine.Handler.Closed = (_, _) => throw new InvalidOperationException("of a handler");
        var closing = engine.Open(EngineTransports.WebSocket, out var closingTransport);
        engine.Open(EngineTransports.WebSocket, out var other);
        closing.Close();
        engine.Pass(TimeSpan.FromSeconds(31));
        await Deadlines.Eventually(() => closingTransport.IsAborted && engine.Server.Sessions.Count == 1);
        Assert.That(other.Written[^1], Is.EqualTo("2"));
        await Deadlines.Eventually(() => log.Lines == 2, "the handler that throws, and the end");
    }

    [Test]
    public void A_clock_that_throws_ends_neither_a_session_nor_the_heartbeat()
    {
        _engine.Log.Expect("The TimeProvider threw");
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        _engine.ClockThrows = true;
        _engine.Pass(PingInterval);
        session.Close();
        Assert.That(transport.Written[1..], Is.EqualTo(new[] { "close 1000 forced close" }));
        Assert.That(_engine.Handler.Calls, Is.EqualTo(new[] { "opened", "closed forced close" }));
        var next = _engine.Open(EngineTransports.WebSocket, out var nextTransport);
        _engine.ClockThrows = false;
        _engine.Pass(PingInterval);
        Assert.That(next.IsOpen, Is.True);
        Assert.That(nextTransport.Written[^1], Is.EqualTo("2"));
    }

    [Test]
    public void Stop_closes_the_sessions_behind_one_whose_handler_throws()
    {
        _engine.Log.Expect("The handler of session");
        _engine.Handler.Closed = (_, _) => throw new InvalidOperationException("of a handler");
        _engine.Open(EngineTransports.WebSocket, out var first);
        _engine.Open(EngineTransports.WebSocket, out var second);
        _engine.Server.StopAndSettle();
        Assert.That(first.Written[^1], Is.EqualTo("close 1001 server shutting down"));
        Assert.That(second.Written[^1], Is.EqualTo("close 1001 server shutting down"));
    }

    private EngineSession Open(string throwing, EngineTransports kind = EngineTransports.WebSocket, bool isBusy = false)
    {
        var session = new EngineSession(
            _engine.Server, SessionStore.NewId(), new DefaultHttpContext(), _ => new BrokenTransport(kind, throwing) { IsBusy = isBusy });
        session.Open();
        return session;
    }
}
