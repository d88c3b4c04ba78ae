using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using SocketIo.Cluster;
using SocketIo.TestKit;

namespace SocketIo.Interop.Tests.Clusters;

/// <summary>
/// Servers of a cluster are processes that are killed and stopped by signals, on a real Redis with streams and a real PostgreSQL with a
/// log. Stock clients come back to any of the others.
/// </summary>
[TestFixture("streams")]
[TestFixture("streams-4")]
[TestFixture("postgres")]
public class DeathTests(string kind)
{
    private static readonly object Options = new
    {
        transports = new[] { "websocket" }, reconnection = true, reconnectionDelay = 20, reconnectionDelayMax = 100, timeout = 2_000, autoConnect = true,
    };

    private static int _lastPrefix;

    private readonly List<ClusterProcess> _processes = [];
    private readonly List<NodeClient> _clients = [];
    private TestServer _own = null!;
    private Balancer _balancer = null!;
    private string _prefix = null!;

    private string Where => kind == "postgres" ? Services.Postgres.ConnectionString : Services.Redis.Endpoint;

    // one on each of the streams
    private string[] Namespaces => kind == "streams-4" ? ["/", "/0", "/1", "/3"] : ["/"];

    [SetUp]
    public async Task StartAsync()
    {
        _prefix = $"death_{kind}_{Interlocked.Increment(ref _lastPrefix)}";
        _balancer = new Balancer();
        _own = await TestServer.StartSocketIoAsync(
            io =>
            {
                foreach (var of in Namespaces.Select(io.Of))
                {
                    of.OnConnection(static async socket =>
                    {
                        if (!socket.Recovered)
                            await socket.JoinAsync("room");
                    });
                    of.On("rooms", static (Socket socket) => socket.Rooms.ToArray());
                }
            },
            static options => options.ConnectionStateRecovery = new ConnectionStateRecoveryOptions(),
            builder => Add(builder.Services.AddSocketIo()));
        _own.Log.Expect("was silent for too long and is given up");
    }

    [TearDown]
    public async Task EndAsync()
    {
        foreach (var client in _clients)
            await client.DisposeAsync();
        _clients.Clear();
        foreach (var process in _processes)
            await process.DisposeAsync();
        _processes.Clear();
        await _own.DisposeAsync();
        _balancer.Dispose();
    }

    [Test]
    public async Task Under_a_steady_stream_with_processes_that_are_killed_nobody_who_recovered_has_missed_anything()
    {
        for (var i = 0; i < 3; i++)
            await AddProcessAsync(eventsPerSecond: 100);
        _balancer.Use(_processes.Select(static process => process.Port));
        for (var i = 0; i < 10; i++)
            await OpenAsync(new Uri(_balancer.Address, NamespaceOf(i)));
        foreach (var client in _clients)
            await client.NextEventAsync("v");
        for (var round = 0; round < 4; round++)
        {
            var next = await AddProcessAsync(eventsPerSecond: 100);
            var killed = _processes[round];
            _balancer.Use(_processes.Skip(round + 1).Select(static process => process.Port));
            await killed.KillAsync();
            // the clients of the killed one have come back, and get what the newest server emits
            var id = await NodeIdAsync(next);
            await Deadlines.Eventually(() => _clients.TrueForAll(client => client.Events.Any(e => e.Name == "e" && e.Args[0].GetString() == id)));
            await Deadlines.Eventually(() => _clients.TrueForAll(static client => client.Events.LastOrDefault(static e => e.IsLifecycle)?.Name == "connect"));
        }
        foreach (var name in Namespaces)
            await _own.Io.Of(name).EmitAsync("end");
        foreach (var client in _clients)
            await client.NextEventAsync("end");

        var logs = new Dictionary<string, List<ClusterMessage>>(StringComparer.Ordinal);
        foreach (var name in Namespaces)
            logs.Add(name, await ReadLogAsync(name));
        Assert.That(logs.Values.SelectMany(static log => log).Select(NameOf), Does.Not.Contain("v"), "what is volatile is not kept");
        var (recovered, anew) = (0, 0);
        for (var i = 0; i < _clients.Count; i++)
        {
            var log = logs[NamespaceOf(i)];
            foreach (var life in LivesOf(_clients[i]))
            {
                recovered += life.Connects - 1;
                anew++;
                var offsets = life.Offsets;
                Assert.That(offsets, Is.Not.Empty);
                var expected = log.Where(entry => IsFor(entry, life.Id)).Select(static entry => entry.Offset!)
                    .SkipWhile(offset => offset != offsets[0]).Take(offsets.Count).ToArray();
                Assert.That(offsets, Is.EqualTo(expected), "each once, in order, without a gap");
            }
        }
        TestContext.Out.WriteLine($"{logs.Values.Sum(static log => log.Count)} events kept; clients recovered {recovered} times, and began anew {anew - _clients.Count} times");
        Assert.That(recovered, Is.GreaterThan(4));
    }

