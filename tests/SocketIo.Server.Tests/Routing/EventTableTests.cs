using System.Text;
using SocketIo.Handlers;
using SocketIo.TestKit;

namespace SocketIo.Server.Tests.Routing;

public class EventTableTests
{
    [Test]
    public void Many_events_are_told_apart()
    {
        var table = new EventTable();
        var listeners = Enumerable.Range(0, 1_000).Select(i => Add(table, "event" + i)).ToArray();
        for (var i = 0; i < listeners.Length; i++)
            Assert.That(Find(table, "event" + i), Is.EqualTo((EventListener[])[listeners[i]]));
        Assert.That(Find(table, "event"), Is.Empty);
        Assert.That(Find(table, "event1000"), Is.Empty);
    }

    [TestCase("größe")]
    [TestCase("日本")]
    [TestCase("👋")]
    [TestCase("")]
    [TestCase("a\\u0022b\\n")]
    public void A_name_is_found_however_the_client_wrote_it(string escaped)
    {
        using var server = new InMemoryServer();
        var name = System.Text.Json.JsonSerializer.Deserialize<string>($"\"{escaped}\"")!;
        var allEscaped = string.Concat(name.Select(letter => $"\\u{(int)letter:x4}"));
        var count = 0;
        server.Io.On(name, (Socket _) => { count++; });
        server.Io.On(name + "2", (Socket _) => Assert.Fail("another event"));
        var (client, _) = server.Connect();
        client.Emit(escaped);
        client.Emit(allEscaped);
        Assert.That(count, Is.EqualTo(2));
    }

    [Test]
    public void A_handler_registered_during_the_dispatch_of_an_event_is_there_for_the_next_one()
    {
        using var server = new InMemoryServer();
        var (client, socket) = server.Connect();
        var ran = new List<string>();
        socket.On("ev", () =>
        {
            ran.Add("first");
            if (ran.Count == 1)
                socket.On("ev", () => ran.Add("second"));
        });
        client.Emit("ev");
        client.Emit("ev");
        Assert.That(ran, Is.EqualTo((string[])["first", "first", "second"]));
    }

    [Test]
    public void Handlers_are_kept_in_order_and_only_the_named_one_is_removed()
    {
        var table = new EventTable();
        var first = Add(table, "a");
        var second = Add(table, "a");
        var other = Add(table, "b");
        table.Remove("a", first.Source);
        Assert.That(Find(table, "a"), Is.EqualTo((EventListener[])[second]));
        table.Remove("a", null);
        Assert.That(Find(table, "a"), Is.Empty);
        Assert.That(Find(table, "b"), Is.EqualTo((EventListener[])[other]));
    }

    [Test]
    public void A_copy_has_the_handlers_of_its_time()
    {
        var table = new EventTable();
        var original = Add(table, "a");
        var copy = new EventTable();
        var own = Add(copy, "a");
        copy.CopyFrom(table);
        Add(table, "a");
        Assert.That(Find(copy, "a"), Is.EqualTo((EventListener[])[own, original]));
    }

    [Test]
    public void Threads_that_register_and_dispatch_lose_no_handler()
    {
        var table = new EventTable();
        var steady = Add(table, "steady");
        Parallel.For(0, 4, thread =>
        {
            for (var i = 0; i < 500; i++)
            {
                var mine = Add(table, "thread" + thread);
                if (Find(table, "steady").SingleOrDefault() != steady || Find(table, "thread" + thread).Length != 1)
                    Assert.Fail("a handler was lost");
                table.Remove("thread" + thread, mine.Source);
            }
        });
        Assert.That(Find(table, "steady"), Is.EqualTo((EventListener[])[steady]));
    }

    [Test]
    public void What_was_registered_before_all_were_removed_does_not_come_back()
    {
        for (var round = 0; round < 3_000; round++)
        {
            var table = new EventTable();
            Add(table, "old");
            using var start = new Barrier(2);
            Parallel.Invoke(
                () =>
                {
                    start.SignalAndWait(Deadlines.Default);
                    table.RemoveAll();
                },
                () =>
                {
                    start.SignalAndWait(Deadlines.Default);
                    Add(table, "new");
                });
            Assert.That(Find(table, "old"), Is.Empty);
        }
    }

    private static EventListener Add(EventTable table, string name)
    {
        // a delegate of its own each time: two equal ones could not be told apart
        var token = new object();
        Action<Socket> handler = _ => GC.KeepAlive(token);
        var listener = EventBodies.Of(handler, EventUse.Always);
        table.Add(name, listener);
        return listener;
    }

    private static EventListener[] Find(EventTable table, string name) => table.Find(Encoding.UTF8.GetBytes(name));
}
