using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using SocketIo.Engine.Frames;
using SocketIo.Engine.Sessions;
using SocketIo.TestKit;

namespace SocketIo.Engine.Tests.Sessions;

public class SessionEventsTests
{
    private readonly ConcurrentQueue<string> _heard = new();
    private TestEngine _engine = null!;

    [SetUp]
    public void SetUp()
    {
        _heard.Clear();
        _engine = new TestEngine(options => options.MaxQueuedBytes = 400);
    }

    [TearDown]
    public void TearDown() => _engine.Dispose();

    [Test]
    public void Every_packet_of_the_client_is_told_before_it_is_handled_and_nonsense_is_not()
    {
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        session.Events.OnPacketReceived(Hear);
        _engine.Handler.Message = (_, text) =>
        {
            _heard.Enqueue("handled " + text);
            return ValueTask.CompletedTask;
        };
        transport.Receive("4text");
        transport.Receive("\u0001\u0002", isBinary: true);
        transport.Receive("6");
        transport.Receive("9");
        transport.Receive("4late");
        Assert.That(_heard, Is.EqualTo(new[] { "Message text", "handled text", "Message #0102", "handled 0102", "Noop " }));
    }

    [Test]
    public async Task Every_packet_to_the_client_is_told_before_it_is_written()
    {
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        session.Events.OnPacketCreated(Hear);
        transport.AfterWrite = _ => _heard.Enqueue("written");
        session.Send("text");
        session.EnqueueVolatile(Frame.Text("4volatile"));
        session.Enqueue(Frame.Of(Opcode.Text, "4with"u8, new byte[] { 1 }, new byte[] { 2 }));
        _engine.Pass(TimeSpan.FromSeconds(25));
        await Deadlines.Eventually(() => transport.Written[^1] == "2");
        session.Answer(transport, Frame.Of(Opcode.Pong, []));
        Assert.That(_heard, Is.EqualTo(new[]
        {
            "Message text", "written", "Message volatile", "written", "Message with", "Message #01", "Message #02", "written",
            "Ping ", "written", "written",
        }));
    }

    [Test]
    public void A_volatile_packet_that_is_dropped_is_not_told_and_one_that_the_full_queue_refuses_is()
    {
        _engine.Log.Expect("is closed, its client is slow");
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        session.Events.OnPacketCreated(Hear);
        transport.Blocked = true;
        session.EnqueueVolatile(Frame.Text("4volatile"));
        session.Send(new string('a', 300));
        session.EnqueueVolatile(Frame.Text("4volatile"));
        session.Send(new string('b', 300));
        Assert.That(_heard.Select(text => text[..9]), Is.EqualTo(new[] { "Message a", "Message b" }));
    }

    [Test]
    public void A_pong_is_a_heartbeat()
    {
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        session.Events.OnPacketReceived(Hear);
        session.Events.OnHeartbeat(Hear("heartbeat"));
        _engine.Pass(TimeSpan.FromSeconds(25));
        transport.Receive("3");
        Assert.That(_heard, Is.EqualTo(new[] { "Pong ", "heartbeat" }));
    }

    [Test]
    public void A_client_of_protocol_3_has_its_packets_told_as_those_of_4_and_its_ping_is_a_heartbeat()
    {
        TestTransport transport = null!;
        var session = new EngineSession(
            _engine.Server,
            "old",
            new DefaultHttpContext(),
            session => transport = new TestTransport(session, EngineTransports.WebSocket),
            new Revision3(isBase64: true));
        session.Open();
        session.Events.OnPacketReceived(Hear);
        session.Events.OnPacketCreated(Hear);
        session.Events.OnHeartbeat(Hear("heartbeat"));
        transport.Receive("2");
        transport.Receive("b4AQI=");
        session.Send([3]);
        Assert.That(_heard, Is.EqualTo(new[] { "Ping ", "Pong ", "heartbeat", "Message #0102", "Message #03" }));
    }

    [Test]
    public void An_upgrade_is_told_at_the_probe_and_when_it_is_done()
    {
        var session = _engine.Upgrading(out _, out var candidate);
        session.Events.OnUpgrading(session => _heard.Enqueue($"upgrading {candidate.Written.Single()} {session.Transport}"));
        session.Events.OnUpgraded(session => _heard.Enqueue($"upgraded {session.Transport}"));
        session.Events.OnPacketReceived(Hear);
        candidate.Receive("2probe");
        candidate.Receive("5");
        candidate.Receive("4first");
        Assert.That(_heard, Is.EqualTo(new[] { "upgrading 3probe Polling", "upgraded WebSocket", "Message first" }));
    }

    [Test]
    public void An_upgrade_that_comes_to_nothing_is_not_told_as_done()
    {
        var session = _engine.Upgrading(out _, out var candidate);
        session.Events.OnUpgraded(Hear("upgraded"));
        candidate.Receive("2probe");
        candidate.Receive("nonsense");
        Assert.That(_heard, Is.Empty);
    }