    [Test]
    public async Task A_session_survives_the_death_of_its_server()
    {
        var process = await AddProcessAsync();
        _balancer.Use(process.Port);
        var client = await OpenAsync(_balancer.Address);
        await client.EmitWithAckAsync("join", "second");
        var id = (await client.GetStateAsync()).Id!;
        await _own.Io.EmitAsync("before", 1);
        await client.NextEventAsync("before");
        _balancer.Use(_own.Address.Port);
        await process.KillAsync();
        await client.NextEventAsync("disconnect");
        await _own.Io.To("second").EmitAsync("missed", 1);
        await _own.Io.Volatile.EmitAsync("volatile", 2);
        await _own.Io.To("second").EmitAsync("missed", 3);
        Assert.That((await client.NextEventAsync("missed")).Args[0].GetInt32(), Is.EqualTo(1));
        Assert.That((await client.NextEventAsync("missed")).Args[0].GetInt32(), Is.EqualTo(3));
        var state = await client.GetStateAsync();
        Assert.That((state.Recovered, state.Id), Is.EqualTo((true, id)));
        var rooms = (await client.EmitWithAckAsync("rooms"))[0].EnumerateArray().Select(static room => room.GetString());
        Assert.That(rooms, Is.EquivalentTo(new[] { id, "room", "second" }));
    }

    [Test]
    public async Task A_client_of_a_stopped_server_recovers_elsewhere_and_the_server_that_goes_on_changes_nothing()
    {
        var stopped = await AddProcessAsync();
        _balancer.Use(stopped.Port);
        var client = await OpenAsync(_balancer.Address);
        var id = (await client.GetStateAsync()).Id!;
        // stored by then
        await client.EmitWithAckAsync("join", "room");
        await _own.Io.EmitAsync("before", 1);
        await client.NextEventAsync("before");
        _balancer.Use(_own.Address.Port);
        stopped.Suspend();
        await _own.Io.EmitAsync("missed", 1);
        // the client notices by itself: no ping comes any more
        await client.NextEventAsync("missed");
        var state = await client.GetStateAsync();
        Assert.That((state.Recovered, state.Id), Is.EqualTo((true, id)));
        _own.Io.Sockets.TryGetValue(id, out var socket);
        await socket!.JoinAsync("later");
        stopped.Resume();

        // it lets go of what it still had, and has stored nothing over what is newer
        while ((await _own.Io.FetchSocketsAsync()) is not { IsComplete: true, Count: 1 })
            await Task.Delay(20);
        var next = await AddProcessAsync();
        _balancer.Use(next.Port);
        await client.CutTransportAsync();
        await client.NextEventAsync("disconnect");
        await _own.Io.EmitAsync("missed", 2);
        Assert.That((await client.NextEventAsync("missed")).Args[0].GetInt32(), Is.EqualTo(2));
        var rooms = (await client.EmitWithAckAsync("rooms"))[0].EnumerateArray().Select(static room => room.GetString());
        Assert.That(rooms, Is.EquivalentTo(new[] { id, "room", "later" }));
    }

    [Test]
    public async Task A_client_that_has_left_by_itself_and_joins_another_server_begins_anew()
    {
        var process = await AddProcessAsync();
        _balancer.Use(process.Port);
        var client = await OpenAsync(_balancer.Address);
        for (var i = 0; i < 5; i++)
        {
            await _own.Io.EmitAsync("before", i);
            await client.NextEventAsync("before");
            var id = (await client.GetStateAsync()).Id;
            _balancer.Use(i % 2 == 0 ? _own.Address.Port : process.Port);
            await client.DisconnectAsync();

            // it has another connection: what it says on the one may be read before what it said on the other
            while (await _own.Io.FetchSocketsAsync() is var found && (!found.IsComplete || found.Any(socket => socket.Id == id)))
                await Task.Delay(1);
            await client.ConnectAsync();
            await client.ConnectedAsync();
            var state = await client.GetStateAsync();
            Assert.That(state.Recovered, Is.False);
            Assert.That(state.Id, Is.Not.EqualTo(id));
        }
    }

