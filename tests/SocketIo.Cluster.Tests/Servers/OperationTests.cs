using System.Text.Json;
using SocketIo.Cluster.InMemory;
using SocketIo.TestKit;

namespace SocketIo.Cluster.Tests.Servers;

/// <summary>What an application does on one server concerns the clients of all, whatever the backplane knows of its nodes.</summary>
[TestFixture(MemberKnowledge.ById, false)]
[TestFixture(MemberKnowledge.ByCount, true)]
[TestFixture(MemberKnowledge.ByHeartbeat, true)]
public sealed class OperationTests(MemberKnowledge members, bool isReal)
{
    private ServerCluster _servers = null!;
    private NodeClient _ann = null!;
    private NodeClient _bob = null!;
    private NodeClient _cyd = null!;
    private Socket _annSocket = null!;
    private Socket _bobSocket = null!;
    private Socket _cydSocket = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _servers = await ServerCluster.StartAsync(
            3,
            static io => io.On("room", static (Socket socket, string room) => socket.JoinAsync(room)),
            new InMemoryClusterOptions { Members = members, Serialize = isReal, ReceiveByRoom = isReal },
            static options => options.MaxQueuedBytes = 64 * 1024 * 1024);
        (_ann, _annSocket) = await _servers.ConnectAsync(0);
        (_bob, _bobSocket) = await _servers.ConnectAsync(1);
        (_cyd, _cydSocket) = await _servers.ConnectAsync(2);
        foreach (var server in _servers.All)
        {
            // until every server has heard of the others
            while ((await server.Io.FetchSocketsAsync()).Count < 3)
                await Task.Yield();
        }
    }

    [TearDown]
    public async Task StopAsync() => await _servers.DisposeAsync();

    [Test]
    public async Task A_broadcast_reaches_the_clients_of_all_servers_once_with_its_arguments()
    {
        await _servers[1].Io.EmitAsync("news", ["text \u00e4 \ud83d\ude00 \"q\"", 1.5, new { a = new byte[] { 1, 2 }, b = (string?)null }, new byte[] { 3 }]);
        foreach (var (client, socket) in Clients)
        {
            var received = await client.NextEventAsync("news");
            Assert.That(received.Args[0].GetString(), Is.EqualTo("text \u00e4 \ud83d\ude00 \"q\""));
            Assert.That(received.Args[1].GetDouble(), Is.EqualTo(1.5));
            Assert.That(received.Args[2].GetProperty("a").GetBinary(), Is.EqualTo(new byte[] { 1, 2 }));
            Assert.That(received.Args[2].GetProperty("b").ValueKind, Is.EqualTo(JsonValueKind.Null));
            Assert.That(received.Args[3].GetBinary(), Is.EqualTo(new byte[] { 3 }));
            Assert.That(await NamesAsync(client, socket), Is.EqualTo(new[] { "news" }));
        }
    }

    [Test]
    public async Task Rooms_exceptions_and_local_select_among_the_clients_of_all_servers()
    {
        await _ann.EmitWithAckAsync("room", "a");
        await _bob.EmitWithAckAsync("room", "a");
        await _bob.EmitWithAckAsync("room", "b");
        await _cyd.EmitWithAckAsync("room", "b");
        var io = _servers[0].Io;
        await io.To("a").EmitAsync("to a");
        await io.To("a", "b").EmitAsync("to a or b");
        await io.To("a").Except("b").EmitAsync("to a but b");
        await io.Except("a").EmitAsync("but a");
        await io.To(_cydSocket.Id).EmitAsync("to cyd");
        await _annSocket.Broadcast.EmitAsync("others");
        await io.Local.EmitAsync("local");
        Assert.That(await NamesAsync(_ann, _annSocket), Is.EqualTo(new[] { "to a", "to a or b", "to a but b", "local" }));
        Assert.That(await NamesAsync(_bob, _bobSocket), Is.EqualTo(new[] { "to a", "to a or b", "others" }));
        Assert.That(await NamesAsync(_cyd, _cydSocket), Is.EqualTo(new[] { "to a or b", "but a", "to cyd", "others" }));
    }

    [Test]
    public async Task A_volatile_broadcast_reaches_clients_of_all_servers_that_can_be_sent_to_at_once()
    {
        // a connection that is still busy with what came before does without
        while (!Clients.All(static client => client.Client.Events.Any(static received => received.Name == "volatile")))
        {
            await _servers[0].Io.Volatile.EmitAsync("volatile");
            foreach (var (client, socket) in Clients)
                await SettleAsync(client, socket);
        }
    }

    [Test]
    public async Task A_room_is_joined_by_sockets_of_other_servers_before_the_next_broadcast_and_left_before_the_one_behind()
    {
        var io = _servers[0].Io;
        for (var i = 0; i < 20; i++)
        {
            _ = io.SocketsJoinAsync($"room {i}").AsTask();
            await io.To($"room {i}").EmitAsync("in", i);
            _ = io.To(_bobSocket.Id).SocketsLeaveAsync($"room {i}").AsTask();
            await io.To($"room {i}").EmitAsync("out", i);
        }
        foreach (var (client, socket) in Clients)
        {
            var expected = Enumerable.Range(0, 20).SelectMany(i => client == _bob ? new[] { $"in {i}" } : [$"in {i}", $"out {i}"]);
            await SettleAsync(client, socket);
            Assert.That(client.Events.Where(e => e.Name is "in" or "out").Select(e => $"{e.Name} {e.Args[0]}"), Is.EqualTo(expected));
        }
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Sockets_of_other_servers_are_disconnected(bool close)
    {
        await _servers[0].Io.To(_bobSocket.Id, _cydSocket.Id).DisconnectSocketsAsync(close);
        Assert.That((await _bob.NextEventAsync("disconnect")).Args[0].GetString(), Is.EqualTo("io server disconnect"));
        Assert.That((await _cyd.NextEventAsync("disconnect")).Args[0].GetString(), Is.EqualTo("io server disconnect"));
        Assert.That((await _ann.GetStateAsync()).Connected);
    }

    [Test]
    public async Task Sockets_of_other_servers_are_fetched_with_rooms_data_and_handshake()
    {
        await _bobSocket.JoinAsync("b");
        _bobSocket.Data["name"] = "Bob";
        _bobSocket.Data["picture"] = new byte[] { 1, 2 };
        _bobSocket.Data["numbers"] = new[] { 1, 2 };
        _bobSocket.Data["lock"] = new Lock().GetType();
        var found = await _servers[0].Io.To("b").FetchSocketsAsync();
        Assert.That(found.IsComplete);
        var bob = found.Single();
        Assert.That(bob.Id, Is.EqualTo(_bobSocket.Id));
        Assert.That(bob.Rooms, Is.EquivalentTo(new[] { _bobSocket.Id, "b" }));
        Assert.That(bob.GetData<string>("name"), Is.EqualTo("Bob"));
        Assert.That(bob.GetData<byte[]>("picture"), Is.EqualTo(new byte[] { 1, 2 }));
        Assert.That(bob.GetData<int[]>("numbers"), Is.EqualTo(new[] { 1, 2 }));
        Assert.That(bob.GetData<string>("nothing"), Is.Null);
        Assert.That(bob.Data.Keys, Is.EquivalentTo(new[] { "name", "picture", "numbers" }), "what can't be serialized is left out");
        Assert.That(bob.Handshake.Address, Is.EqualTo("127.0.0.1"));
        Assert.That(bob.Handshake.Query["transport"].ToString(), Is.EqualTo("websocket"));
        Assert.That(bob.Handshake.Url, Is.EqualTo(_bobSocket.Handshake.Url));
        Assert.That(bob.Handshake.Issued, Is.EqualTo(_bobSocket.Handshake.Issued).Within(TimeSpan.FromMilliseconds(1)));
        Assert.That(bob.Handshake.Secure, Is.False);
        Assert.That(bob.Handshake.Headers, Is.Empty);
        Assert.That(bob.Handshake.Auth.ToString(), Is.EqualTo("{}"));
    }

    [Test]
    public async Task A_fetched_socket_of_another_server_is_emitted_to_asked_moved_and_disconnected()
    {
        await _bob.OnAckEchoAsync("echo");
        var bob = (await _servers[0].Io.FetchSocketsAsync()).Single(socket => socket.Id == _bobSocket.Id);
        Assert.That(await bob.EmitWithAckAsync<string>("echo", "hi"), Is.EqualTo("hi"));
        Assert.That(await bob.EmitWithAckAsync<byte[]>("echo", new byte[] { 5, 6 }), Is.EqualTo(new byte[] { 5, 6 }));
        Assert.That(async () => await bob.Timeout(TimeSpan.FromMilliseconds(200)).EmitWithAckAsync<string>("nobody answers"), Throws.TypeOf<AckTimeoutException>());
        await bob.JoinAsync("b");
        await _servers[0].Io.To("b").EmitAsync("for b");
        await _bob.NextEventAsync("for b");
        await bob.EmitAsync("hello", 1);
        await _bob.NextEventAsync("hello");
        await bob.DisconnectAsync();
        await _bob.NextEventAsync("disconnect");
        Assert.That(async () => await bob.EmitWithAckAsync<string>("echo", "hi"), Throws.TypeOf<SocketDisconnectedException>());
    }

    [Test]
    public async Task Acknowledgements_come_from_the_clients_of_all_servers()
    {
        foreach (var (client, _) in Clients)
            await client.OnAckEchoAsync("echo");
        var results = await _servers[0].Io.EmitWithAckAsync<int>("echo", 7);
        Assert.That(results.IsComplete);
        Assert.That(results.Values, Is.EqualTo(new[] { 7, 7, 7 }));
        Assert.That(results.Responses.Select(response => response.SocketId), Is.EquivalentTo(Clients.Select(client => client.Socket.Id)));
        var binary = await _servers[1].Io.EmitWithAckAsync<byte[]>("echo", new byte[] { 1, 2, 3 });
        Assert.That(binary.Values, Is.All.EqualTo(new byte[] { 1, 2, 3 }));
        var none = await _servers[1].Io.To("nobody").EmitWithAckAsync<int>("echo", 7);
        Assert.That((none.IsComplete, none.Responses.Count), Is.EqualTo((true, 0)));
    }

    [Test]
    public async Task Who_does_not_acknowledge_is_named_whichever_server_it_is_connected_to()
    {
        await _ann.OnAckEchoAsync("echo");
        await _cyd.OnAckAsync("echo", "no number");
        _servers[0].Log.Expect("with something else than was asked for");
        var results = await _servers[0].Io.Timeout(TimeSpan.FromMilliseconds(300)).EmitWithAckAsync<int>("echo", 7);
        Assert.That(results.Responses.Select(response => response.SocketId), Is.EqualTo(new[] { _annSocket.Id }));
        Assert.That(results.Missing, Is.EquivalentTo(new[] { _bobSocket.Id, _cydSocket.Id }));
        Assert.That((results.IsComplete, results.MissingCount, results.MissingServers.None), Is.EqualTo((false, 2, true)));
    }

    [Test]
    public async Task A_client_of_another_server_that_leaves_without_acknowledging_is_not_waited_for()
    {
        await _ann.OnAckEchoAsync("echo");
        await _cyd.OnAckEchoAsync("echo");
        var asked = _servers[0].Io.EmitWithAckAsync<int>("echo", 7);
        await _bob.NextEventAsync("echo");
        await _bob.DisconnectAsync();
        var results = await asked.WithDeadline();
        Assert.That(results.Missing, Is.EqualTo(new[] { _bobSocket.Id }));
        Assert.That(results.Values, Is.EqualTo(new[] { 7, 7 }));
    }

    [Test]
    public async Task Events_of_servers_reach_the_handlers_of_the_others_and_their_results_are_the_answers()
    {
        var seen = new System.Collections.Concurrent.ConcurrentQueue<string>();
        for (var i = 0; i < 3; i++)
        {
            var number = i;
            _servers[i].Io.OnServerEvent("add", (int a, int b) => a + b + (number * 100));
            _servers[i].Io.OnServerEvent("tell", (string text, byte[] data) => seen.Enqueue($"{number} {text} {data[0]}"));
            _servers[i].Io.OnServerEvent("later", async (string text) =>
            {
                await Task.Yield();
                return new { text, number };
            });
        }
        var sums = await _servers[0].Io.ServerSideEmitWithAckAsync<int>("add", [1, 2]);
        Assert.That(sums, Is.EquivalentTo(new[] { 103, 203 }));
        Assert.That(sums.IsComplete);
        var texts = await _servers[1].Io.ServerSideEmitWithAckAsync<JsonElement>("later", ["x"]);
        Assert.That(texts.Select(text => text.GetProperty("number").GetInt32()), Is.EquivalentTo(new[] { 0, 2 }));
        await _servers[0].Io.ServerSideEmitAsync("tell", ["hi", new byte[] { 9 }]);
        await Deadlines.Eventually(() => seen.Count == 2);
        Assert.That(seen, Is.EquivalentTo(new[] { "1 hi 9", "2 hi 9" }));
    }

    [Test]
    public async Task A_server_without_a_handler_or_whose_handler_fails_is_named_and_not_waited_for()
    {
        _servers[1].Io.OnServerEvent("ask", () => 1);
        _servers[2].Io.OnServerEvent("ask", int () => throw new InvalidOperationException("thrown by the test"));
        _servers[2].Log.Expect("A handler of the event ask of another server threw");
        var answers = await _servers[0].Io.ServerSideEmitWithAckAsync<int>("ask").WithDeadline(TimeSpan.FromSeconds(4));
        Assert.That(answers, Is.EqualTo(new[] { 1 }));
        Assert.That(answers.Missing.Ids, Is.EqualTo(new[] { _servers.BackplaneOf(2).NodeId }));
        var nobody = await _servers[0].Io.ServerSideEmitWithAckAsync<int>("nobody").WithDeadline(TimeSpan.FromSeconds(4));
        Assert.That(nobody.Missing.Ids, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Large_messages_and_many_arrive_once_and_in_order()
    {
        const int Count = 10_000;
        var text = new string('x', 1024 * 1024);
        await _servers[1].Io.EmitAsync("large", text, new byte[1024 * 1024]);
        for (var i = 0; i < Count; i++)
            await _servers[1].Io.EmitAsync("n", i);
        foreach (var (client, _) in Clients)
        {
            Assert.That((await client.NextEventAsync("large")).Args[0].GetString(), Has.Length.EqualTo(text.Length));
            await Deadlines.Eventually(() => client.Events.Count(e => e.Name == "n") == Count);
            Assert.That(client.Events.Where(e => e.Name == "n").Select(e => e.Args[0].GetInt32()), Is.EqualTo(Enumerable.Range(0, Count)));
        }
    }

    private (NodeClient Client, Socket Socket)[] Clients => [(_ann, _annSocket), (_bob, _bobSocket), (_cyd, _cydSocket)];

    // What others sent comes before what they send now; what the own server sends, too.
    private async Task SettleAsync(NodeClient client, Socket socket)
    {
        for (var i = 0; i < 3; i++)
        {
            await _servers[i].Io.To(socket.Id).EmitAsync("settled");
            await client.NextEventAsync("settled");
        }
    }

    private async Task<string[]> NamesAsync(NodeClient client, Socket socket)
    {
        await SettleAsync(client, socket);
        return [.. client.Events.Where(received => !received.IsLifecycle && received.Name != "settled").Select(received => received.Name)];
    }
}
