using System.Collections.Concurrent;
using SocketIo.Cluster.InMemory;
using SocketIo.TestKit;

namespace SocketIo.Cluster.Tests.Servers;

/// <summary>Clients that come back to another server, or after theirs was killed, on a backplane that keeps a log.</summary>
public sealed class RecoveryTests
{
    [Test]
    public async Task A_client_that_comes_back_to_another_server_has_its_rooms_data_and_what_it_missed()
    {
        await using var servers = await StartAsync();
        await using var client = await RecoveringClient.OpenAsync(servers, 0);
        await client.Socket.JoinAsync("room");
        client.Socket.Data["name"] = "Ada";
        client.Socket.Data["picture"] = new byte[] { 1, 2 };
        await servers[1].Io.EmitAsync("before", 0);
        await client.NamesAsync(1);

        await client.CutAsync();
        await servers[0].Io.EmitAsync("all", 1);
        await servers[1].Io.To("room").EmitAsync("room", "text");
        await servers[1].Io.Except("room").EmitAsync("others");
        await servers[1].Io.Volatile.EmitAsync("volatile");
        await client.Socket.EmitAsync("own", 4);

        Assert.That(await client.ComeBackAsync(1), Is.True);
        Assert.That(await client.NamesAsync(3), Is.EquivalentTo(new[] { "all", "room", "own" }), "of two servers, so in any order");
        var socket = servers[1].Io.Sockets[client.Id];
        Assert.That(socket.Recovered);
        Assert.That(socket.Rooms, Is.EquivalentTo(new[] { client.Id, "room" }));
        Assert.That(socket.Data["name"], Is.EqualTo("Ada"));
        Assert.That(socket.Data["picture"], Is.EqualTo(new byte[] { 1, 2 }));
        await servers[0].Io.To("room").EmitAsync("after");
        Assert.That(await client.NamesAsync(1), Is.EqualTo(new[] { "after" }));
    }

    [Test]
    public async Task A_stock_client_recovers_when_its_server_is_replaced_by_a_new_one()
    {
        await using var servers = await StartAsync();
        var (client, socket) = await servers.ConnectAsync(0, options: new
        {
            transports = new[] { "websocket" }, reconnection = true, reconnectionDelay = 50, reconnectionDelayMax = 50,
        });
        await socket.JoinAsync("room");
        await servers[0].Io.EmitAsync("before", 1);
        await client.NextEventAsync("before");
        await servers[0].StopAsync();
        await client.NextEventAsync("disconnect");
        await servers[1].Io.To("room").EmitAsync("missed", 1);
        await servers[1].Io.To("room").EmitAsync("missed", 2);
        await servers.AddAsync(port: servers[0].Address.Port);
        for (var i = 1; i <= 2; i++)
            Assert.That((await client.NextEventAsync("missed")).Args[0].GetInt32(), Is.EqualTo(i));
        var state = await client.GetStateAsync();
        Assert.That((state.Recovered, state.Id), Is.EqualTo((true, socket.Id)));
        Assert.That((await servers.FindAsync(2, client)).Rooms, Is.EquivalentTo(new[] { socket.Id, "room" }));
    }

    [Test]
    public async Task A_client_whose_server_was_killed_comes_back_to_another_with_everything()
    {
        await using var servers = await StartAsync();
        await using var client = await RecoveringClient.OpenAsync(servers, 0);
        await client.Socket.JoinAsync("room");
        await servers[0].Io.EmitAsync("before");
        await client.NamesAsync(1);

        servers.BackplaneOf(0).Kill();
        await servers[1].Io.To("room").EmitAsync("missed", 1);
        await servers[1].Io.To("room").EmitAsync("missed too", 2);
        Assert.That(await client.ComeBackAsync(1), Is.True);
        Assert.That(await client.NamesAsync(2), Is.EqualTo(new[] { "missed", "missed too" }));
    }

