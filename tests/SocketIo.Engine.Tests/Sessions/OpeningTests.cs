using SocketIo.Engine.Sessions;
using SocketIo.TestKit;

namespace SocketIo.Engine.Tests.Sessions;

public class OpeningTests
{
    private TestEngine _engine = null!;

    [SetUp]
    public void SetUp() => _engine = new TestEngine();

    [TearDown]
    public void TearDown() => _engine.Dispose();

    [Test]
    public void The_handshake_comes_first_and_what_the_handler_sends_follows([Values(EngineTransports.Polling, EngineTransports.WebSocket)] EngineTransports kind)
    {
        _engine.Handler.Opened = session => session.Send("welcome");
        var session = _engine.Open(kind, out var transport);
        Assert.That(transport.Written, Has.Length.EqualTo(2));
        Assert.That(transport.Written[0], Does.StartWith("0{\"sid\":\"" + session.Id));
        Assert.That(transport.Written[1], Is.EqualTo("4welcome"));
        Assert.That(session.State, Is.EqualTo(SessionState.Open));
    }

    [Test]
    public void The_client_learns_of_the_session_only_when_the_handler_knows_it([Values(EngineTransports.Polling, EngineTransports.WebSocket)] EngineTransports kind)
    {
        var session = _engine.Create(kind, out var transport);
        _engine.Handler.Opened = _ => Assert.That(transport.Written, Is.Empty, "a quick client could answer");
        session.Open();
        Assert.That(transport.Written, Has.Length.EqualTo(1));
    }

    [Test]
    public void A_close_while_the_handler_is_told_of_the_opening_is_told_after_it([Values] bool drop)
    {
        var session = _engine.Create(EngineTransports.WebSocket, out var transport);
        _engine.Handler.Opened = _ => Elsewhere.Run(() =>
        {
            if (drop)
                session.Drop(DisconnectReason.TransportError);
            else
                session.Close();
            Assert.That(_engine.Handler.Calls, Is.Empty);
        });
        session.Open();
        Assert.That(_engine.Handler.Calls, Is.EqualTo(new[] { "opened", drop ? "closed transport error" : "closed forced close" }));
        Assert.That(transport.Written, Has.Length.EqualTo(drop ? 0 : 2));
        Assert.That(session.IsOpen, Is.False);
    }

    [Test]
    public void A_client_that_is_gone_before_the_opening_leaves_no_session_behind()
    {
        var session = _engine.Create(EngineTransports.Polling, out var transport);
        session.OnLost(transport, DisconnectReason.TransportError);
        session.Open();
        Assert.That(_engine.Server.Sessions.Count, Is.Zero);
        Assert.That(_engine.Handler.Calls, Is.EqualTo(new[] { "opened", "closed transport error" }));
        Assert.That(transport.Written, Is.Empty);
    }

    [Test]
    public void A_stop_while_the_handler_is_told_of_the_opening_is_told_after_it()
    {
        var session = _engine.Create(EngineTransports.WebSocket, out var transport);
        _engine.Handler.Opened = _ => Elsewhere.Run(_engine.Server.StopAndSettle);
        session.Open();
        Assert.That(_engine.Handler.Calls, Is.EqualTo(new[] { "opened", "closed server shutting down" }));
        Assert.That(transport.Written[^1], Is.EqualTo("close 1001 server shutting down"));
    }

    [Test]
    public void A_session_that_opens_after_the_stop_is_closed_at_once()
    {
        _engine.Server.Stop();
        _engine.Open(EngineTransports.WebSocket, out var transport);
        _engine.Server.Settle();
        Assert.That(_engine.Handler.Calls, Is.EqualTo(new[] { "opened", "closed server shutting down" }));
        Assert.That(transport.Written[^1], Is.EqualTo("close 1001 server shutting down"));
    }

    [Test]
    public void A_handler_that_throws_at_the_opening_ends_the_session_with_1011()
    {
        _engine.Log.Expect("The handler of session s threw");
        _engine.Handler.Opened = _ => throw new InvalidOperationException("no");
        _engine.Open(EngineTransports.WebSocket, out var transport);
        Assert.That(transport.Written[^1], Is.EqualTo("close 1011 the handler failed"));
        Assert.That(_engine.Handler.Calls, Is.EqualTo(new[] { "closed forced close" }));
    }

    [Test]
    public void A_session_cannot_be_upgraded_before_it_is_open()
    {
        var session = _engine.Create(EngineTransports.Polling, out _);
        Assert.That(session.TryBeginUpgrade(new TestTransport(session, EngineTransports.WebSocket)), Is.False);
        session.Open();
        Assert.That(session.TryBeginUpgrade(new TestTransport(session, EngineTransports.WebSocket)), Is.True);
    }
}
