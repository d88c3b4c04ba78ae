namespace SocketIo.Cluster.Testing;

/// <summary>What is done to sockets of other nodes.</summary>
public abstract class ChangeConformance : NamespaceConformance
{
    [Test]
    public async Task Sockets_of_other_nodes_join_and_leave_rooms()
    {
        var (a, b) = await JoinTwoAsync();
        var first = await b.Root.ConnectAsync("first");
        var second = await b.Root.ConnectAsync("second");
        await a.Root.SocketsJoinAsync(["first"], "x", "y").WaitAsync(Deadline);
        await EventuallyAsync(() => first.Rooms.Contains("x") && first.Rooms.Contains("y"));
        await a.Root.SocketsLeaveAsync([], "first", "x").WaitAsync(Deadline);
        await EventuallyAsync(() => !first.Rooms.Contains("first") && !first.Rooms.Contains("x"));
        Assert.That(first.Rooms, Is.EquivalentTo(new[] { first.Id, "y" }));
        Assert.That(second.Rooms, Is.EquivalentTo(new[] { second.Id, "second" }));
    }

    [Test]
    public async Task A_join_that_is_followed_at_once_by_a_broadcast_to_the_room_misses_nobody()
    {
        var (a, b) = await JoinTwoAsync();
        var own = await a.Root.ConnectAsync();
        var other = await b.Root.ConnectAsync();
        for (var i = 0; i < 50; i++)
        {
            await a.Root.SocketsJoinAsync([], $"room-{i}").WaitAsync(Deadline);
            a.Root.Emit($"[\"e\",{i}]", [$"room-{i}"]);
        }
        var expected = Enumerable.Range(0, 50).Select(static i => $"[\"e\",{i}]");
        Assert.That(await EventsAsync(other, 50), Is.EqualTo(expected));
        Assert.That(await EventsAsync(own, 50), Is.EqualTo(expected));
    }

    [Test]
    public async Task Who_has_joined_a_room_gets_what_other_nodes_send_to_it_from_then_on()
    {
        var (a, b) = await JoinTwoAsync();
        for (var i = 0; i < 20; i++)
        {
            var socket = await b.Root.ConnectAsync();
            await b.Root.JoinAsync(socket, $"mine-{i}").AsTask().WaitAsync(Deadline);
            a.Root.Emit($"[\"e\",{i}]", [$"mine-{i}"]);
            Assert.That(await EventsAsync(socket, 1), Is.EqualTo(new[] { $"[\"e\",{i}]" }));
        }
    }

    [Test]
    public async Task A_room_that_is_left_and_joined_again_receives_again()
    {
        var (a, b) = await JoinTwoAsync();
        var socket = await b.Root.ConnectAsync();
        for (var i = 0; i < 20; i++)
        {
            await b.Root.JoinAsync(socket, "again").AsTask().WaitAsync(Deadline);
            a.Root.Emit($"[\"e\",{i}]", ["again"]);
            await EventsAsync(socket, i + 1);
            b.Root.Leave(socket, "again");
        }
        a.Root.Emit("[\"too late\"]", ["again"]);
        await SettleAsync(a.Root, b.Root);
        Assert.That(socket.EventCount, Is.EqualTo(20));
    }

    [Test]
    public async Task Joins_leaves_and_broadcasts_of_one_sender_keep_their_order()
    {
        var (a, b) = await JoinTwoAsync();
        var socket = await b.Root.ConnectAsync();
        for (var i = 0; i < 100; i++)
        {
            await a.Root.SocketsJoinAsync([], "r").WaitAsync(Deadline);
            a.Root.Emit($"[\"in\",{i}]", ["r"]);
            await a.Root.SocketsLeaveAsync([], "r").WaitAsync(Deadline);
            a.Root.Emit($"[\"out\",{i}]", ["r"]);
        }
        a.Root.Emit("[\"end\"]");
        Assert.That(
            await EventsAsync(socket, 101),
            Is.EqualTo(Enumerable.Range(0, 100).Select(static i => $"[\"in\",{i}]").Append("[\"end\"]")));
    }

    [Test]
    public async Task Sockets_of_other_nodes_are_disconnected()
    {
        var (a, b) = await JoinTwoAsync();
        var first = await b.Root.ConnectAsync("first");
        var second = await b.Root.ConnectAsync("second");
        var own = await a.Root.ConnectAsync("first");
        await a.Root.DisconnectSocketsAsync(["first"], close: true).WaitAsync(Deadline);
        await EventuallyAsync(() => !first.IsConnected);
        Assert.That(own.IsConnected, Is.False);
        Assert.That(second.IsConnected);
    }

    [Test]
    public async Task An_event_for_servers_reaches_the_others_and_not_the_own()
    {
        var (a, b, c) = await JoinThreeAsync();
        foreach (var one in (TestNode[])[a, b, c])
            one.Root.OnServerEvent = static _ => null;
        a.Root.ServerSideEmit("[\"hello\",{\"_placeholder\":true,\"num\":0}]", new byte[] { 1 });
        await EventuallyAsync(() => b.Root.ServerEvents.Any(static json => json.Contains("hello")) && c.Root.ServerEvents.Any(static json => json.Contains("hello")));
        await SettleAsync(a.Root, b.Root, c.Root);
        Assert.That(a.Root.ServerEvents.Any(static json => json.Contains("hello")), Is.False);
    }

    [Test]
    public async Task An_emitter_reaches_all_nodes_without_being_one()
    {
        var (a, b) = await JoinTwoAsync();
        TestSocket[] sockets = [await a.Root.ConnectAsync("room"), await b.Root.ConnectAsync("room")];
        var backplane = CreateBackplane();
        await using (backplane)
        {
            await backplane.StartAsync(CancellationToken.None).AsTask().WaitAsync(Deadline);
            var link = backplane.Open("/", null);
            await link.OpenAsync(CancellationToken.None).AsTask().WaitAsync(Deadline);
            await link.SendAsync(
                new ClusterMessage[]
                {
                    Emitted(MessageType.Broadcast) with { Rooms = ["room"], Channel = "room", Data = TestNamespace.Json("[\"e\",1]") },
                    Emitted(MessageType.Broadcast) with { Data = TestNamespace.Json("[\"e\",{\"_placeholder\":true,\"num\":0}]", new byte[] { 1 }) },
                    Emitted(MessageType.ServerSideEmit) with { Data = TestNamespace.Json("[\"note\"]") },
                    Emitted(MessageType.SocketsJoin) with { RoomsToChange = ["later"] },
                },
                CancellationToken.None).AsTask().WaitAsync(Deadline);
            foreach (var socket in sockets)
            {
                Assert.That((await EventsAsync(socket, 2))[0], Is.EqualTo("[\"e\",1]"));
                await EventuallyAsync(() => socket.Rooms.Contains("later"));
            }
            await EventuallyAsync(() => a.Root.ServerEvents.Contains("[\"note\"]") && b.Root.ServerEvents.Contains("[\"note\"]"));
            var (answers, missing) = await a.Root.ServerSideEmitWithAckAsync("[\"who\"]").WaitAsync(Deadline);
            Assert.That(answers.Keys, Is.EqualTo(new[] { b.Id }));
            Assert.That(missing.None);
            await link.DisposeAsync();
        }

        static ClusterMessage Emitted(MessageType type) => new() { Type = type, Sender = ClusterMessage.EmitterId, Namespace = "/" };
    }
}
