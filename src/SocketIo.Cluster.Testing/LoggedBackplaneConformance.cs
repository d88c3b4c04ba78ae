using System.Text;

namespace SocketIo.Cluster.Testing;

/// <summary>All tests that a backplane has to pass that keeps a log, from which clients recover. Used as <see cref="BackplaneConformance"/>.</summary>
public abstract class LoggedBackplaneConformance : BackplaneConformance
{
    [Test]
    public async Task All_nodes_read_the_log_in_one_order_their_own_events_included()
    {
        var (a, b) = await JoinTwoAsync();
        var log = LogOf(a);
        TestSocket[] sockets = [await a.Root.ConnectAsync(), await b.Root.ConnectAsync()];
        await Task.WhenAll(new[] { a, b }.Select(static (node, index) => Task.Run(() =>
        {
            for (var i = 0; i < 500; i++)
                node.Root.Emit($"[\"{index}\",{i}]");
        })));
        await EventsAsync(sockets[0], 1000);
        await EventsAsync(sockets[1], 1000);
        Assert.That(sockets[0].Events, Is.EqualTo(sockets[1].Events));
        var offsets = sockets[0].Messages.Select(static message => message.Offset!).ToArray();
        Assert.That(offsets.All(log.IsOffset));
        for (var i = 1; i < offsets.Length; i++)
            Assert.That(log.Compare(offsets[i - 1], offsets[i]), Is.Negative);
    }

    [Test]
    public async Task What_was_broadcast_behind_an_offset_can_be_read_again_by_every_node()
    {
        var (a, b) = await JoinTwoAsync();
        var socket = await b.Root.ConnectAsync();
        LogOf(a);
        for (var i = 0; i < 300; i++)
            a.Root.Emit(i % 50 == 0 ? $"[\"e\",{i},{{\"_placeholder\":true,\"num\":0}}]" : $"[\"e\",{i}]", i % 2 == 0 ? ["r"] : null, attachments: i % 50 == 0 ? [new byte[] { 1 }] : []);
        a.Root.Emit("[\"end\"]");
        await EventuallyAsync(() => socket.Events.LastOrDefault() == "[\"end\"]");
        var first = socket.Messages[0].Offset!;
        List<ClusterMessage> read = [];
        await foreach (var entry in b.Root.Log!.ReadAsync(first, CancellationToken.None))
            read.Add(entry);
        Assert.That(read[^1].Offset, Is.EqualTo(socket.Messages[^1].Offset));
        Assert.That(read.Select(static entry => Encoding.UTF8.GetString(entry.Data.Json.Span)), Is.SupersetOf(socket.Events.Skip(1)));
        Assert.That(await b.Root.Log.GetNewestAsync(CancellationToken.None), Is.EqualTo(read[^1].Offset));
    }

    [Test]
    public async Task Volatile_events_and_requests_are_not_kept()
    {
        var (a, b) = await JoinTwoAsync();
        var socket = await b.Root.ConnectAsync();
        socket.Answer = TestNamespace.Json("1");
        LogOf(a);
        var before = await a.Root.Log!.GetNewestAsync(CancellationToken.None);
        a.Root.Emit("[\"volatile\"]", flags: new() { IsVolatile = true });
        await a.Root.EmitWithAckAsync("[\"ask\"]", Deadline).WaitAsync(Deadline);
        a.Root.ServerSideEmit("[\"server\"]");
        await EventsAsync(socket, 2);
        Assert.That(socket.Messages.Select(static message => message.Offset), Is.All.Null);
        List<ClusterMessage> read = [];
        await foreach (var entry in a.Root.Log.ReadAsync(before, CancellationToken.None))
            read.Add(entry);
        Assert.That(read, Is.Empty);
    }

