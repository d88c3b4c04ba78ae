using SocketIo.Engine.Frames;
using SocketIo.Engine.Sessions;
using SocketIo.TestKit;

namespace SocketIo.Engine.Tests.Sessions;

public class ClosingTests
{
    private TestEngine _engine = null!;

    [SetUp]
    public void SetUp() => _engine = new TestEngine();

    [TearDown]
    public void TearDown() => _engine.Dispose();

    [Test]
    public void What_was_sent_before_a_close_leaves_before_it_and_nothing_after([Values(EngineTransports.Polling, EngineTransports.WebSocket)] EngineTransports kind)
    {
        var session = _engine.Open(kind, out var transport);
        transport.Blocked = true;
        session.Send("1");
        session.Close();
        Assert.That(session.Send("2"), Is.False);
        transport.Unblock();
        Assert.That(transport.Written[1..], Is.EqualTo(new[] { "41", "close 1000 forced close" }));
    }

    [Test]
    public void The_handler_is_told_at_once_though_the_queue_still_waits()
    {
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        transport.Blocked = true;
        session.Send("1");
        session.Close();
        Assert.That(_engine.Handler.Calls, Is.EqualTo(new[] { "opened", "closed forced close" }));
        Assert.That(session.State, Is.EqualTo(SessionState.Closing));
        Assert.That(_engine.Server.Sessions.Count, Is.EqualTo(1));
    }

    [Test]
    public void A_polling_session_is_gone_once_its_close_packet_left()
    {
        var session = _engine.Open(EngineTransports.Polling, out _);
        session.Close();
        Assert.That(session.State, Is.EqualTo(SessionState.Closed));
        Assert.That(_engine.Server.Sessions.Count, Is.Zero);
    }

    [Test]
    public void A_WebSocket_session_waits_for_the_peers_answer()
    {
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        session.Close();
        Assert.That(session.State, Is.EqualTo(SessionState.Closing));
        Assert.That(transport.IsAborted, Is.False);
        session.OnPeerClose(transport);
        session.OnLost(transport, DisconnectReason.TransportClose);
        Assert.That(session.State, Is.EqualTo(SessionState.Closed));
        Assert.That(_engine.Handler.Calls, Is.EqualTo(new[] { "opened", "closed forced close" }));
    }

    [Test]
    public void A_sender_that_a_close_overtakes_writes_nothing_behind_it([Values(EngineTransports.Polling, EngineTransports.WebSocket)] EngineTransports kind)
    {
        var session = _engine.Open(kind, out var transport);

        // as by a sender that saw the session open, and came to the queue after the close frame
        transport.BeforeWrite = outbox =>
        {
            if (outbox.First.IsClose)
                outbox.Enqueue(Frame.Text("4late"));
        };
        session.Close();
        Assert.That(transport.Written[1..], Is.EqualTo(new[] { "close 1000 forced close" }));
    }

    [Test]
    public void A_close_while_a_frame_is_written_leaves_behind_it_in_the_same_drain([Values] bool afterTheFrameWasTaken)
    {
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        Action<Outbox> close = outbox =>
        {
            if (session.IsOpen)
                Elsewhere.Run(session.Close);
        };
        if (afterTheFrameWasTaken)
            transport.AfterWrite = close;
        else
            transport.BeforeWrite = close;
        session.Send("1");
        Assert.That(transport.Written[1..], Is.EqualTo(new[] { "41", "close 1000 forced close" }));
        Assert.That(transport.Told, Is.Empty, "one writer");
    }

    [Test]
    public void A_drop_while_a_frame_is_written_ends_the_drain([Values] bool afterTheFrameWasTaken)
    {
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        transport.Blocked = true;
        session.Send("1");
        session.Send("2");
        Action<Outbox> drop = _ => Elsewhere.Run(() => session.Drop(DisconnectReason.TransportError));
        if (afterTheFrameWasTaken)
            transport.AfterWrite = drop;
        else
            transport.BeforeWrite = drop;
        transport.Unblock();
        Assert.That(session.State, Is.EqualTo(SessionState.Closed));
        Assert.That(transport.IsAborted, Is.True);
        Assert.That(session.Send("3"), Is.False);
        Assert.That(_engine.Handler.Calls, Is.EqualTo(new[] { "opened", "closed transport error" }));
    }

    [Test]
    public void A_drop_while_the_drain_waits_leaves_nothing_to_resume()
    {
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        transport.Blocked = true;
        session.Send("1");
        session.Drop(DisconnectReason.TransportError);
        transport.Unblock();
        Assert.That(transport.Written, Has.Length.EqualTo(1));
    }

    [Test]
    public void A_send_from_the_handler_of_the_close_is_refused()
    {
        var accepted = true;
        _engine.Handler.Closed = (session, _) => accepted = session.Send("too late");
        var session = _engine.Open(EngineTransports.WebSocket, out _);
        session.Close();
        Assert.That(accepted, Is.False);
    }

    [Test]
    public void A_handler_that_throws_at_the_close_harms_nobody()
    {
        _engine.Log.Expect("The handler of session s threw");
        _engine.Handler.Closed = (_, _) => throw new InvalidOperationException("no");
        var session = _engine.Open(EngineTransports.Polling, out _);
        session.Close();
        Assert.That(session.State, Is.EqualTo(SessionState.Closed));
    }

    [Test]
    public void The_first_reason_counts()
    {
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        session.Close(DisconnectReason.ServerShuttingDown, CloseCode.GoingAway);
        session.Close();
        session.Drop(DisconnectReason.TransportError);
        session.OnLost(transport, DisconnectReason.TransportClose);
        Assert.That(_engine.Handler.Calls, Is.EqualTo(new[] { "opened", "closed server shutting down" }));
        Assert.That(transport.Written[1..], Is.EqualTo(new[] { "close 1001 server shutting down" }));
    }

