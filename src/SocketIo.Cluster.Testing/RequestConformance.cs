using System.Text;

namespace SocketIo.Cluster.Testing;

/// <summary>What is asked of other nodes, and what becomes of it when they end.</summary>
public abstract class RequestConformance : ChangeConformance
{
    [Test]
    public async Task The_sockets_of_all_nodes_are_fetched_with_rooms_data_and_handshake()
    {
        var (a, b, c) = await JoinThreeAsync();
        var own = await a.Root.ConnectAsync("room");
        var other = await b.Root.ConnectAsync("room", "more");
        other.Data = TestNamespace.Json("{\"user\":\"ann\",\"n\":[1,{\"x\":null}]}");
        other.Handshake = TestNamespace.Json("{\"time\":\"now\",\"headers\":{\"a\":\"b\"},\"query\":{\"EIO\":\"4\"}}");
        await c.Root.ConnectAsync("elsewhere");

        var (all, missing) = await a.Root.FetchSocketsAsync().WaitAsync(Deadline);
        Assert.That(missing.None);
        Assert.That(all, Has.Count.EqualTo(3));
        var (some, _) = await a.Root.FetchSocketsAsync(["room"]).WaitAsync(Deadline);
        Assert.That(some.Select(static socket => socket.Id), Is.EquivalentTo(new[] { own.Id, other.Id }));
        var found = some.Single(socket => socket.Id == other.Id);
        Assert.Multiple(() =>
        {
            Assert.That(found.Rooms, Is.EquivalentTo(new[] { other.Id, "room", "more" }));
            Assert.That(Text(found.Data), Is.EqualTo("{\"user\":\"ann\",\"n\":[1,{\"x\":null}]}"));
            Assert.That(Text(found.Handshake), Is.EqualTo("{\"time\":\"now\",\"headers\":{\"a\":\"b\"},\"query\":{\"EIO\":\"4\"}}"));
        });
    }

    [Test]
    public async Task A_node_without_others_is_answered_at_once()
    {
        var a = await JoinAsync();
        await a.Root.ConnectAsync();
        Assert.That((await a.Root.FetchSocketsAsync().WaitAsync(Deadline)).Sockets, Has.Count.EqualTo(1));
        var (answers, missing) = await a.Root.ServerSideEmitWithAckAsync("[\"e\"]").WaitAsync(Deadline);
        Assert.That(answers, Is.Empty);
        Assert.That(missing.None);
        var acks = await a.Root.EmitWithAckAsync("[\"e\"]", Deadline).WaitAsync(Deadline);
        Assert.That(acks.MissingCount, Is.EqualTo(1));
        Assert.That(a.Root.PendingRequests, Is.Zero);
    }

    [Test]
    public async Task All_other_servers_answer_an_event()
    {
        var (a, b, c) = await JoinThreeAsync();
        var (answers, missing) = await a.Root.ServerSideEmitWithAckAsync("[\"e\",1]").WaitAsync(Deadline);
        Assert.That(missing.None);
        Assert.That(answers.Keys, Is.EquivalentTo(new[] { b.Id, c.Id }));
        Assert.That(Text(answers[b.Id]), Is.EqualTo($"\"{b.Id}\""));
    }

