using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using SocketIo.Cluster.InMemory;
using SocketIo.TestKit;

namespace SocketIo.Cluster.Tests.Servers;

/// <summary>Servers that die or hang with requests in hand, and a backplane that is away: as an application and its clients see it.</summary>
public sealed class FailureTests
{
    // No test waits for the time-out of a request: the deadlines are shorter.
    private static void Membership(ClusterOptions options)
    {
        options.HeartbeatInterval = TimeSpan.FromMilliseconds(200);
        options.HeartbeatTimeout = TimeSpan.FromSeconds(2);
        options.RequestTimeout = TimeSpan.FromMinutes(5);
    }

    [Test]
    public async Task A_server_that_dies_or_hangs_with_requests_in_hand_costs_a_heartbeat_and_is_named([Values] MemberKnowledge members, [Values] bool dies)
    {
        await using var servers = await StartAsync(new InMemoryClusterOptions { Members = members });
        var (ann, annSocket) = await servers.ConnectAsync(0);
        var (bob, bobSocket) = await servers.ConnectAsync(1);
        await servers.ConnectAsync(2);
        await ann.OnAckEchoAsync("echo");
        await bob.OnAckEchoAsync("echo");
        servers[1].Io.OnServerEvent("who", () => 1);
        servers[2].Io.OnServerEvent("who", () => 2);
        while (await servers[0].Io.ServerSideEmitWithAckAsync<int>("who") is not { IsComplete: true, Count: 2 })
            await Task.Yield();

        ExpectLoss(servers);
        servers.BackplaneOf(2).Hang();
        var found = servers[0].Io.FetchSocketsAsync().AsTask();
        var answers = servers[0].Io.ServerSideEmitWithAckAsync<int>("who");
        var acks = servers[0].Io.EmitWithAckAsync<int>("echo", 5);
        if (dies)
            servers.BackplaneOf(2).Kill();

        var lost = servers.BackplaneOf(2).NodeId;
        Assert.That((await found.WithDeadline()).Select(socket => socket.Id), Is.EquivalentTo(new[] { annSocket.Id, bobSocket.Id }));
        Assert.That((await found).Missing.Ids, Is.EqualTo(new[] { lost }));
        Assert.That(await answers.WithDeadline(), Is.EqualTo(new[] { 1 }));
        Assert.That((await answers).Missing.Ids, Is.EqualTo(new[] { lost }));
        Assert.That((await acks.WithDeadline()).Values, Is.EqualTo(new[] { 5, 5 }));
        Assert.That(((await acks).IsComplete, (await acks).MissingCount), Is.EqualTo((false, 0)));
        Assert.That((await acks).MissingServers.Ids, Is.EqualTo(new[] { lost }));
    }

    [Test]
    public async Task A_server_that_dies_after_its_clients_got_the_event_leaves_them_named_as_missing([Values] MemberKnowledge members)
    {
        await using var servers = await StartAsync(new InMemoryClusterOptions { Members = members });
        var (ann, _) = await servers.ConnectAsync(0);
        var (cyd, cydSocket) = await servers.ConnectAsync(2);
        await ann.OnAckEchoAsync("echo");
        while ((await servers[0].Io.FetchSocketsAsync()).Count < 2)
            await Task.Yield();

        ExpectLoss(servers);
        var acks = servers[0].Io.EmitWithAckAsync<int>("echo", 5);
        await cyd.NextEventAsync("echo");
        servers.BackplaneOf(2).Kill();
        var results = await acks.WithDeadline();
        Assert.That(results.Values, Is.EqualTo(new[] { 5 }));
        Assert.That(results.IsComplete, Is.False);

        // unless it was killed before the answer that names them had left
        if (results.MissingServers.None)
            Assert.That(results.Missing, Is.EqualTo(new[] { cydSocket.Id }));
    }

    [Test]
    public async Task While_the_backplane_is_away_own_clients_are_served_and_what_waits_arrives_once_when_it_is_back()
    {
        await using var servers = await StartAsync();
        var (ann, annSocket) = await servers.ConnectAsync(0);
        var (bob, _) = await servers.ConnectAsync(1);
        await ann.OnAckEchoAsync("echo");
        var io = servers[0].Io;
        servers[0].Log.Expect("The backplane in-memory is away");
        servers.BackplaneOf(0).Cut();
        await servers[1].Io.EmitAsync("lost");
        await io.EmitAsync("first", 1);
        await io.SocketsJoinAsync("room").AsTask().WithDeadline();
        await io.To("room").EmitAsync("second", 2);
        await io.ServerSideEmitAsync("later", [1]);
        var found = await io.FetchSocketsAsync().AsTask().WithDeadline();
        Assert.That(found.Select(socket => socket.Id), Is.EqualTo(new[] { annSocket.Id }));
        Assert.That(found.Missing.IsBackplaneAway);
        var acks = await io.EmitWithAckAsync<int>("echo", 3).WithDeadline();
        Assert.That(acks.Values, Is.EqualTo(new[] { 3 }));
        Assert.That((acks.IsComplete, acks.MissingServers.IsBackplaneAway), Is.EqualTo((false, true)));
        Assert.That((await io.ServerSideEmitWithAckAsync<int>("x").WithDeadline()).Missing.IsBackplaneAway);
        await ann.NextEventAsync("second");
        Assert.That(NamesOf(ann), Is.EqualTo(new[] { "first", "second", "echo" }).Or.EqualTo(new[] { "first", "second" }));

        servers.BackplaneOf(0).Restore();
        await bob.NextEventAsync("second");
        await io.EmitAsync("third");
        await bob.NextEventAsync("third");
        Assert.That(NamesOf(bob), Is.EqualTo(new[] { "lost", "first", "second", "third" }));
        await ann.NextEventAsync("third");
        Assert.That(NamesOf(ann), Is.EqualTo(new[] { "first", "second", "echo", "third" }));
    }