    [Test]
    public void Any_number_of_closers_at_once_tell_the_handler_once([Range(1, 30)] int seed, [Values] bool opening)
    {
        var random = new Random(seed);
        var session = _engine.Create(EngineTransports.WebSocket, out var transport);
        if (!opening)
            session.Open();
        _engine.Log.Expect("The handler of session s threw");
        Action[] ways =
        [
            session.Close,
            () => session.Drop(DisconnectReason.TransportError),
            () => session.OnLost(transport, DisconnectReason.TransportClose),
            () => session.OnPeerClose(transport),
            () => session.Fail(new InvalidOperationException("handler")),
            () => session.Break(DisconnectReason.ParseError),
            () => session.Send("x"),
            _engine.Server.StopAndSettle,
        ];
        var chosen = ways.OrderBy(_ => random.Next()).Take(3).Append(session.Close);
        Elsewhere.RunTogether([.. opening ? chosen.Append(session.Open) : chosen]);

        Assert.That(_engine.Handler.Calls, Has.Length.EqualTo(2));
        Assert.That(_engine.Handler.Calls[0], Is.EqualTo("opened"));
        Assert.That(_engine.Handler.Calls[1], Does.StartWith("closed "));
        Assert.That(transport.Told, Has.None.EqualTo("two writers"));
        Assert.That(transport.Written.Count(text => text.StartsWith("close", StringComparison.Ordinal)), Is.LessThanOrEqualTo(1));
        session.Terminate();
        Assert.That(_engine.Server.Sessions.Count, Is.Zero);
    }

    [Test]
    public async Task A_peer_that_never_answers_a_close_is_dropped_after_the_linger_time()
    {
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        session.Close();
        _engine.Pass(TimeSpan.FromSeconds(29.9));
        Assert.That(session.State, Is.EqualTo(SessionState.Closing));
        _engine.Pass(TimeSpan.FromSeconds(0.2));
        await Deadlines.Eventually(() => transport.IsAborted);
        Assert.That(session.State, Is.EqualTo(SessionState.Closed));
        Assert.That(_engine.Server.Sessions.Count, Is.Zero);
    }

    [Test]
    public async Task A_peer_that_broke_the_protocol_is_dropped_sooner()
    {
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        session.OnProtocolError(transport, 1002, "reserved bits are set");
        Assert.That(transport.Written[^1], Is.EqualTo("close 1002 reserved bits are set"));
        _engine.Pass(TimeSpan.FromSeconds(1.9));
        Assert.That(transport.IsAborted, Is.False);
        _engine.Pass(TimeSpan.FromSeconds(0.2));
        await Deadlines.Eventually(() => transport.IsAborted);
        Assert.That(_engine.Handler.Calls, Is.EqualTo(new[] { "opened", "closed transport error" }));
    }

    [Test]
    public void A_handler_that_throws_at_once_or_later_ends_the_session_with_1011([Values] bool atOnce)
    {
        _engine.Log.Expect("The handler of session s threw");
        _engine.Handler.Message = (_, _) => atOnce
            ? throw new InvalidOperationException("sync")
            : ValueTask.FromException(new InvalidOperationException("async"));
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        var received = transport.ReceiveAsync("4x");

        // the transport awaits the handler, and reports what comes of it
        if (!atOnce)
        {
            Assert.That(received.IsFaulted, Is.True);
            session.Fail(received.Exception!);
        }
        Assert.That(transport.Written[^1], Is.EqualTo("close 1011 the handler failed"));
        Assert.That(_engine.Handler.Calls[^1], Is.EqualTo("closed forced close"));
    }

    [Test]
    public void Messages_after_the_close_are_not_delivered()
    {
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        session.Close();
        transport.Receive("4late");
        transport.Receive("late", isBinary: true);
        Assert.That(_engine.Handler.Calls, Is.EqualTo(new[] { "opened", "closed forced close" }));
    }

    [TestCase("7", "closed parse error", "close 1002 an unknown packet type")]
    [TestCase("", "closed parse error", "close 1002 an empty packet")]
    [TestCase("2", "closed transport error", "close 1002 invalid heartbeat direction")]
    [TestCase("1", "closed transport close", "close 1000 transport close")]
    public void A_packet_that_ends_the_session_says_why(string packet, string told, string close)
    {
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        transport.Receive(packet);
        Assert.That(_engine.Handler.Calls[^1], Is.EqualTo(told));
        Assert.That(transport.Written[^1], Is.EqualTo(close));
    }

    [TestCase("0")]
    [TestCase("5")]
    [TestCase("6")]
    public void Packets_that_mean_nothing_here_are_ignored(string packet)
    {
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        transport.Receive(packet);
        Assert.That(session.IsOpen, Is.True);
        Assert.That(transport.Written, Has.Length.EqualTo(1));
    }

    [Test]
    public void Stop_closes_every_session_once_and_empties_the_store_when_disposed()
    {
        _engine.Open(EngineTransports.Polling, out var polling);
        _engine.Open(EngineTransports.WebSocket, out var webSocket);
        polling.Blocked = true;
        _engine.Server.StopAndSettle();
        _engine.Server.StopAndSettle();
        Assert.That(webSocket.Written[1..], Is.EqualTo(new[] { "close 1001 server shutting down" }));
        Assert.That(_engine.Handler.Calls.Count(call => call == "closed server shutting down"), Is.EqualTo(2));
        _engine.Server.Dispose();
        Assert.That(_engine.Server.Sessions.Count, Is.Zero);
        Assert.That(polling.IsAborted && webSocket.IsAborted, Is.True);
    }
}