    [Test]
    public async Task Answers_of_any_kind_arrive()
    {
        var (a, b) = await JoinTwoAsync();
        foreach (var json in (string[])["null", "0", "\"text\"", "[1,2]", "{\"a\":{}}"])
        {
            b.Root.OnServerEvent = _ => TestNamespace.Json(json);
            Assert.That(Text((await a.Root.ServerSideEmitWithAckAsync("[\"e\"]").WaitAsync(Deadline)).Answers[b.Id]), Is.EqualTo(json));
        }
        b.Root.OnServerEvent = static _ => default(PacketData);
        Assert.That((await a.Root.ServerSideEmitWithAckAsync("[\"e\"]").WaitAsync(Deadline)).Answers, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_server_that_does_not_answer_is_missing_when_the_time_is_up()
    {
        var options = TestNode.CreateOptions();
        options.RequestTimeout = TimeSpan.FromSeconds(1);
        var a = await JoinAsync(options);
        var b = await JoinAsync();
        await MeetAsync(a.Root, b.Root);
        b.Root.OnServerEvent = static _ => null;
        var (answers, missing) = await a.Root.ServerSideEmitWithAckAsync("[\"e\"]").WaitAsync(Deadline);
        Assert.That(answers, Is.Empty);
        Assert.That(missing.Ids, Is.EqualTo(new[] { b.Id }));
        Assert.That(a.Root.PendingRequests, Is.Zero);
    }

    [Test]
    public async Task The_acknowledgements_of_all_sockets_are_collected()
    {
        var (a, b, c) = await JoinThreeAsync();
        List<TestSocket> sockets = [await a.Root.ConnectAsync(), await b.Root.ConnectAsync(), await b.Root.ConnectAsync(), await c.Root.ConnectAsync()];
        foreach (var socket in sockets)
            socket.Answer = TestNamespace.Json($"{{\"id\":\"{socket.Id}\"}}");
        var acks = await a.Root.EmitWithAckAsync("[\"ask\"]", Deadline).WaitAsync(Deadline);
        Assert.Multiple(() =>
        {
            Assert.That(acks.MissingCount, Is.Zero);
            Assert.That(acks.MissingNodes.None);
            Assert.That(acks.SocketIds, Is.EquivalentTo(sockets.Select(static socket => socket.Id)));
            Assert.That(acks.Values.Select(Text), Is.EqualTo(acks.SocketIds.Select(static id => $"{{\"id\":\"{id}\"}}")));
        });
    }

    [Test]
    public async Task Acknowledgements_with_binary_data_and_without_a_value_arrive()
    {
        var (a, b) = await JoinTwoAsync();
        (await b.Root.ConnectAsync("bytes")).Answer = TestNamespace.Json("{\"_placeholder\":true,\"num\":0}", new byte[] { 1, 2, 3 });
        (await b.Root.ConnectAsync("nothing")).Answer = default(PacketData);
        var bytes = (await a.Root.EmitWithAckAsync("[\"e\"]", Deadline, ["bytes"]).WaitAsync(Deadline)).Values.Single();
        Assert.That(bytes.Attachments[0].ToArray(), Is.EqualTo(new byte[] { 1, 2, 3 }));
        Assert.That((await a.Root.EmitWithAckAsync("[\"e\"]", Deadline, ["nothing"]).WaitAsync(Deadline)).Values, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Sockets_that_do_not_acknowledge_are_missing_by_id_when_the_time_is_up()
    {
        var (a, b) = await JoinTwoAsync();
        (await b.Root.ConnectAsync()).Answer = TestNamespace.Json("1");
        var silent = await b.Root.ConnectAsync();
        var acks = await a.Root.EmitWithAckAsync("[\"e\"]", TimeSpan.FromSeconds(2)).WaitAsync(Deadline);
        Assert.Multiple(() =>
        {
            Assert.That(acks.Values, Has.Count.EqualTo(1));
            Assert.That(acks.MissingCount, Is.EqualTo(1));
            Assert.That(acks.MissingIds, Is.EqualTo(new[] { silent.Id }));
            Assert.That(acks.MissingNodes.None);
        });
    }

    [Test]
    public async Task A_socket_that_leaves_before_it_acknowledges_ends_the_waiting()
    {
        var (a, b) = await JoinTwoAsync();
        var leaving = await b.Root.ConnectAsync();
        var task = a.Root.EmitWithAckAsync("[\"e\"]", TimeSpan.FromMinutes(10));
        await EventsAsync(leaving, 1);
        b.Root.Disconnect(leaving);
        var acks = await task.WaitAsync(Deadline);
        Assert.That(acks.MissingIds, Is.EqualTo(new[] { leaving.Id }));
    }

    [Test]
    public async Task One_acknowledgement_is_enough_of_one_socket()
    {
        var (a, b, c) = await JoinThreeAsync();
        var socket = await c.Root.ConnectAsync();
        socket.Answer = TestNamespace.Json("7");
        var acks = await a.Root.EmitWithAckAsync("[\"e\"]", Deadline, [socket.Id], isSingle: true).WaitAsync(Deadline);
        Assert.That(acks.Values.Select(Text), Is.EqualTo(new[] { "7" }));
    }

    [Test]
    public async Task A_hundred_requests_at_once_get_each_its_answers()
    {
        var (a, b, c) = await JoinThreeAsync();
        foreach (var node in (TestNode[])[b, c])
            node.Root.OnServerEvent = static message => message.Data;
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => a.Root.ServerSideEmitWithAckAsync($"[\"e\",{i}]"))).WaitAsync(Deadline);
        for (var i = 0; i < answers.Length; i++)
            Assert.That(answers[i].Answers.Values.Select(Text), Is.EqualTo(new[] { $"[\"e\",{i}]", $"[\"e\",{i}]" }));
        Assert.That(a.Root.PendingRequests, Is.Zero);
    }

    [Test]
    public async Task A_node_that_leaves_is_not_waited_for()
    {
        var (a, b, c) = await JoinThreeAsync();
        c.Root.OnServerEvent = static _ => null;
        var task = a.Root.ServerSideEmitWithAckAsync("[\"e\"]");
        await EventuallyAsync(() => c.Root.ServerEvents.Contains("[\"e\"]"));
        await c.DisposeAsync();
        var (answers, missing) = await task.WaitAsync(Deadline);
        Assert.That(answers.Keys, Is.EqualTo(new[] { b.Id }));
        Assert.That(missing.Ids, Is.EqualTo(new[] { c.Id }));

        (answers, missing) = await a.Root.ServerSideEmitWithAckAsync("[\"e\"]").WaitAsync(Deadline);
        Assert.That(answers.Keys, Is.EqualTo(new[] { b.Id }));
        Assert.That(missing.None);
    }

    [Test]
    public async Task A_node_that_is_killed_with_requests_in_hand_costs_a_heartbeat_and_is_named()
    {
        if (!CanKill)
            Assert.Ignore("This backplane's nodes cannot be killed in a test.");
        await EndsWithinHeartbeatAsync(KillAsync);
    }

    [Test]
    public async Task A_node_that_hangs_with_requests_in_hand_costs_a_heartbeat_and_is_named()
    {
        if (!CanHang)
            Assert.Ignore("This backplane's nodes cannot be hung in a test.");
        await EndsWithinHeartbeatAsync(HangAsync);
    }

    private async Task EndsWithinHeartbeatAsync(Func<Backplane, Task> end)
    {
        var options = TestNode.CreateOptions();
        options.RequestTimeout = TimeSpan.FromHours(1);
        var a = await JoinAsync(options);
        var (b, c) = (await JoinAsync(), await JoinAsync());
        await MeetAsync(a.Root, b.Root, c.Root);
        (await b.Root.ConnectAsync()).Answer = TestNamespace.Json("1");
        var dying = await c.Root.ConnectAsync();
        c.Root.OnServerEvent = static _ => null;
        var event1 = a.Root.ServerSideEmitWithAckAsync("[\"e\"]");
        var acks1 = a.Root.EmitWithAckAsync("[\"ask\"]", TimeSpan.FromHours(1));
        await EventuallyAsync(() => c.Root.ServerEvents.Contains("[\"e\"]") && dying.EventCount == 1);
        await SettleAsync(a.Root, b.Root, c.Root);
        await end(c.Backplane);

        Assert.That((await event1.WaitAsync(Deadline)).Missing.Ids, Is.EqualTo(new[] { c.Id }));
        var acks = await acks1.WaitAsync(Deadline);
        Assert.That(acks.Values, Has.Count.EqualTo(1));
        Assert.That(acks.MissingIds, Is.EqualTo(new[] { dying.Id }));
        var (sockets, missing) = await a.Root.FetchSocketsAsync().WaitAsync(Deadline);
        Assert.That(sockets, Has.Count.EqualTo(1));
        Assert.That(missing.Ids, Is.SubsetOf(new[] { c.Id }));
    }

    private static string Text(PacketData data) => Encoding.UTF8.GetString(data.Json.Span);
}
