using SocketIo.TestKit;

namespace SocketIo.Server.Tests.Rooms;

public class BroadcastTargetTests
{
    private const string Hello = """42["hello"]""";

    [Test]
    public async Task A_member_of_several_target_rooms_gets_one_message()
    {
        using var server = new InMemoryServer();
        var clients = server.Connect(4);
        await clients[0].Socket.JoinAsync("a", "b", "c");
        await clients[1].Socket.JoinAsync("b");
        await clients[2].Socket.JoinAsync("c", "a");
        await server.Io.To("a", "b").In("c", "a").EmitAsync("hello");
        Assert.That(Counts(clients), Is.EqualTo((int[])[1, 1, 1, 0]));
    }

    [TestCase("first", "second")]
    [TestCase("second", "first")]
    public async Task Who_changes_rooms_meanwhile_and_is_in_one_of_them_throughout_gets_it_once(string one, string other)
    {
        using var server = new InMemoryServer();
        var clients = server.Connect(3);
        await clients[0].Socket.JoinAsync("first");
        await clients[1].Socket.JoinAsync("second");
        await clients[2].Socket.JoinAsync("first", "second");
        clients[0].Socket.OnAnyOutgoing(one => { _ = clients[1].Socket.JoinAsync("first").AsTask(); });
        clients[2].Socket.OnAnyOutgoing(one => { _ = clients[2].Socket.LeaveAsync("first").AsTask(); });
        await server.Io.To(one).To(other).EmitAsync("hello");
        Assert.That(Counts(clients), Is.EqualTo((int[])[1, 1, 1]));
    }

    [Test]
    public async Task A_broadcast_to_several_rooms_may_begin_while_another_is_sent()
    {
        using var server = new InMemoryServer();
        var clients = server.Connect(2);
        await clients[0].Socket.JoinAsync("a", "b");
        await clients[1].Socket.JoinAsync("a", "b");
        var isFirst = true;
        clients[0].Socket.OnAnyOutgoing(one =>
        {
            if (!isFirst)
                return;
            isFirst = false;
            _ = server.Io.To("b").To("a").EmitAsync("hello").AsTask();
        });
        await server.Io.To("a").To("b").EmitAsync("hello");
        Assert.That(Counts(clients), Is.EqualTo((int[])[2, 2]));
    }

    [Test]
    public async Task Exceptions_of_several_calls_add_up()
    {
        using var server = new InMemoryServer();
        var clients = server.Connect(5);
        await clients[0].Socket.JoinAsync("a");
        await clients[1].Socket.JoinAsync("a", "b");
        await clients[2].Socket.JoinAsync("a", "c");
        await clients[3].Socket.JoinAsync("a", "d");
        await server.Io.Except("b").To("a").Except("c", "d").EmitAsync("hello");
        Assert.That(Counts(clients), Is.EqualTo((int[])[1, 0, 0, 0, 0]));
    }

    [Test]
    public async Task An_exception_that_nobody_is_in_excludes_nobody()
    {
        using var server = new InMemoryServer();
        var clients = server.Connect(2);
        await server.Io.Except("nobody").EmitAsync("hello");
        await server.Io.Except().EmitAsync("hello");
        Assert.That(Counts(clients), Is.EqualTo((int[])[2, 2]));
    }

    [Test]
    public async Task A_socket_is_in_the_room_of_its_id_until_it_leaves_it()
    {
        using var server = new InMemoryServer();
        var clients = server.Connect(3);
        var id = clients[1].Socket.Id;
        await server.Io.To(id).EmitAsync("hello");
        Assert.That(Counts(clients), Is.EqualTo((int[])[0, 1, 0]));

        await server.Io.Except(id).EmitAsync("hello");
        Assert.That(Counts(clients), Is.EqualTo((int[])[1, 0, 1]));

        await clients[1].Socket.LeaveAsync(id);
        await server.Io.To(id).EmitAsync("hello");
        await server.Io.Except(id).EmitAsync("hello");
        Assert.That(Counts(clients), Is.EqualTo((int[])[1, 1, 1]), "only the exception, which excludes nobody now");
        Assert.That(clients[1].Socket.Rooms, Is.Empty);

        await clients[1].Socket.JoinAsync(id);
        await server.Io.To(id).EmitAsync("hello");
        Assert.That(Counts(clients), Is.EqualTo((int[])[0, 1, 0]));
    }