    [Test]
    public async Task A_client_that_got_events_of_a_room_that_was_not_saved_starts_anew_if_its_server_is_killed([Values] bool killed, [Values] bool savedLater)
    {
        var faults = new InMemoryFaults();
        await using var servers = await StartAsync(faults: faults);
        await using var client = await RecoveringClient.OpenAsync(servers, 0);
        await client.Socket.JoinAsync("first");
        faults.SaveFailureRate = 1;
        await client.Socket.JoinAsync("second");
        await servers[1].Io.To("second").EmitAsync("before");
        await client.NamesAsync(1);
        faults.SaveFailureRate = 0;
        if (savedLater)
            await client.Socket.JoinAsync("third");

        if (killed)
            servers.BackplaneOf(0).Kill();
        else
            await client.CutAsync();
        await servers[1].Io.To("second").EmitAsync("missed");
        Assert.That(await client.ComeBackAsync(1), Is.EqualTo(!killed || savedLater));
        if (!killed || savedLater)
            Assert.That(await client.NamesAsync(1), Is.EqualTo(new[] { "missed" }));
    }

    [Test]
    public async Task A_client_whose_server_is_killed_before_its_connection_handlers_have_ended_starts_anew([Values] bool ended)
    {
        var joined = new TaskCompletionSource();
        await using var servers = await StartAsync(configure: io => io.OnConnection(async socket =>
        {
            if (socket.Recovered)
                return;
            await socket.JoinAsync("first");
            await joined.Task;
            await socket.JoinAsync("second");
        }));
        await using var client = await RecoveringClient.OpenAsync(servers, 0);
        await Deadlines.Eventually(() => client.Socket.Rooms.Contains("first"));
        await servers[1].Io.To("first").EmitAsync("before");
        await client.NamesAsync(1);
        if (ended)
        {
            joined.SetResult();
            await Deadlines.Eventually(() => client.Socket.Rooms.Contains("second"));
            await Deadlines.EventuallyAsync(async () => await StoredAsync(servers, client) is { Rooms.Count: 3 });
        }
        servers.BackplaneOf(0).Kill();
        await servers[1].Io.To("second").EmitAsync("missed");
        Assert.That(await client.ComeBackAsync(1), Is.EqualTo(ended));
        if (ended)
            Assert.That(await client.NamesAsync(1), Is.EqualTo(new[] { "missed" }));
        joined.TrySetResult();
    }

    [Test]
    public async Task A_client_whose_connection_handlers_do_not_end_is_saved_all_the_same()
    {
        var end = new TaskCompletionSource();
        await using var servers = await StartAsync(configure: io => io.OnConnection(async socket =>
        {
            await socket.JoinAsync("room");
            await end.Task;
        }));
        await using var client = await RecoveringClient.OpenAsync(servers, 0);
        await Deadlines.EventuallyAsync(async () => await StoredAsync(servers, client) is { Rooms.Count: 2 });
        end.SetResult();
    }

    [Test]
    public async Task A_session_is_not_saved_while_it_lives_unless_the_option_says_so()
    {
        await using var servers = await StartAsync(membership: static options => options.SaveLiveSessions = false);
        await using var client = await RecoveringClient.OpenAsync(servers, 0);
        await servers[0].Io.EmitAsync("before");
        await client.NamesAsync(1);
        servers.BackplaneOf(0).Kill();
        Assert.That(await client.ComeBackAsync(1), Is.False);

        // one that has left its server properly is
        await using var other = await RecoveringClient.OpenAsync(servers, 1);
        await servers[1].Io.EmitAsync("before");
        await other.NamesAsync(1);
        await other.CutAsync();
        await Deadlines.Eventually(() => servers[1].Io.Sockets.Count == 1);
        var third = await servers.AddAsync();
        Assert.That(third.Io.Sockets, Is.Empty);
        Assert.That(await other.ComeBackAsync(2), Is.True);
    }