    [Test]
    public async Task A_session_is_taken_once_in_the_whole_cluster()
    {
        var (a, b) = await JoinTwoAsync();
        var log = LogOf(a);
        var session = new StoredSession
        {
            Pid = "pid-" + Guid.NewGuid().ToString("N"), SocketId = "sid", Rooms = ["sid", "r\u00fc"], Data = TestNamespace.Json("{\"user\":\"ann\",\"n\":[1]}"), Start = "s",
            RoomChanges = 300,
        };
        await log.SaveAsync(session with { Rooms = [] }, TimeSpan.FromMinutes(1), CancellationToken.None);
        await log.SaveAsync(session, TimeSpan.FromMinutes(1), CancellationToken.None);
        var taken = await Task.WhenAll(Enumerable.Range(0, 10).Select(i =>
            (i % 2 == 0 ? a : b).Root.Log!.TakeAsync(session.Pid, CancellationToken.None).AsTask())).WaitAsync(Deadline);
        var one = taken.Single(static one => one is not null)!;
        Assert.Multiple(() =>
        {
            Assert.That(one.SocketId, Is.EqualTo(session.SocketId));
            Assert.That(one.Rooms, Is.EquivalentTo(session.Rooms));
            Assert.That(Encoding.UTF8.GetString(one.Data.Json.Span), Is.EqualTo("{\"user\":\"ann\",\"n\":[1]}"));
            Assert.That(one.Start, Is.EqualTo("s"));
            Assert.That(one.RoomChanges, Is.EqualTo(300));
        });
        Assert.That(await log.TakeAsync("unknown", CancellationToken.None), Is.Null);
    }

    [Test]
    public async Task A_session_is_not_replaced_by_an_older_one_nor_by_the_one_that_was_taken()
    {
        var (a, b) = await JoinTwoAsync();
        var (first, second) = (LogOf(a), LogOf(b));
        var old = new StoredSession { Pid = "pid-" + Guid.NewGuid().ToString("N"), SocketId = "sid", Rooms = ["sid", "old"], Owner = a.Id };
        await SaveAsync(first, old);
        Assert.That((await second.FindAsync(old.Pid, CancellationToken.None))!.Owner, Is.EqualTo(a.Id));
        Assert.That((await second.TakeAsync(old.Pid, CancellationToken.None))!.Generation, Is.Zero);

        // a node that hung does not know yet that the client has gone
        await SaveAsync(first, old);
        Assert.That(await second.FindAsync(old.Pid, CancellationToken.None), Is.Null);
        await SaveAsync(second, old with { Rooms = ["sid", "new"], Generation = 1, Owner = b.Id });
        await SaveAsync(first, old);
        await first.RemoveAsync(old.Pid, 0, TimeSpan.FromMinutes(1), CancellationToken.None);
        var taken = await first.TakeAsync(old.Pid, CancellationToken.None);
        Assert.That((taken!.Generation, taken.Owner), Is.EqualTo((1, b.Id)));
        Assert.That(taken.Rooms, Is.EquivalentTo(new[] { "sid", "new" }));

        await SaveAsync(first, taken with { Generation = 2 });
        await first.RemoveAsync(old.Pid, 2, TimeSpan.FromMinutes(1), CancellationToken.None);
        await SaveAsync(second, taken);
        Assert.That(await second.TakeAsync(old.Pid, CancellationToken.None), Is.Null);
        Assert.That(await second.FindAsync("unknown", CancellationToken.None), Is.Null);

        static Task SaveAsync(ClusterLog log, StoredSession session) => log.SaveAsync(session, TimeSpan.FromMinutes(1), CancellationToken.None).AsTask();
    }

    [TestCase("")]
    [TestCase("-1")]
    [TestCase("x")]
    [TestCase("1-2-3")]
    [TestCase("the last argument of an event without an offset")]
    public async Task What_a_client_sends_as_an_offset_may_be_none(string text)
    {
        var a = await JoinAsync();
        Assert.That(LogOf(a).IsOffset(text), Is.False);
    }

    private static ClusterLog LogOf(TestNode node)
    {
        Assert.That(node.Root.Log, Is.Not.Null);
        return node.Root.Log!;
    }
}
