using SocketIo.Emitter;
using SocketIo.TestKit;
using StackExchange.Redis;

namespace SocketIo.Interop.Tests.Clusters;

/// <summary>
/// Two servers of ours and two in Node on four streams, in namespaces of which JavaScript computes each number that it can: for some it is
/// negative, and a stream that servers in Node write to and do not read.
/// </summary>
[Parallelizable]
public class SeveralStreamsTests
{
    // 0, 1, 2, 3, -0, -1, -2, -3
    private static readonly string[] Namespaces =
        ["/dynamic-1", "/dynamic-2", "/dynamic-3", "/dynamic-0", "/dynamic-1000", "/dynamic-1003", "/dynamic-1002", "/dynamic-1001"];

    private static readonly string[] Sides = ["net", "node"];
    private static readonly object WebSocketOnly = new { transports = new[] { "websocket" } };
    private static readonly Kind Streams = new("streams-4");

    private readonly string _prefix = Streams.NewPrefix();
    private NetServer[] _net = null!;
    private JsServer[] _js = null!;

    private IServer[] Servers => [.. _net, .. _js];

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _net = [await NetServer.StartAsync(Streams, _prefix), await NetServer.StartAsync(Streams, _prefix)];
        _js = [new(await Streams.StartNodeAsync(_prefix)), new(await Streams.StartNodeAsync(_prefix))];
    }

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        foreach (var server in _net)
            await server.DisposeAsync();
        foreach (var server in _js)
            await server.DisposeAsync();
    }

    [Test]
    public async Task Events_arrive_each_once_and_in_order([ValueSource(nameof(Namespaces))] string nsp, [ValueSource(nameof(Sides))] string from)
    {
        const int Count = 1_000;
        await using var clients = await OpenAsync(nsp);
        await Server(from).EmitManyAsync(new(["room"], Nsp: nsp), "ev", Count);
        foreach (var client in clients.All)
        {
            await Deadlines.Eventually(() => client.Events.Count(static one => one.Name == "ev") >= Count, deadline: TimeSpan.FromMinutes(1));
            Assert.That(Numbers(client), Is.EqualTo(Enumerable.Range(0, Count)));
        }
    }

    [Test]
    public async Task Every_operation_concerns_the_clients_of_all([ValueSource(nameof(Namespaces))] string nsp, [ValueSource(nameof(Sides))] string from)
    {
        var server = Server(from);
        await using var clients = await OpenAsync(nsp);
        await server.JoinAsync(new(["room"], Nsp: nsp), "new");
        Target room = new(["new"], Nsp: nsp);
        await CountAsync(server, room, 4);
        await server.EmitAsync(room, "bytes", new byte[] { 1, 2 });
        foreach (var client in clients.All)
        {
            Assert.That((await client.NextEventAsync("bytes")).Args[0].GetProperty("$b64").GetString(), Is.EqualTo("AQI="));
            await client.OnAckAsync("ask", 7);
        }
        var (values, isComplete) = await server.EmitWithAckAsync(room, TimeSpan.FromSeconds(5), "ask", 1);
        Assert.That((values.Length, isComplete), Is.EqualTo((4, true)));
        await server.LeaveAsync(room, "new");
        await CountAsync(server, room, 0);
        await server.ServerSideEmitAsync(nsp, "note", nsp);
        await server.DisconnectAsync(new(["room"], Nsp: nsp), close: true);
        foreach (var client in clients.All)
            await client.NextEventAsync("disconnect");
    }

    [Test]
    public async Task An_emitter_of_ours_reaches_the_clients_of_all([ValueSource(nameof(Namespaces))] string nsp)
    {
        await using var clients = await OpenAsync(nsp);
        await using var emitter = await SocketIoEmitter.ConnectAsync(Streams.CreateEmitter(_prefix)).WithDeadline();
        var emits = Enumerable.Range(0, 300).Select(number => emitter.Of(nsp).To("room").EmitAsync("ev", number).AsTask());
        await Task.WhenAll(emits).WithDeadline();
        foreach (var client in clients.All)
        {
            await Deadlines.Eventually(() => client.Events.Count(static one => one.Name == "ev") >= 300);
            Assert.That(Numbers(client), Is.EqualTo(Enumerable.Range(0, 300)));
        }
    }

    [Test]
    public async Task What_an_emitter_in_JavaScript_writes_to_the_one_stream_that_it_knows_reaches_the_clients_of_all([ValueSource(nameof(Namespaces))] string nsp)
    {
        await using var clients = await OpenAsync(nsp);
        await using var redis = await ConnectionMultiplexer.ConnectAsync(Services.Redis.Endpoint);
        for (var number = 0; number < 100; number++)
        {
            await redis.GetDatabase().StreamAddAsync(_prefix,
            [
                new("uid", "emitter"), new("nsp", nsp), new("type", "3"),
                new("data", $$$$"""{"packet":{"type":2,"data":["ev",{{{{number}}}}],"nsp":"{{{{nsp}}}}"},"opts":{"rooms":["room"],"except":[],"flags":{}}}"""),
            ]);
        }
        foreach (var client in clients.All)
        {
            await Deadlines.Eventually(() => client.Events.Count(static one => one.Name == "ev") >= 100);
            Assert.That(Numbers(client), Is.EqualTo(Enumerable.Range(0, 100)));
        }
    }

    [Test]
    public async Task A_client_of_ours_recovers_what_a_server_in_Node_sent_meanwhile_on_the_other_server([ValueSource(nameof(Namespaces))] string nsp)
    {
        var prefix = Streams.NewPrefix();
        await using var js = new JsServer(await Streams.StartNodeAsync(prefix));
        await using var one = await StartRecoveringAsync(prefix);
        await using var two = await StartRecoveringAsync(prefix);
        using var balancer = new Balancer();
        balancer.Use(one.Address.Port);
        await using var client = await Services.Clients.OpenAsync(new Uri(balancer.Address, nsp).ToString(), WebSocketOnly);
        await client.ConnectedAsync();
        await using var other = await Services.Clients.OpenAsync(new Uri(js.Address, nsp).ToString(), WebSocketOnly);
        await other.ConnectedAsync();
        while (await two.Io.Of(nsp).FetchSocketsAsync() is not { IsComplete: true, Count: 2 })
            await Task.Delay(10);
        await js.EmitAsync(new(Nsp: nsp), "ev", 1);
        await client.NextEventAsync("ev");
        balancer.Use(two.Address.Port);
        await client.CutTransportAsync();
        await client.NextEventAsync("disconnect");
        await js.EmitManyAsync(new(Nsp: nsp), "more", 50);
        await client.ConnectAsync();
        await client.ConnectedAsync();
        Assert.That((await client.GetStateAsync()).Recovered);
        await Deadlines.Eventually(() => client.Events.Count(static one => one.Name == "more") >= 50);
        Assert.That(client.Events.Where(static one => one.Name == "more").Select(static one => one.Args[0].GetInt32()), Is.EqualTo(Enumerable.Range(0, 50)));
    }

    private IServer Server(string side) => side == "net" ? _net[0] : _js[0];

    private static int[] Numbers(NodeClient client) => [.. client.Events.Where(static one => one.Name == "ev").Select(static one => one.Args[0].GetInt32())];

    private static Task CountAsync(IServer server, Target target, int count) =>
        Deadlines.Eventually(() => server.FetchAsync(target).GetAwaiter().GetResult().Length == count);

    // A client at each server. A server in Node may miss the first entries of a stream, until it has read one.
    private async Task<Clients> OpenAsync(string nsp)
    {
        var clients = new Clients([]);
        foreach (var server in Servers)
        {
            var client = await Services.Clients.OpenAsync(
                new Uri(server.Address, nsp).ToString(), new { auth = new { rooms = new[] { "room" } }, transports = new[] { "websocket" } });
            clients.All.Add(client);
            await client.ConnectedAsync();
        }
        foreach (var server in Servers)
            await CountAsync(server, new(["room"], Nsp: nsp), 4);
        while (!clients.All.All(static client => client.Events.Any(static one => one.Name == "warm")))
        {
            await _net[0].EmitAsync(new(Nsp: nsp), "warm");
            await Task.Delay(10);
        }
        return clients;
    }

    private static Task<TestServer> StartRecoveringAsync(string prefix) => TestServer.StartSocketIoAsync(
        static io => io.OfPattern("/dynamic-{name}"),
        static options => options.ConnectionStateRecovery = new ConnectionStateRecoveryOptions(),
        builder => Streams.Add(builder.Services.AddSocketIo(), prefix));

    private sealed record Clients(List<NodeClient> All) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            foreach (var client in All)
                await client.DisposeAsync();
        }
    }
}