    [Test]
    public async Task Others_can_join_the_room_of_a_sockets_id()
    {
        using var server = new InMemoryServer();
        var clients = server.Connect(4);
        var id = clients[0].Socket.Id;
        await clients[1].Socket.JoinAsync(id);
        await clients[2].Socket.JoinAsync(id, "a");
        await server.Io.To(id).EmitAsync("hello");
        Assert.That(Counts(clients), Is.EqualTo((int[])[1, 1, 1, 0]));

        await server.Io.To("a", id).EmitAsync("hello");
        Assert.That(Counts(clients), Is.EqualTo((int[])[1, 1, 1, 0]));

        await server.Io.Except(id).EmitAsync("hello");
        Assert.That(Counts(clients), Is.EqualTo((int[])[0, 0, 0, 1]));

        await clients[0].Socket.DisconnectAsync();
        clients[0].Client.All();
        await server.Io.To(id).EmitAsync("hello");
        Assert.That(Counts(clients), Is.EqualTo((int[])[0, 1, 1, 0]), "the room outlives the socket it is named after");
    }

    [Test]
    public async Task A_broadcast_from_a_socket_leaves_the_socket_out_whatever_room_it_is_in()
    {
        using var server = new InMemoryServer();
        var clients = server.Connect(3);
        foreach (var (_, socket) in clients)
            await socket.JoinAsync("a", "b");
        var self = clients[0].Socket;
        await self.To("a").EmitAsync("hello");
        await self.In("a", "b").EmitAsync("hello");
        await self.Broadcast.EmitAsync("hello");
        await self.Except(clients[1].Socket.Id).EmitAsync("hello");
        await self.To(self.Id).EmitAsync("hello");
        await self.Volatile.To("b").EmitAsync("hello");
        Assert.That(Counts(clients), Is.EqualTo((int[])[0, 4, 5]));
    }

    [Test]
    public void A_target_without_a_room_is_refused_rather_than_sent_to_everybody()
    {
        using var server = new InMemoryServer();
        var (client, socket) = server.Connect();
        Assert.That(() => server.Io.To(), Throws.ArgumentException);
        Assert.That(() => socket.To(Array.Empty<string>()), Throws.ArgumentException);
        Assert.That(() => server.Io.To("a", null!), Throws.ArgumentNullException);
        Assert.That(client.All(), Is.Empty);
    }

    [Test]
    public async Task A_namespace_has_its_own_rooms()
    {
        using var server = new InMemoryServer();
        server.Io.Of("/admin");
        var client = server.Open();
        await client.Join().JoinAsync("a");
        await client.Join("/admin").JoinAsync("a");
        await server.Io.To("a").EmitAsync("hello");
        await server.Io.Of("/admin").To("a").EmitAsync("hello");
        Assert.That(client.All(), Is.EqualTo((string[])[Hello, """42/admin,["hello"]"""]));
    }

    [Test]
    public async Task A_socket_that_middleware_put_in_a_room_gets_nothing_before_it_is_connected()
    {
        using var server = new InMemoryServer();
        var accept = new TaskCompletionSource<ConnectResult>();
        server.Io.Use(async socket =>
        {
            await socket.JoinAsync("a");
            return await accept.Task;
        });
        var client = server.Open();
        client.Send("40");

        await server.Io.EmitAsync("hello");
        await server.Io.To("a").EmitAsync("hello");
        Assert.That(client.All(), Is.Empty);

        accept.SetResult(ConnectResult.Accept);
        Assert.That(client.Next(), Does.StartWith("40{"));
        await server.Io.To("a").EmitAsync("hello");
        Assert.That(client.All(), Is.EqualTo((string[])[Hello]));
    }

    [Test]
    public async Task No_broadcast_comes_before_the_connect_answer_even_from_inside_it()
    {
        using var server = new InMemoryServer();
        server.Io.Use(async socket =>
        {
            await socket.JoinAsync("a");
            return ConnectResult.Accept;
        });
        server.Io.OnConnection(socket => socket.EmitAsync("welcome").AsTask());
        server.Io.OnRoomJoined((_, id) => server.Io.To("a", id).EmitAsync("joined").AsTask().Wait());
        var client = server.Open();
        client.Writing = packet =>
        {
            if (packet.StartsWith("40", StringComparison.Ordinal))
                server.Io.To("a").EmitAsync("during").AsTask().Wait();
        };

        client.Send("40");
        await server.Io.EmitAsync("after");

        var packets = client.All();
        Assert.That(packets[0], Does.StartWith("40{"));
        Assert.That(packets[^2..], Is.EqualTo((string[])["""42["welcome"]""", """42["after"]"""]));
        Assert.That(packets[1..], Has.None.StartsWith("40{"));
    }

