using SocketIo.Engine.Sessions;
using SocketIo.TestKit;

namespace SocketIo.Engine.Tests.Sessions;

public class CorkTests
{
    private TestEngine _engine = null!;

    [SetUp]
    public void SetUp() => _engine = new TestEngine();

    [TearDown]
    public void TearDown() => _engine.Dispose();

    [Test]
    public void Nothing_leaves_before_the_release_and_all_leaves_with_it_in_order()
    {
        var first = _engine.Open(EngineTransports.WebSocket, out var firstTransport);
        var second = _engine.Open(EngineTransports.WebSocket, out var secondTransport);
        using (Cork.Hold())
        {
            first.Send("1");
            second.Send("2");
            first.Send("3");
            Assert.That(firstTransport.Written, Has.Length.EqualTo(1), "the handshake alone");
            Assert.That(secondTransport.Written, Has.Length.EqualTo(1));
        }
        Assert.That(firstTransport.Written[1..], Is.EqualTo(new[] { "41", "43" }));
        Assert.That(secondTransport.Written[1..], Is.EqualTo(new[] { "42" }));
    }

    [Test]
    public void Sessions_are_drained_in_the_order_they_became_active()
    {
        var order = new List<string>();
        var sessions = Open(10);
        foreach (var (session, transport) in sessions)
            transport.AfterWrite = _ => order.Add(session.Id);
        SendToAll(sessions, "x");
        Assert.That(order, Is.EqualTo(sessions.Select(pair => pair.Session.Id)));
    }

    [Test]
    public void Only_the_outermost_release_drains()
    {
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        using (Cork.Hold())
        {
            using (Cork.Hold())
                session.Send("1");
            Assert.That(transport.Written, Has.Length.EqualTo(1));
        }
        Assert.That(transport.Written[1..], Is.EqualTo(new[] { "41" }));
        session.Send("2");
        Assert.That(transport.Written, Has.Length.EqualTo(3), "the cork is out");
    }

    [Test]
    public void Another_thread_is_not_held_back()
    {
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        using var cork = Cork.Hold();
        Elsewhere.Run(() => session.Send("1"));
        Assert.That(transport.Written[1..], Is.EqualTo(new[] { "41" }));
    }

    [Test]
    public void What_another_thread_sends_to_a_corked_session_leaves_behind_with_the_release()
    {
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        using (Cork.Hold())
        {
            session.Send("1");
            Elsewhere.Run(() => session.Send("2"));
            Assert.That(transport.Written, Has.Length.EqualTo(1));
        }
        Assert.That(transport.Written[1..], Is.EqualTo(new[] { "41", "42" }));
    }

    [Test]
    public void Listeners_are_held_back_with_the_drain_where_a_lock_is_held_and_are_called_before_the_bytes_leave([Values] bool nested)
    {
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        var told = new List<string>();
        session.Events.OnPacketCreated((_, packet) => told.Add($"{packet.Text} {transport.Written.Length}"));
        using (nested ? Cork.Hold() : default)
        {
            using (Cork.HoldWithListeners())
            {
                session.Send("1");
                using (Cork.HoldWithListeners())
                    session.Send("2");
                Assert.That(told, Is.Empty);
            }
            Assert.That(told, Is.EqualTo(new[] { "1 1", "2 1" }), "behind the lock, though the drain may be held back further");
            session.Send("3");
        }
        Assert.That(told, Is.EqualTo(new[] { "1 1", "2 1", nested ? "3 1" : "3 3" }));
        Assert.That(transport.Written[1..], Is.EqualTo(new[] { "41", "42", "43" }));
    }

    [Test]
    public void What_a_held_back_listener_sends_and_throws_is_like_anything_else()
    {
        _engine.Log.Expect("A listener of On");
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        session.Events.OnPacketCreated((_, packet) =>
        {
            if (packet.Text != "1")
                return;
            using (Cork.HoldWithListeners())
                session.Send("by the listener");
            throw new InvalidOperationException("of a listener");
        });
        using (Cork.HoldWithListeners())
        {
            session.Send("1");
            session.Send("2");
        }
        Assert.That(transport.Written[1..], Is.EqualTo(new[] { "41", "42", "4by the listener" }));
    }

    [Test]
    public void An_exception_takes_the_cork_out()
    {
        var session = _engine.Open(EngineTransports.WebSocket, out var transport);
        Assert.That(
            () =>
            {
                using var cork = Cork.Hold();
                session.Send("1");
                throw new InvalidOperationException("of who enqueues");
            },
            Throws.InvalidOperationException);
        Assert.That(transport.Written[1..], Is.EqualTo(new[] { "41" }));
        session.Send("2");
        Assert.That(transport.Written[1..], Is.EqualTo(new[] { "41", "42" }));
    }

    [TestCase(1)]
    [TestCase(32)]
    public void Few_sessions_are_drained_on_the_callers_thread(int count)
    {
        var sessions = Open(count);
        var here = Environment.CurrentManagedThreadId;
        var threads = new List<int>();
        foreach (var (_, transport) in sessions)
            transport.AfterWrite = _ => threads.Add(Environment.CurrentManagedThreadId);
        SendToAll(sessions, "x");
        Assert.That(threads, Has.Count.EqualTo(count).And.All.EqualTo(here));
    }

    [TestCase(33)]
    [TestCase(256)]
    [TestCase(257)]
    [TestCase(1000)]
    public async Task Many_sessions_are_shared_out_and_each_gets_everything_in_order(int count)
    {
        var sessions = Open(count);
        for (var i = 0; i < 5; i++)
            SendToAll(sessions, $"{i}");
        await Deadlines.Eventually(() => sessions.All(pair => pair.Transport.Written.Length == 6));
        Assert.That(sessions.Select(pair => string.Concat(pair.Transport.Written[1..])), Is.All.EqualTo("4041424344"));
        Assert.That(sessions.Where(pair => !pair.Transport.Told.IsEmpty), Is.Empty);
    }

    private static void SendToAll(List<(EngineSession Session, TestTransport Transport)> sessions, string text)
    {
        using var cork = Cork.Hold();
        foreach (var (session, _) in sessions)
            session.Send(text);
    }

    private List<(EngineSession Session, TestTransport Transport)> Open(int count)
    {
        var sessions = new List<(EngineSession, TestTransport)>();
        for (var i = 0; i < count; i++)
        {
            var session = _engine.Open(EngineTransports.WebSocket, out var transport);
            sessions.Add((session, transport));
        }
        return sessions;
    }
}