    [Test]
    public async Task The_server_that_still_has_the_client_lets_it_go_and_a_client_recovers_many_times()
    {
        await using var servers = await StartAsync();
        await using var client = await RecoveringClient.OpenAsync(servers, 0);
        await servers[0].Io.EmitAsync("n", 0);
        await client.NamesAsync(1);
        for (var i = 1; i <= 6; i++)
        {
            // the old connection stays open, as if the server had not noticed
            await servers[1].Io.EmitAsync("n", i);
            Assert.That(await client.ComeBackAsync(i % 2), Is.True);
            Assert.That(await client.NamesAsync(1), Is.EqualTo(new[] { "n" }));
            var old = servers[(i + 1) % 2];
            await Deadlines.Eventually(() => old.Io.Sockets.Count == 0);
            Assert.That((await servers[i % 2].Io.FetchSocketsAsync()).Select(socket => socket.Id), Is.EqualTo(new[] { client.Id }));
        }
    }

    [Test]
    public async Task A_client_that_missed_what_the_log_has_no_more_starts_anew()
    {
        await using var servers = await StartAsync(logSize: 5);
        await using var client = await RecoveringClient.OpenAsync(servers, 0);
        await servers[0].Io.EmitAsync("before");
        await client.NamesAsync(1);
        servers.BackplaneOf(0).Kill();
        for (var i = 0; i < 10; i++)
            await servers[1].Io.EmitAsync("missed", i);
        await using var witness = await RecoveringClient.OpenAsync(servers, 1);
        var third = await servers.AddAsync();
        Assert.That(third.Io.Sockets, Is.Empty);
        Assert.That(await client.ComeBackAsync(2), Is.False);
    }

    [TestCase("999999")]
    [TestCase("-")]
    [TestCase("no offset")]
    [TestCase("1!1000000")]
    [TestCase("1!-1")]
    [TestCase("!1")]
    public async Task An_offset_that_no_server_gave_recovers_nothing(string offset)
    {
        await using var servers = await StartAsync();
        await using var client = await RecoveringClient.OpenAsync(servers, 0);
        await servers[0].Io.EmitAsync("before");
        await client.NamesAsync(1);
        await client.CutAsync();
        Assert.That(await client.ComeBackAsync(1, offset), Is.False);
    }

    [Test]
    public async Task A_client_that_the_server_or_itself_disconnected_does_not_recover([Values] bool byServer)
    {
        await using var servers = await StartAsync();
        await using var client = await RecoveringClient.OpenAsync(servers, 0);
        await servers[0].Io.EmitAsync("before");
        await client.NamesAsync(1);
        if (byServer)
            await client.Socket.DisconnectAsync();
        else
            await client.SendAsync("41");
        await Deadlines.Eventually(() => servers[0].Io.Sockets.Count == 0);
        await servers[1].Io.EmitAsync("missed");
        Assert.That(await client.ComeBackAsync(0), Is.False);
    }

    [Test]
    public async Task A_client_that_left_by_itself_and_joins_elsewhere_at_once_does_not_recover()
    {
        await using var servers = await StartAsync();
        for (var i = 0; i < 20; i++)
        {
            await using var client = await RecoveringClient.OpenAsync(servers, 0);
            await servers[0].Io.EmitAsync("before");
            await client.NamesAsync(1);

            // what is to be saved waits behind what is being saved
            for (var room = 0; room < 10; room++)
                await client.Socket.JoinAsync($"room {room}");
            var first = client.Id;
            await client.SendAsync("41");

            // it has two connections, of which the servers may read in any order; from here on the first is known
            var left = client.Socket;
            await Deadlines.Eventually(() => !left.IsConnected);
            Assert.That(await client.ComeBackAsync(1), Is.False);
            Assert.That(client.Id, Is.Not.EqualTo(first));
        }
    }

    [Test]
    public async Task A_client_that_comes_back_elsewhere_while_its_server_still_has_it_brings_the_rooms_that_it_has_now()
    {
        await using var servers = await StartAsync();
        await using var client = await RecoveringClient.OpenAsync(servers, 0);
        await servers[0].Io.EmitAsync("before");
        await client.NamesAsync(1);
        for (var i = 1; i <= 10; i++)
        {
            // not waited for: it is not stored yet when the client is there
            client.Socket.Data["round"] = i;
            _ = client.Socket.JoinAsync($"room {i}").AsTask();
            Assert.That(await client.ComeBackAsync(i % 2), Is.True);
            Assert.That(client.Socket.Rooms, Is.SupersetOf(Enumerable.Range(1, i).Select(static number => $"room {number}")));
            Assert.That(client.Socket.Data["round"], Is.EqualTo(i));
        }
    }

