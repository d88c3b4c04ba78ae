using System.Text.Json;
using SocketIo.Emitter;
using SocketIo.TestKit;

namespace SocketIo.Interop.Tests.Clusters;

/// <summary>
/// A server of ours and one in Node with the official adapter, a stock client on each: every operation, from either side.
/// </summary>
[TestFixtureSource(typeof(Kind), nameof(Kind.All))]
[Parallelizable]
public class MixedClusterTests(Kind kind)
{
    private static readonly string[] Sides = ["net", "node"];

    private SocketIoEmitter _emitter = null!;
    private NodeServer? _jsEmitter;
    private NetServer _net = null!;
    private JsServer _js = null!;
    private NodeClient _atNet = null!;
    private NodeClient _atNode = null!;

    private NodeClient[] Both => [_atNet, _atNode];

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        var prefix = kind.NewPrefix();
        _js = new JsServer(await kind.StartNodeAsync(prefix));
        _net = await NetServer.StartAsync(kind, prefix);
        await MeetAsync();
        _emitter = await SocketIoEmitter.ConnectAsync(kind.CreateEmitter(prefix)).WithDeadline();
        _jsEmitter = await kind.StartNodeEmitterAsync(prefix);
    }

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        if (_jsEmitter is not null)
            await _jsEmitter.DisposeAsync();
        await _emitter.DisposeAsync();
        await _net.DisposeAsync();
        await _js.DisposeAsync();
    }

    [SetUp]
    public async Task ConnectAsync()
    {
        _atNet = await OpenAsync(_net, "/", "ann", "both", "net");
        _atNode = await OpenAsync(_js, "/", "bob", "both", "node");
    }

    [TearDown]
    public async Task DisconnectAsync()
    {
        foreach (var client in Both)
        {
            await client.DisconnectAsync();
            await client.DisposeAsync();
        }
        await Deadlines.Eventually(() => _net.FetchAsync(Target.All).GetAwaiter().GetResult().Length == 0);
    }

    [Test]
    public async Task A_broadcast_arrives_once_and_as_it_was_sent([ValueSource(nameof(Sides))] string from)
    {
        await Server(from).EmitAsync(Target.All, "ev", 1, "zwei \u00fc \u20ac \u00df", new { three = new object?[] { null, true, 1.5 } });
        foreach (var client in Both)
            Assert.That(Text(await client.NextEventAsync("ev")), Is.EqualTo("""[1,"zwei ü € ß",{"three":[null,true,1.5]}]"""));
        await NothingElseAsync(from, "ev");
    }

    [Test]
    public async Task Rooms_and_excepted_rooms_select([ValueSource(nameof(Sides))] string from)
    {
        await Server(from).EmitAsync(Target.To("net"), "ev", 1);
        await Server(from).EmitAsync(Target.To("node"), "ev", 2);
        await Server(from).EmitAsync(new(["both", "net"], ["node"]), "ev", 3);
        await Server(from).EmitAsync(new(["both"], ["net"]), "ev", 4);
        await AssertEventsAsync(from, _atNet, 1, 3);
        await AssertEventsAsync(from, _atNode, 2, 4);
    }

    [Test]
    public async Task A_client_of_the_other_server_is_reached_by_its_id([ValueSource(nameof(Sides))] string from)
    {
        var client = Other(from);
        await Server(from).EmitAsync(Target.To((await client.GetStateAsync()).Id!), "ev", 1);
        await AssertEventsAsync(from, client, 1);
    }

    [Test]
    public async Task Bytes_arrive_in_their_place([ValueSource(nameof(Sides))] string from)
    {
        await Server(from).EmitAsync(Target.To("both"), "ev", "a", new byte[] { 0, 1, 255 }, new { b = new byte[] { 7 } });
        foreach (var client in Both)
            Assert.That(Text(await client.NextEventAsync("ev")), Is.EqualTo("""["a",{"$b64":"AAH/"},{"b":{"$b64":"Bw=="}}]"""));
    }

    [Test]
    public async Task A_volatile_broadcast_arrives_at_those_who_are_there([ValueSource(nameof(Sides))] string from)
    {
        await Server(from).EmitAsync(Target.All with { IsVolatile = true }, "ev", 1);
        foreach (var client in Both)
            await client.NextEventAsync("ev");
    }

    [Test]
    public async Task What_is_local_stays([ValueSource(nameof(Sides))] string from)
    {
        await Server(from).EmitAsync(Target.All with { IsLocal = true }, "ev", 1);
        await AssertEventsAsync(from, from == "net" ? _atNet : _atNode, 1);
        await AssertEventsAsync(from, Other(from));
    }

    [TestCase("net", "/chat")]
    [TestCase("node", "/chat")]
    [TestCase("net", "/dynamic-one")]
    [TestCase("node", "/dynamic-two")]
    public async Task A_namespace_is_shared_and_kept_apart(string from, string nsp)
    {
        await using var other = await OpenAsync(from == "net" ? _js : _net, nsp, "eve", "both");
        // the sender knows a dynamic one when it has a client there
        await using var own = await OpenAsync(Server(from), nsp, "eve", "both");
        await Server(from).EmitAsync(new(["both"], Nsp: nsp), "ev", 1);
        await other.NextEventAsync("ev");
        await AssertEventsAsync(from, Other(from));
    }

    [Test]
    public async Task Clients_that_join_get_at_once_what_is_sent_to_the_room_and_none_after_leaving([ValueSource(nameof(Sides))] string from)
    {
        var server = Server(from);
        await server.JoinAsync(Target.To("both"), "new", "newer");
        // the reference does not do its own part in this order on classic Redis, nor anything on Postgres
        if (from == "node")
            await Deadlines.Eventually(() => server.FetchAsync(Target.To("new")).GetAwaiter().GetResult().Length == 2);
        await server.EmitAsync(Target.To("new"), "ev", 1);
        foreach (var client in Both)
            await client.NextEventAsync("ev");
        await server.LeaveAsync(Target.To("both"), "new");
        await Deadlines.Eventually(() => server.FetchAsync(Target.To("new")).GetAwaiter().GetResult().Length == 0);
        await server.EmitAsync(Target.To("new"), "ev", 2);
        await server.EmitAsync(Target.To("newer"), "ev", 3);
        foreach (var client in Both)
            Assert.That((await client.NextEventAsync("ev")).Args[0].GetInt32(), Is.EqualTo(3));
    }

    [Test]
    public async Task Clients_are_disconnected_from_the_namespace_or_altogether([ValueSource(nameof(Sides))] string from, [Values] bool close)
    {
        await Server(from).DisconnectAsync(Target.To("both"), close);
        foreach (var client in Both)
            Assert.That((await client.NextEventAsync("disconnect")).Args[0].GetString(), Is.EqualTo("io server disconnect").Or.EqualTo(close ? "transport close" : ""));
    }

    [Test]
    public async Task All_clients_are_fetched_with_rooms_data_and_handshake([ValueSource(nameof(Sides))] string from)
    {
        var sockets = await Server(from).FetchAsync(Target.To("both"));
        Assert.That(sockets, Has.Length.EqualTo(2));
        foreach (var (client, user, room) in new[] { (_atNet, "ann", "net"), (_atNode, "bob", "node") })
        {
            var id = (await client.GetStateAsync()).Id!;
            var socket = sockets.Single(socket => socket.Id == id);
            Assert.That(socket.Rooms, Is.EquivalentTo(new[] { id, "both", room }));
            Assert.That(socket.Data.GetProperty("user").GetString(), Is.EqualTo(user));
            Assert.That(socket.Address, Does.Contain("127.0.0.1"));
        }
        Assert.That(await Server(from).FetchAsync(new(["both"], ["net"])), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task The_acknowledgements_of_all_clients_are_collected([ValueSource(nameof(Sides))] string from)
    {
        await _atNet.OnAckAsync("ask", new { of = "ann" });
        await _atNode.OnAckAsync("ask", new { of = "bob" });
        var (values, isComplete) = await Server(from).EmitWithAckAsync(Target.To("both"), TimeSpan.FromSeconds(5), "ask", 1);
        Assert.That(values.Select(static value => value.GetProperty("of").GetString()), Is.EquivalentTo(new[] { "ann", "bob" }));
        Assert.That(isComplete);
    }

    [Test]
    public async Task A_client_that_does_not_acknowledge_is_missing([ValueSource(nameof(Sides))] string from)
    {
        await (from == "net" ? _atNet : _atNode).OnAckAsync("ask", 1);
        await Other(from).OnAckNeverAsync("ask");
        var (values, isComplete) = await Server(from).EmitWithAckAsync(Target.To("both"), TimeSpan.FromMilliseconds(500), "ask", 1);
        Assert.That(values, Has.Length.EqualTo(1));
        Assert.That(isComplete, Is.False);
    }

    [Test]
    public async Task Bytes_are_acknowledged([ValueSource(nameof(Sides))] string from)
    {
        await Other(from).OnAckEchoAsync("ask");
        if (from == "net")
        {
            Assert.That(await _net.AskForBytesAsync(Target.To("node"), "ask", new byte[] { 1, 2 }), Is.EqualTo(new[] { new byte[] { 1, 2 } }));
            return;
        }
        var (values, _) = await _js.EmitWithAckAsync(Target.To("net"), TimeSpan.FromSeconds(5), "ask", new byte[] { 1, 2 });
        Assert.That(values[0].GetRawText(), Is.EqualTo("""{"$b64":"AQI="}"""));
    }

    [Test]
    public async Task A_fetched_client_is_asked([ValueSource(nameof(Sides))] string from)
    {
        await Other(from).OnAckAsync("ask", "answer");
        Assert.That((await Server(from).AskFetchedAsync(Target.To(from == "net" ? "node" : "net"), "ask", 1)).GetString(), Is.EqualTo("answer"));
    }

    [TestCase("net", "/")]
    [TestCase("node", "/")]
    [TestCase("net", "/chat")]
    [TestCase("node", "/chat")]
    public async Task Servers_tell_each_other_events(string from, string nsp)
    {
        await Server(from).ServerSideEmitAsync(nsp, "note", new { a = 1 });
        Assert.That((await OtherServer(from).NextNoteAsync())[^1].GetRawText(), Is.EqualTo("""{"a":1}"""));
    }

    [Test]
    public async Task Servers_answer_each_other([ValueSource(nameof(Sides))] string from)
    {
        var (values, isComplete) = await Server(from).ServerSideEmitWithAckAsync("question", 7);
        Assert.That(values.Select(static value => value.GetRawText()), Is.EqualTo(new[] { $$"""{"from":"{{(from == "net" ? "node" : "net")}}","value":7}""" }));
        Assert.That(isComplete);
    }

    [Test]
    public async Task A_megabyte_arrives_as_text_and_as_bytes([ValueSource(nameof(Sides))] string from)
    {
        // one after the other: more than a megabyte does not wait for a client
        await Server(from).EmitAsync(Target.To("both"), "text", new string('x', 1_000_000));
        foreach (var client in Both)
            Assert.That((await client.NextEventAsync("text")).Args[0].GetString(), Has.Length.EqualTo(1_000_000));
        await Server(from).EmitAsync(Target.To("both"), "bytes", new byte[1_000_000]);
        foreach (var client in Both)
            Assert.That((await client.NextEventAsync("bytes")).Args[0].GetProperty("$b64").GetString(), Has.Length.EqualTo(1_333_336));
    }

    [Test]
    public async Task Ten_thousand_messages_of_a_sender_arrive_each_once_and_in_order([ValueSource(nameof(Sides))] string from)
    {
        const int Count = 10_000;
        await Server(from).EmitManyAsync(Target.To("both"), "ev", Count);
        foreach (var client in Both)
        {
            await Deadlines.Eventually(() => client.Events.Count(static one => one.Name == "ev") >= Count, deadline: TimeSpan.FromMinutes(1));
            AssertNumbers(from, client, Enumerable.Range(0, Count));
        }
    }

    [Test]
    public async Task An_emitter_reaches_the_clients_of_both()
    {
        await _emitter.EmitAsync("all", 1, "ü", new { Three = new byte[] { 1 } });
        await _emitter.To("net").EmitAsync("ev", 1);
        foreach (var client in Both)
            Assert.That(Text(await client.NextEventAsync("all")), Is.EqualTo("""[1,"ü",{"three":{"$b64":"AQ=="}}]"""));
        Assert.That(Text(await _atNet.NextEventAsync("ev")), Is.EqualTo("[1]"));

        // a volatile one when nothing else is on its way, or the Node server may drop it
        await _emitter.To("both").Except("net").Volatile.Compress(false).EmitAsync("ev", [2, null, "x", 4.5, new byte[] { 2 }]);
        Assert.That(Text(await _atNode.NextEventAsync("ev")), Is.EqualTo("""[2,null,"x",4.5,{"$b64":"Ag=="}]"""));
    }

    [Test]
    public async Task An_emitter_s_events_arrive_each_once_and_in_order()
    {
        var emits = new List<Task>();
        for (var number = 0; number < 1_000; number++)
            emits.Add((number % 3 == 0 ? _emitter.To("both") : _emitter.Broadcast).EmitAsync("ev", number).AsTask());
        await Task.WhenAll(emits).WithDeadline();
        await _emitter.EmitAsync("end");
        foreach (var client in Both)
        {
            await client.NextEventAsync("end");
            Assert.That(client.Events.Where(static one => one.Name == "ev").Select(static one => one.Args[0].GetInt32()), Is.EqualTo(Enumerable.Range(0, 1_000)));
        }
    }

    [Test]
    public async Task An_emitter_moves_and_disconnects_clients_and_tells_servers()
    {
        await _emitter.In("both").SocketsJoinAsync("new", "newer");
        await _emitter.To("new").EmitAsync("ev", 1);
        await _emitter.To("both").SocketsLeaveAsync("new");
        await _emitter.To("new").EmitAsync("ev", 2);
        await _emitter.To("newer").EmitAsync("ev", 3);
        foreach (var client in Both)
        {
            Assert.That((await client.NextEventAsync("ev")).Args[0].GetInt32(), Is.EqualTo(1));
            Assert.That((await client.NextEventAsync("ev")).Args[0].GetInt32(), Is.EqualTo(3));
        }
        await _emitter.Of("chat").ServerSideEmitAsync("note", new { a = 1 });
        foreach (var server in new IServer[] { _net, _js })
            Assert.That((await server.NextNoteAsync())[^1].GetRawText(), Is.EqualTo("""{"a":1}"""));
        await _emitter.To("both").DisconnectSocketsAsync(close: true);
        foreach (var client in Both)
            await client.NextEventAsync("disconnect");
    }

    [Test]
    public async Task The_emitter_in_JavaScript_reaches_our_clients()
    {
        if (_jsEmitter is null)
            Assert.Ignore("There is no emitter for this adapter in the registry.");
        await _jsEmitter.RunAsync(new { op = "emitterEmit", rooms = new[] { "net" }, @event = "ev", args = new object[] { 1, new byte[] { 1 } } });
        Assert.That(Text(await _atNet.NextEventAsync("ev")), Is.EqualTo("""[1,{"$b64":"AQ=="}]"""));
        await _jsEmitter.RunAsync(new { op = "emitterJoin", rooms = new[] { "net" }, names = new[] { "new" } });
        await Deadlines.Eventually(() => _net.FetchAsync(Target.To("new")).GetAwaiter().GetResult().Length == 1);
        await _jsEmitter.RunAsync(new { op = "emitterLeave", rooms = new[] { "net" }, names = new[] { "new" } });
        await Deadlines.Eventually(() => _net.FetchAsync(Target.To("new")).GetAwaiter().GetResult().Length == 0);
        await _jsEmitter.RunAsync(new { op = "emitterServerSideEmit", @event = "note", args = new object[] { 7 } });
        // the adapter for PostgreSQL does not understand its own emitter
        foreach (var server in kind.IsPostgres ? [_net] : new IServer[] { _net, _js })
            Assert.That((await server.NextNoteAsync())[^1].GetInt32(), Is.EqualTo(7));
        await _jsEmitter.RunAsync(new { op = "emitterDisconnect", rooms = new[] { "net" }, close = false });
        await _atNet.NextEventAsync("disconnect");
    }

    private IServer Server(string side) => side == "net" ? _net : _js;

    private IServer OtherServer(string side) => side == "net" ? _js : _net;

    // the client at the other server
    private NodeClient Other(string side) => side == "net" ? _atNode : _atNet;

    private static async Task<NodeClient> OpenAsync(IServer server, string nsp, string user, params string[] rooms)
    {
        var client = await Services.Clients.OpenAsync($"{server.Address}{nsp[1..]}", new { auth = new { rooms, data = new { user } }, transports = new[] { "websocket" } });
        await client.ConnectedAsync();
        await Deadlines.Eventually(() => server.FetchAsync(new(rooms, Nsp: nsp)).GetAwaiter().GetResult().Length > 0);
        return client;
    }

    private async Task MeetAsync()
    {
        await Deadlines.Eventually(() => _js.CountAsync().GetAwaiter().GetResult() == 2);
        await Deadlines.Eventually(() => _net.ServerSideEmitWithAckAsync("question", 1).GetAwaiter().GetResult().Values.Length == 1);
    }

    private static string Text(NodeEvent received) => JsonSerializer.Serialize(received.Args, WireText);

    private static readonly JsonSerializerOptions WireText = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // what is sent last comes last
    private async Task AssertEventsAsync(string from, NodeClient client, params int[] numbers)
    {
        var mark = Guid.NewGuid().ToString("N");
        await Server(from).EmitAsync(Target.All, mark);
        await client.NextEventAsync(mark);
        if (LosesOrder(from))
            await Deadlines.Eventually(() => client.Events.Count(static one => one.Name == "ev") >= numbers.Length);
        AssertNumbers(from, client, numbers);
    }

    private void AssertNumbers(string from, NodeClient client, IEnumerable<int> expected)
    {
        var numbers = client.Events.Where(static one => one.Name == "ev").Select(static one => one.Args[0].GetInt32());
        Assert.That(numbers, LosesOrder(from) ? Is.EquivalentTo(expected) : Is.EqualTo(expected));
    }

    // a Node server takes any connection of its pool to PostgreSQL
    private bool LosesOrder(string from) => kind.IsPostgres && from == "node";

    private async Task NothingElseAsync(string from, string name)
    {
        var mark = Guid.NewGuid().ToString("N");
        await Server(from).EmitAsync(Target.All, mark);
        foreach (var client in Both)
        {
            await client.NextEventAsync(mark);
            Assert.That(client.Events.Count(one => one.Name == name), Is.EqualTo(1));
        }
    }
}
