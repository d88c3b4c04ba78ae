using System.Diagnostics;
using System.Globalization;
using SocketIo.Broadcasts;
using SocketIo.Rooms;
using SocketIo.TestKit;

namespace SocketIo.Server.Tests.Rooms;

[NonParallelizable]
public class BroadcastCostTests
{
    private const int Rounds = 200;

    [Test]
    public async Task A_broadcast_is_encoded_once_and_every_session_gets_the_same_frame()
    {
        using var server = new InMemoryServer();
        var clients = server.Connect(100);
        foreach (var (_, socket) in clients)
            await socket.JoinAsync("a", "b");

        await server.Io.To("a", "b").EmitAsync("news", new byte[] { 1 });

        foreach (var (client, _) in clients)
            await client.NextAsync();
        var frames = clients.Select(pair => pair.Client.Frames.Last()).Distinct().ToArray();
        Assert.That(frames, Has.Length.EqualTo(1));
    }

    [Test]
    public async Task A_broadcast_allocates_as_much_for_a_thousand_receivers_as_for_ten()
    {
        var ten = await BytesPerBroadcast(10);
        var thousand = await BytesPerBroadcast(1_000);

        Assert.That(thousand, Is.EqualTo(ten));
    }

    [Test]
    public async Task A_walk_over_a_thousand_members_allocates_nothing()
    {
        using var server = new InMemoryServer();
        foreach (var (_, socket) in server.Connect(1_000))
            await socket.JoinAsync("a", "b");
        var target = new BroadcastTarget { Rooms = Walk.Names("a", "b"), Except = Walk.Names("c", "d") };
        var visitor = default(Nothing);
        server.Io.Members.Visit(target, ref visitor);

        var before = GC.GetAllocatedBytesForCurrentThread();
        server.Io.Members.Visit(target, ref visitor);

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.That(allocated, Is.Zero);
        Assert.That(visitor.Count, Is.EqualTo(2_000));
    }

    [Test]
    public async Task Steady_members_get_every_message_once_in_order_while_four_threads_join_and_leave()
    {
        const int messages = 2_000;
        using var server = new InMemoryServer();
        var steady = server.Connect(5);
        foreach (var (_, socket) in steady)
            await socket.JoinAsync("r", "s");
        var churning = server.Connect(40);
        foreach (var (client, _) in churning)
            client.IsDeaf = true;
        using var done = new CancellationTokenSource();
        var churn = Enumerable.Range(0, 4)
            .Select(thread => Task.Run(() => ChurnAsync(churning.Where((_, i) => i % 4 == thread).Select(pair => pair.Socket).ToArray(), done.Token)))
            .ToArray();

        var watch = Stopwatch.StartNew();
        for (var i = 0; i < messages && watch.ElapsedMilliseconds < 2_000; i++)
            await server.Io.To("r", "s").EmitAsync("n", i);
        await done.CancelAsync();
        await Task.WhenAll(churn).WithDeadline();

        var last = steady[0].Client.All();
        Assert.That(last, Is.Not.Empty);
        Assert.That(last, Is.EqualTo(Enumerable.Range(0, last.Length).Select(i => string.Create(CultureInfo.InvariantCulture, $"42[\"n\",{i}]"))));
        foreach (var (client, _) in steady.Skip(1))
            Assert.That(client.All(), Is.EqualTo(last));
    }

    private static async Task ChurnAsync(Socket[] sockets, CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            foreach (var socket in sockets)
                await socket.JoinAsync("r", "s");
            foreach (var socket in sockets)
                await socket.LeaveAsync("s", "r");
        }
    }

    private static async Task<long> BytesPerBroadcast(int receivers)
    {
        using var server = new InMemoryServer();
        var clients = server.Connect(receivers);
        foreach (var (client, socket) in clients)
        {
            client.IsDeaf = true;
            await socket.JoinAsync("a", "b");
        }

        var target = server.Io.To("a", "b").Except("c");
        for (var i = 0; i < Rounds; i++)
            await BroadcastAsync();

        // the least of many: the pool's queue, which takes what is shared out, grows now and then
        var bytes = long.MaxValue;
        for (var i = 0; i < Rounds; i++)
            bytes = Math.Min(bytes, await BroadcastAsync());
        return bytes;

        async Task<long> BroadcastAsync()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            _ = target.EmitAsync("news", "text").AsTask();
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            while (clients.Any(pair => pair.Client.Session.QueuedBytes > 0))
                await Task.Yield();
            return allocated;
        }
    }

    private struct Nothing : ISocketVisitor
    {
        public int Count { get; private set; }

        public void Visit(Socket socket) => Count++;
    }
}