    [Test]
    public async Task A_server_that_hung_and_goes_on_does_not_replace_what_is_stored_of_a_client_that_has_gone_elsewhere()
    {
        await using var servers = await StartAsync(3, membership: static options => options.HeartbeatTimeout = TimeSpan.FromSeconds(2));
        foreach (var server in servers.All)
            server.Log.Expect("was silent for too long");
        await using var client = await RecoveringClient.OpenAsync(servers, 0);
        await client.Socket.JoinAsync("old");
        await servers[1].Io.EmitAsync("before");
        await client.NamesAsync(1);
        var old = client.Socket;
        servers.BackplaneOf(0).Hang();
        Assert.That(await client.ComeBackAsync(1), Is.True);
        await client.Socket.LeaveAsync("old");
        await client.Socket.JoinAsync("new");

        // it saves as if it still had the client, before it hears that it has not
        await using var link = servers.BackplaneOf(1).Open("/", null);
        await link.Log!.SaveAsync(
            new StoredSession { Pid = client.Pid, SocketId = old.Id, Rooms = RoomNames.Create(["old"]) }, TimeSpan.FromMinutes(1), CancellationToken.None);
        Assert.That(await client.ComeBackAsync(2), Is.True);
        Assert.That(client.Socket.Rooms, Is.EquivalentTo(new[] { client.Id, "new" }));
    }

    [Test]
    public async Task What_is_sent_while_the_backplane_is_away_reaches_own_clients_at_once_and_the_others_later_each_once()
    {
        await using var servers = await StartAsync();
        await using var own = await RecoveringClient.OpenAsync(servers, 0);
        await using var other = await RecoveringClient.OpenAsync(servers, 1);
        await servers[0].Io.EmitAsync("first");
        await own.NamesAsync(1);
        await other.NamesAsync(1);
        servers[0].Log.Expect("The backplane in-memory is away");
        servers.BackplaneOf(0).Cut();
        await servers[0].Io.EmitAsync("away", 1);
        await own.Socket.EmitAsync("mine");
        Assert.That(await own.NamesAsync(2), Is.EqualTo(new[] { "away", "mine" }));
        await servers[1].Io.EmitAsync("meanwhile");
        Assert.That(await other.NamesAsync(1), Is.EqualTo(new[] { "meanwhile" }));
        servers.BackplaneOf(0).Restore();
        Assert.That(await other.NamesAsync(1), Is.EqualTo(new[] { "away" }));
        Assert.That(await own.NamesAsync(1), Is.EqualTo(new[] { "meanwhile" }));
        await servers[0].Io.EmitAsync("last");
        Assert.That(await own.NamesAsync(1), Is.EqualTo(new[] { "last" }));
        Assert.That(await other.NamesAsync(1), Is.EqualTo(new[] { "last" }));

        // it has an offset again, and nothing that it got without one comes again
        await own.CutAsync();
        await servers[1].Io.EmitAsync("missed");
        Assert.That(await own.ComeBackAsync(1), Is.True);
        Assert.That(await own.NamesAsync(1), Is.EqualTo(new[] { "missed" }));
    }

    [Test]
    public async Task A_client_that_comes_to_a_server_gets_what_that_could_not_send_yet()
    {
        await using var servers = await StartAsync();
        await using var client = await RecoveringClient.OpenAsync(servers, 0);
        await using var witness = await RecoveringClient.OpenAsync(servers, 1);
        await client.Socket.JoinAsync("room");
        await witness.Socket.JoinAsync("room");
        await servers[0].Io.EmitAsync("before");
        await client.NamesAsync(1);
        await witness.NamesAsync(1);
        servers[1].Log.Expect("The backplane in-memory is away");
        servers.BackplaneOf(1).Cut();
        for (var i = 0; i < 3; i++)
            await servers[1].Io.To("room").EmitAsync($"waiting {i}");
        Assert.That(await witness.NamesAsync(3), Is.EqualTo(new[] { "waiting 0", "waiting 1", "waiting 2" }));
        await client.CutAsync();
        Assert.That(await client.ComeBackAsync(1), Is.True);
        servers.BackplaneOf(1).Restore();
        Assert.That(await client.NamesAsync(3), Is.EqualTo(new[] { "waiting 0", "waiting 1", "waiting 2" }));
        await servers[0].Io.To("room").EmitAsync("after");
        Assert.That(await client.NamesAsync(1), Is.EqualTo(new[] { "after" }));
        Assert.That(await witness.NamesAsync(1), Is.EqualTo(new[] { "after" }), "and nothing twice");
    }