    [Test]
    public async Task A_server_that_starts_while_the_backplane_is_away_serves_its_clients_and_joins_the_others_later()
    {
        var cluster = new InMemoryCluster();
        await using var other = await TestServer.StartSocketIoAsync(build: app => app.Services.AddSocketIo().AddInMemoryCluster(cluster));
        var backplane = cluster.CreateBackplane();
        backplane.Cut();
        await using var server = await TestServer.StartSocketIoAsync(build: app => app.Services.AddSocketIo().AddBackplane(_ => backplane));
        server.Log.Expect("The backplane in-memory is away");
        var ann = await StockClients.Node.OpenAsync(server.Address.ToString());
        await ann.ConnectedAsync();
        await server.Io.EmitAsync("own");
        await ann.NextEventAsync("own");

        backplane.Restore();
        while ((await other.Io.FetchSocketsAsync()).Count == 0)
            await Task.Yield();
        await other.Io.EmitAsync("others");
        await ann.NextEventAsync("others");
    }

    [Test]
    public async Task What_waits_for_the_backplane_is_bounded_and_what_is_dropped_is_told()
    {
        await using var servers = await ServerCluster.StartAsync(2, membership: options => options.MaxQueuedBytes = 10_000);
        var (ann, _) = await servers.ConnectAsync(0);
        var (bob, _) = await servers.ConnectAsync(1);
        servers[0].Log.Expect("The backplane in-memory is away");
        servers[0].Log.Expect("messages for other servers were lost");
        servers.BackplaneOf(0).Cut();
        for (var i = 0; i < 100; i++)
            await servers[0].Io.EmitAsync("n", i, new string('x', 1000));
        await Deadlines.Eventually(() => ann.Events.Count(e => e.Name == "n") == 100);
        servers.BackplaneOf(0).Restore();
        await servers[0].Io.EmitAsync("end");
        await bob.NextEventAsync("end");
        var arrived = bob.Events.Where(e => e.Name == "n").Select(e => e.Args[0].GetInt32()).ToArray();
        Assert.That(arrived, Is.EqualTo(Enumerable.Range(0, arrived.Length)));
        Assert.That(arrived.Length, Is.InRange(1, 10));
        await Deadlines.Eventually(() => servers[0].Log.Entries.Any(entry => entry.Message.Contains("were lost", StringComparison.Ordinal)));
    }

    [Test]
    public async Task A_health_check_and_metrics_say_whether_the_backplane_is_away()
    {
        await using var servers = await ServerCluster.StartAsync(1);
        var server = await servers.AddAsync(app => app.Services.AddHealthChecks().AddSocketIoCluster());
        var health = server.Services.GetRequiredService<HealthCheckService>();
        Assert.That((await health.CheckHealthAsync()).Status, Is.EqualTo(HealthStatus.Healthy));
        Assert.That(server.Gauge("socketio.cluster.connected"), Is.EqualTo(1));

        server.Log.Expect("The backplane in-memory is away");
        server.Log.Expect("Health check socketio-cluster");
        servers.BackplaneOf(1).Cut();
        var report = await health.CheckHealthAsync();
        Assert.That(report.Status, Is.EqualTo(HealthStatus.Degraded));
        Assert.That(report.Entries["socketio-cluster"].Description, Is.EqualTo("The backplane is away: cut off"));
        Assert.That(report.Entries["socketio-cluster"].Data["backplane"], Is.EqualTo("in-memory"));
        Assert.That(server.Gauge("socketio.cluster.connected"), Is.Zero);
        await server.Io.EmitAsync("waits");
        Assert.That(server.Gauge("socketio.cluster.queued"), Is.Positive);

        servers.BackplaneOf(1).Restore();
        Assert.That((await health.CheckHealthAsync()).Status, Is.EqualTo(HealthStatus.Healthy));
    }

    [Test]
    public async Task A_server_that_stops_is_not_given_up_as_silent([Values] MemberKnowledge members)
    {
        await using var servers = await StartAsync(new InMemoryClusterOptions { Members = members });
        foreach (var server in servers.All)
            server.Io.OnServerEvent("who", () => 1);
        while (await servers[0].Io.ServerSideEmitWithAckAsync<int>("who") is not { IsComplete: true, Count: 2 })
            await Task.Yield();

        var stopped = servers.BackplaneOf(2).NodeId;
        await servers[2].StopAsync();
        await Told(servers[0], $"Node {stopped} has left.");
        Assert.That(await servers[0].Io.ServerSideEmitWithAckAsync<int>("who"), Is.EqualTo(new[] { 1 }));

        // one that is heard longer and then is silent shows when the other would have been given up
        var killed = servers.BackplaneOf(1).NodeId;
        ExpectLoss(servers);
        servers.BackplaneOf(1).Kill();
        await Told(servers[0], $"Node {killed} was silent for too long and is given up.");
        Assert.That(servers[0].Log.Entries.Count(entry => entry.Message.Contains(stopped, StringComparison.Ordinal)), Is.EqualTo(1));

        static Task Told(TestServer server, string line) => Deadlines.Eventually(() => server.Log.Entries.Any(entry => entry.Message == line));
    }

    private static Task<ServerCluster> StartAsync(InMemoryClusterOptions? cluster = null) => ServerCluster.StartAsync(3, cluster: cluster, membership: Membership);

    private static void ExpectLoss(ServerCluster servers)
    {
        foreach (var server in servers.All)
            server.Log.Expect("was silent for too long and is given up");
    }

    private static string[] NamesOf(NodeClient client) => [.. client.Events.Where(received => !received.IsLifecycle).Select(received => received.Name)];
}