    [Test]
    public async Task A_process_that_is_killed_or_stopped_with_requests_in_hand_costs_a_heartbeat_and_is_named([Values] bool killed)
    {
        var (alive, lost) = (await AddProcessAsync(), await AddProcessAsync());
        var client = await OpenAsync(alive.Address);
        await client.OnAckEchoAsync("echo");
        var (aliveId, lostId) = (await NodeIdAsync(alive), await NodeIdAsync(lost));
        while (await _own.Io.ServerSideEmitWithAckAsync<string>("who") is not { IsComplete: true, Count: 2 })
            await Task.Delay(20);
        lost.Suspend();
        var started = TimeProvider.System.GetTimestamp();
        var found = _own.Io.FetchSocketsAsync().AsTask();
        var answers = _own.Io.ServerSideEmitWithAckAsync<string>("who");
        var acks = _own.Io.Timeout(TimeSpan.FromMinutes(5)).EmitWithAckAsync<int>("echo", 5);
        if (killed)
            await lost.KillAsync();
        Assert.That((await found.WithDeadline()).Missing.Ids, Is.EqualTo(new[] { lostId }));
        Assert.That(await found, Has.Count.EqualTo(1));
        Assert.That(await answers.WithDeadline(), Is.EqualTo(new[] { aliveId }));
        Assert.That((await answers).Missing.Ids, Is.EqualTo(new[] { lostId }));
        Assert.That((await acks.WithDeadline()).Values, Is.EqualTo(new[] { 5 }));
        Assert.That((await acks).MissingServers.Ids, Is.EqualTo(new[] { lostId }));
        TestContext.Out.WriteLine($"{TimeProvider.System.GetElapsedTime(started).TotalSeconds:F1} s");
    }

    private void Add(SocketIoBuilder builder)
    {
        _ = kind != "postgres"
            ? builder.AddRedisStreams(
                Where, options => (options.Prefix, options.StreamName, options.StreamCount, options.MaxLength) = (_prefix, _prefix, Namespaces.Length, 1_000_000))
            : builder.AddPostgres(Where, options => (options.Prefix, options.LogTable, options.Recovery) = (_prefix, _prefix, true));
        // no test waits for the time-out of a request: the deadlines are shorter
        builder.ConfigureCluster(static options => options.RequestTimeout = TimeSpan.FromMinutes(5));
    }

    private async Task<ClusterProcess> AddProcessAsync(int eventsPerSecond = 0)
    {
        var process = await ClusterProcess.StartAsync(kind, Where, _prefix, eventsPerSecond);
        _processes.Add(process);
        return process;
    }

    private async Task<NodeClient> OpenAsync(Uri address)
    {
        var client = await Services.Clients.OpenAsync(address.ToString(), Options);
        _clients.Add(client);
        await client.ConnectedAsync();
        return client;
    }

    // the one of a process that has a client of its own for a moment
    private async Task<string> NodeIdAsync(ClusterProcess process)
    {
        var client = await Services.Clients.OpenAsync(process.Address.ToString(), new { transports = new[] { "websocket" } });
        await client.ConnectedAsync();
        var id = (await client.EmitWithAckAsync("id"))[0].GetString()!;
        await client.DisposeAsync();
        return id;
    }

    private string NamespaceOf(int client) => Namespaces[client % Namespaces.Length];

    private async Task<List<ClusterMessage>> ReadLogAsync(string namespaceName)
    {
        await using var link = _own.Services.GetRequiredService<Backplane>().Open(namespaceName, null);
        var log = new List<ClusterMessage>();
        await foreach (var entry in link.Log!.ReadAsync(kind == "postgres" ? "0" : "0-0", CancellationToken.None))
            log.Add(entry);
        return log;
    }

    private static string NameOf(ClusterMessage entry) => JsonElement.Parse(entry.Data.Json.Span)[0].GetString()!;

    private static bool IsFor(ClusterMessage entry, string socketId) =>
        entry.Rooms.Count == 0 || entry.Rooms.Contains("room") || entry.Rooms.Contains(socketId);

    // From a connect with a new id to the next such one.
    private static List<Life> LivesOf(NodeClient client)
    {
        var lives = new List<Life>();
        foreach (var received in client.Events)
        {
            if (received is { IsLifecycle: true, Name: "connect" })
            {
                var id = received.Args[0].GetString()!;
                if (lives.Count == 0 || lives[^1].Id != id)
                    lives.Add(new Life(id));
                lives[^1].Connects++;
            }
            else if (received is { IsLifecycle: false, Name: "e" or "own" or "end" })
            {
                // what is for the client alone may come before it has joined the room
                if (received.Name == "own" && lives[^1].Offsets.Count == 0)
                    continue;
                lives[^1].Offsets.Add(received.Args[^1].GetString()!);
                if (received.Name == "end")
                    break;
            }
        }
        return lives;
    }

    /// <summary>What a client got as one and the same.</summary>
    private sealed class Life(string id)
    {
        public string Id => id;

        public int Connects { get; set; }

        public List<string> Offsets { get; } = [];
    }
}