    [Test]
    public async Task A_client_that_got_own_events_ahead_of_the_log_gets_no_offset_before_they_have_come_from_it()
    {
        await using var servers = await StartAsync();
        await using var client = await RecoveringClient.OpenAsync(servers, 1);
        await servers[0].Io.EmitAsync("before");
        await client.NamesAsync(1);
        servers[1].Log.Expect("The backplane in-memory is away");
        servers.BackplaneOf(1).Cut();
        await servers[1].Io.EmitAsync("own");
        await servers[0].Io.EmitAsync("other");
        Assert.That(await client.NamesAsync(1), Is.EqualTo(new[] { "own" }));
        servers.BackplaneOf(1).Restore();
        Assert.That(await client.NamesAsync(1), Is.EqualTo(new[] { "other" }));

        // by the offset of "other" it would get "own" again
        await client.CutAsync();
        Assert.That(await client.ComeBackAsync(0), Is.False);
    }

    [Test]
    public async Task An_own_event_that_was_dropped_for_the_others_holds_up_no_offset()
    {
        await using var servers = await StartAsync(membership: static options => options.MaxQueuedBytes = 5_000);
        await using var client = await RecoveringClient.OpenAsync(servers, 1);
        await servers[0].Io.EmitAsync("before");
        await client.NamesAsync(1);
        servers[1].Log.Expect("The backplane in-memory is away");
        servers[1].Log.Expect("messages for other servers were lost");
        servers.BackplaneOf(1).Cut();
        await servers[1].Io.EmitAsync("own", new string('x', 10_000));
        await servers[0].Io.EmitAsync("other");
        servers.BackplaneOf(1).Restore();
        Assert.That(await client.NamesAsync(2), Is.EqualTo(new[] { "own", "other" }));
        await client.CutAsync();
        Assert.That(await client.ComeBackAsync(0), Is.True);
        await servers[0].Io.EmitAsync("after");
        Assert.That(await client.NamesAsync(1), Is.EqualTo(new[] { "after" }));
    }

    [TestCase("disconnect")]
    [TestCase("disconnect all")]
    [TestCase("leave")]
    [TestCase("leave all")]
    public async Task What_is_emitted_before_a_socket_leaves_or_is_disconnected_reaches_it(string end)
    {
        await using var servers = await StartAsync(faults: new InMemoryFaults { MaxDelay = TimeSpan.FromMilliseconds(50) });
        for (var round = 0; round < 10; round++)
        {
            await using var client = await RecoveringClient.OpenAsync(servers, 0);
            await client.Socket.JoinAsync("room");
            var io = servers[0].Io;
            await io.To("room").EmitAsync("last");
            var ending = end switch
            {
                "disconnect" => client.Socket.DisconnectAsync(),
                "disconnect all" => io.In("room").DisconnectSocketsAsync(),
                "leave" => client.Socket.LeaveAsync("room"),
                _ => io.In("room").SocketsLeaveAsync("room"),
            };
            await ending.AsTask().WithDeadline();
            Assert.That(await client.NamesAsync(1), Is.EqualTo(new[] { "last" }));
            Assert.That(client.Socket.Rooms, Has.None.EqualTo("room"));
        }
    }