    [Test]
    public async Task The_connect_answer_is_first_while_another_thread_broadcasts_all_the_time()
    {
        // the writer may be off its core for long: much may wait for a client meanwhile
        using var server = new InMemoryServer(static options => options.MaxQueuedBytes = 1 << 30);
        server.Io.Use(async socket =>
        {
            await socket.JoinAsync("a");
            return ConnectResult.Accept;
        });
        using var done = new CancellationTokenSource();
        var broadcast = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
                await server.Io.To("a").EmitAsync("hello");
        });

        for (var i = 0; i < 2_000; i++)
        {
            var client = server.Open();
            client.Send("40");
            Assert.That(await client.NextAsync(), Does.StartWith("40{"));
            client.Lose();
        }
        await done.CancelAsync();
        await broadcast.WithDeadline();
    }

    [Test]
    public async Task A_disconnected_socket_joins_nothing_and_gets_nothing()
    {
        using var server = new InMemoryServer();
        var (client, socket) = server.Connect();
        await socket.JoinAsync("a");
        await socket.DisconnectAsync();
        client.All();

        await socket.JoinAsync("a", socket.Id);
        await server.Io.EmitAsync("hello");
        await server.Io.To("a", socket.Id).EmitAsync("hello");

        Assert.That(client.All(), Is.Empty);
        Assert.That(socket.Rooms, Is.Empty);
        Assert.That(server.Io.Rooms, Is.Empty);
    }

    [Test]
    public async Task Sockets_of_a_target_join_leave_are_fetched_and_disconnected_together()
    {
        using var server = new InMemoryServer();
        var clients = server.Connect(3);
        await clients[0].Socket.JoinAsync("a");
        await clients[1].Socket.JoinAsync("a", "b");

        await server.Io.To("a", "b").SocketsJoinAsync("x", "y");
        Assert.That((await server.Io.In("x").FetchSocketsAsync()).Select(remote => remote.Id), Is.EquivalentTo(Ids(clients[..2])));

        await server.Io.Except("b").SocketsLeaveAsync("x", "a");
        Assert.That(clients.Select(pair => string.Join(' ', pair.Socket.Rooms.Skip(1))), Is.EqualTo((string[])["y", "a b x y", ""]));

        await server.Io.To("y").DisconnectSocketsAsync();
        Assert.That(clients.Select(pair => pair.Client.All().SingleOrDefault()), Is.EqualTo((string?[])["41", "41", null]));
        Assert.That(server.Io.Sockets.Keys, Is.EqualTo(Ids(clients[2..])));
    }

    [Test]
    public async Task A_volatile_broadcast_is_dropped_for_those_who_cannot_take_it_now()
    {
        using var server = new InMemoryServer();
        var clients = server.Connect(2);
        clients[0].Client.Block();
        await server.Io.Volatile.EmitAsync("hello");
        clients[0].Client.Unblock();
        await server.Io.Volatile.EmitAsync("hello");
        Assert.That(Counts(clients), Is.EqualTo((int[])[1, 2]));
    }

    [Test]
    public async Task A_slow_receiver_is_disconnected_without_harm_to_the_broadcast()
    {
        using var server = new InMemoryServer(options => options.MaxQueuedBytes = 1_000);
        server.Log.Expect("its client is slow");
        var clients = server.Connect(3);
        clients[1].Client.Block();
        for (var i = 0; i < 30; i++)
            await server.Io.EmitAsync("hello", new string('x', 100));
        await Deadlines.Eventually(() => !clients[1].Socket.IsConnected);
        Assert.That(clients[0].Client.All(), Has.Length.EqualTo(30));
        Assert.That(clients[2].Client.All(), Has.Length.EqualTo(30));
    }

    private static IEnumerable<string> Ids((InMemoryClient Client, Socket Socket)[] clients) => clients.Select(pair => pair.Socket.Id);

    private static int[] Counts((InMemoryClient Client, Socket Socket)[] clients) =>
        [.. clients.Select(pair => pair.Client.All().Count(packet => packet == Hello))];
}