    [Test]
    public async Task The_drain_is_told_when_the_queue_is_empty_and_not_by_the_thread_that_drained()
    {
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        var drained = new TaskCompletionSource<(int QueuedBytes, int Thread)>();
        session.Events.OnDrained(session => drained.TrySetResult((session.QueuedBytes, Environment.CurrentManagedThreadId)));
        transport.Blocked = true;
        session.Send("1");
        Assert.That(drained.Task.IsCompleted, Is.False);
        var thread = 0;
        Elsewhere.Run(() =>
        {
            thread = Environment.CurrentManagedThreadId;
            transport.Unblock();
        });
        Assert.That(await drained.Task.WithDeadline(), Is.EqualTo((0, drained.Task.Result.Thread)));
        Assert.That(drained.Task.Result.Thread, Is.Not.EqualTo(thread));
    }

    [Test]
    public async Task Drains_that_come_while_a_listener_is_busy_are_told_after_it_and_together()
    {
        var session = _engine.Open(EngineTransports.WebSocket, out _);
        using var first = new SemaphoreSlim(0);
        using var go = new SemaphoreSlim(0);
        var again = new TaskCompletionSource();
        var running = 0;
        var overlapped = false;
        var calls = 0;
        session.Events.OnDrained(_ =>
        {
            overlapped |= Interlocked.Increment(ref running) != 1;
            if (Interlocked.Increment(ref calls) == 1)
            {
                first.Release();
                go.Wait();
            }
            else
            {
                again.TrySetResult();
            }
            Interlocked.Decrement(ref running);
        });
        session.Send("1");
        await first.WaitAsync().WithDeadline();
        session.Send("2");
        session.Send("3");
        go.Release();
        await again.Task.WithDeadline();
        Assert.That(calls, Is.EqualTo(2));
        Assert.That(overlapped, Is.False);
    }

    [Test]
    public void The_end_is_told_once_after_the_handler_knows()
    {
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        _engine.Handler.Closed = (_, _) => _heard.Enqueue("handler");
        session.Events.OnClosed((_, reason) => _heard.Enqueue(reason.ToString()));
        transport.Receive("1");
        session.Close();
        Assert.That(_heard, Is.EqualTo(new[] { "handler", "transport close" }));
    }

    [Test]
    public void A_listener_that_throws_harms_nobody()
    {
        _engine.Log.Expect("A listener of On");
        _engine.Server.Options.Events.OnConnection(_ => throw new InvalidOperationException("connection"));
        _engine.Server.Options.Events.OnConnection(_ => _heard.Enqueue("connection"));
        var session = _engine.Upgrading(out _, out var candidate);
        session.Events.OnPacketReceived((_, _) => throw new InvalidOperationException("received"));
        session.Events.OnPacketReceived(Hear);
        session.Events.OnPacketCreated((_, _) => throw new InvalidOperationException("created"));
        session.Events.OnUpgrading(_ => throw new InvalidOperationException("upgrading"));
        session.Events.OnUpgraded(_ => throw new InvalidOperationException("upgraded"));
        session.Events.OnClosed((_, _) => throw new InvalidOperationException("closed"));
        session.Events.OnClosed((_, reason) => _heard.Enqueue(reason.ToString()));
        candidate.Receive("2probe");
        candidate.Receive("5");
        candidate.Receive("4hello");
        session.Send("answer");
        session.Close();
        Assert.That(_heard, Is.EqualTo(new[] { "connection", "Message hello", "forced close" }));
        Assert.That(_engine.Handler.Calls, Is.EqualTo(new[] { "opened", "message hello", "closed forced close" }));
        Assert.That(candidate.Written[1], Is.EqualTo("4answer"));
    }

    [Test]
    public void A_listener_that_was_removed_hears_no_more()
    {
        var session = _engine.Open(EngineTransports.WebSocket, out _);
        session.Events.OnPacketCreated(Hear);
        session.Events.OnDrained(Drained);
        session.Events.OnClosed(Closed);
        session.Events.Off(Hear);
        session.Events.Off(Drained);
        session.Events.Off(Closed);
        session.Send("text");
        session.Close();
        Assert.That(_heard, Is.Empty);

        void Drained(EngineSession session) => _heard.Enqueue("drained");
        void Closed(EngineSession session, DisconnectReason reason) => _heard.Enqueue("closed");
    }

    [Test]
    public void Who_listens_from_the_connection_on_hears_what_the_handler_sends_at_the_opening()
    {
        _engine.Server.Options.Events.OnConnection(session => session.Events.OnPacketCreated(Hear));
        _engine.Handler.Opened = session => session.Send("welcome");
        _engine.Open(EngineTransports.WebSocket, out var transport);
        Assert.That(_heard, Is.EqualTo(new[] { "Message welcome" }));
        Assert.That(transport.Written[1], Is.EqualTo("4welcome"));
    }

    private void Hear(EngineSession session, EnginePacket packet) =>
        _heard.Enqueue($"{packet.Type} {(packet.IsBinary ? "#" + Convert.ToHexString(packet.Data) : packet.Text)}");

    private Action<EngineSession> Hear(string what) => _ => _heard.Enqueue(what);
}