    [Test]
    public async Task A_client_that_loses_its_connection_while_the_backplane_is_away_is_not_told_that_it_has_everything()
    {
        await using var servers = await StartAsync();
        await using var client = await RecoveringClient.OpenAsync(servers, 0);
        await servers[0].Io.EmitAsync("first");
        await client.NamesAsync(1);
        servers[0].Log.Expect("The backplane in-memory is away");
        servers.BackplaneOf(0).Cut();
        await servers[0].Io.EmitAsync("away");
        await client.NamesAsync(1);
        await client.CutAsync();
        Assert.That(await client.ComeBackAsync(1), Is.False);
    }

    [Test]
    public async Task What_one_thread_emits_arrives_in_its_order_by_the_log_and_beside_it()
    {
        await using var servers = await StartAsync();
        await using var client = await RecoveringClient.OpenAsync(servers, 0);
        List<string> expected = [];
        for (var i = 0; i < 50; i++)
        {
            await servers[0].Io.EmitAsync($"all {i}");
            await client.Socket.EmitAsync($"own {i}");
            _ = client.Socket.Timeout(TimeSpan.FromMilliseconds(50)).EmitWithAckAsync($"ask {i}").ContinueWith(static asked => asked.Exception, TaskScheduler.Default);
            await servers[0].Io.Local.EmitAsync($"local {i}");
            _ = servers[0].Io.Timeout(TimeSpan.FromMilliseconds(50)).EmitWithAckAsync($"ask all {i}");
            expected.AddRange([$"all {i}", $"own {i}", $"ask {i}", $"local {i}", $"ask all {i}"]);
        }
        Assert.That(await client.NamesAsync(expected.Count), Is.EqualTo(expected));
    }

    [Test]
    public async Task Under_a_steady_stream_with_servers_that_are_killed_nobody_who_recovered_has_missed_anything()
    {
        const int Clients = 8;
        await using var servers = await StartAsync(count: 2);
        var clients = new List<RecoveringClient>();
        for (var i = 0; i < Clients; i++)
        {
            clients.Add(await RecoveringClient.OpenAsync(servers, 0));
            await clients[i].Socket.JoinAsync("room");
        }
        using var stop = new CancellationTokenSource();
        var sent = new ConcurrentQueue<string>();
        var stream = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                sent.Enqueue($"e{i}");
                await servers[1].Io.To("room").EmitAsync($"e{i}");
                await Task.Delay(1);
            }
        });
        foreach (var client in clients)
            await client.NamesAsync(3);
        var recovered = 0;
        servers.BackplaneOf(0).Kill();
        for (var round = 1; round <= 3; round++)
        {
            await servers.AddAsync();
            var to = round + 1;
            await Task.WhenAll(clients.Select(async client =>
            {
                if (!await client.ComeBackAsync(to))
                    return;
                Interlocked.Increment(ref recovered);
                await client.NamesAsync(20);
            }));
            if (round < 3)
                servers.BackplaneOf(to).Kill();
        }
        await stop.CancelAsync();
        await stream;
        await servers[1].Io.EmitAsync("end");
        Assert.That(recovered, Is.EqualTo(Clients * 3));
        foreach (var client in clients)
        {
            await client.UntilAsync("end");
            var got = client.All.Where(static name => name != "end").ToArray();
            Assert.That(got, Is.EqualTo(sent.SkipWhile(name => name != got[0])), "each once, in order, without a gap");
            await client.DisposeAsync();
        }
    }

    private static async Task<StoredSession?> StoredAsync(ServerCluster servers, RecoveringClient client)
    {
        await using var link = servers.BackplaneOf(1).Open("/", null);
        return await link.Log!.FindAsync(client.Pid, CancellationToken.None);
    }

    private static Task<ServerCluster> StartAsync(
        int count = 2, int logSize = 100_000, Action<ClusterOptions>? membership = null, InMemoryFaults? faults = null, Action<SocketIoServer>? configure = null) => ServerCluster.StartAsync(
        count, configure, new InMemoryClusterOptions { LogSize = logSize, Serialize = true, Faults = faults ?? new InMemoryFaults() },
        options: static options => options.ConnectionStateRecovery = new ConnectionStateRecoveryOptions(), membership: membership);
}
