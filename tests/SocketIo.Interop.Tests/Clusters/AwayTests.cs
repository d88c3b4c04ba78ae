using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using SocketIo.Cluster;
using SocketIo.TestKit;

namespace SocketIo.Interop.Tests.Clusters;

/// <summary>A Redis or PostgreSQL that is killed, started again under load, and reached late: as servers and stock clients see it.</summary>
[TestFixture("classic")]
[TestFixture("sharded")]
[TestFixture("streams")]
[TestFixture("postgres")]
[TestFixture("postgres-log")]
public class AwayTests(string kind)
{
    private RedisServer? _redis;
    private PostgresServer? _postgres;

    private bool IsPostgres => kind.StartsWith("postgres", StringComparison.Ordinal);

    // a log keeps what is sent meanwhile, if its data is kept
    private bool Keeps => kind is "streams" or "postgres-log";

    [TearDown]
    public async Task EndAsync()
    {
        if (_redis is not null)
            await _redis.DisposeAsync();
        if (_postgres is not null)
            await _postgres.DisposeAsync();
        (_redis, _postgres) = (null, null);
    }

    [Test]
    public async Task Under_load_own_clients_get_everything_once_and_the_others_nothing_twice_and_it_heals_by_itself()
    {
        await StartServiceAsync();
        await using var one = await StartServerAsync();
        await using var two = await StartServerAsync();
        var health = one.Services.GetRequiredService<HealthCheckService>();
        await using var ann = await OpenAsync(one);
        await using var bob = await OpenAsync(two);
        while (await one.Io.FetchSocketsAsync() is not { IsComplete: true, Count: 2 })
            await Task.Delay(10);
        Assert.That((await health.CheckHealthAsync()).Status, Is.EqualTo(HealthStatus.Healthy));
        Expect(one, two);

        using var end = new CancellationTokenSource();
        var count = 0;
        var load = Task.Run(async () =>
        {
            for (; !end.IsCancellationRequested; count++)
            {
                await one.Io.EmitAsync("n", count);
                await one.Io.SocketsJoinAsync("room");
                await Task.Delay(2);
            }
        });
        await bob.NextEventAsync("n");
        await KillServiceAsync();
        await Deadlines.Eventually(() => !Of(one).State.IsConnected && !Of(two).State.IsConnected);
        Assert.That((await health.CheckHealthAsync()).Status, Is.EqualTo(HealthStatus.Degraded));
        Assert.That(one.Gauge("socketio.cluster.connected"), Is.Zero);
        Assert.That(one.Log.Entries.Any(static entry => entry.Message.Contains("is away", StringComparison.Ordinal)));
        // nobody who asks waits for it, nor is there an exception
        var found = await one.Io.FetchSocketsAsync().AsTask().WithDeadline();
        Assert.That((found.Count, found.Missing.IsBackplaneAway), Is.EqualTo((1, true)));
        Assert.That((await one.Io.ServerSideEmitWithAckAsync<int>("x").WithDeadline()).Missing.IsBackplaneAway);
        var before = Numbers(ann).Length;
        await Deadlines.Eventually(() => Numbers(ann).Length > before + 50);

        await StartServiceAgainAsync();
        await Deadlines.Eventually(() => Of(one).State.IsConnected && Of(two).State.IsConnected);
        while (await one.Io.FetchSocketsAsync() is not { IsComplete: true, Count: 2 })
            await Task.Delay(10);
        await end.CancelAsync();
        await load.WithDeadline();
        await one.Io.EmitAsync("end");
        await ann.NextEventAsync("end");
        await bob.NextEventAsync("end");
        await two.Io.EmitAsync("back");
        await ann.NextEventAsync("back");
        Assert.That(Numbers(ann), Is.EqualTo(Enumerable.Range(0, count)));
        Assert.That(Numbers(bob), Is.Ordered.And.Unique);
        if (Keeps)
            Assert.That(Numbers(bob), Is.EqualTo(Enumerable.Range(Numbers(bob)[0], count - Numbers(bob)[0])), "none is lost");
        Assert.That((await health.CheckHealthAsync()).Status, Is.EqualTo(HealthStatus.Healthy));
        Assert.That(one.Gauge("socketio.cluster.connected"), Is.EqualTo(1));
        Assert.That(one.Gauge("socketio.cluster.queued"), Is.Zero);
    }

    [Test]
    public async Task A_server_that_reaches_it_late_serves_its_clients_and_joins_the_others_by_itself()
    {
        await StartServiceAsync();
        await KillServiceAsync();
        await using var one = await StartServerAsync();
        Expect(one);
        await using var ann = await OpenAsync(one);
        await one.Io.EmitAsync("own", 1);
        await ann.NextEventAsync("own");
        Assert.That((await one.Io.FetchSocketsAsync()).Missing.IsBackplaneAway);

        await StartServiceAgainAsync();
        await using var two = await StartServerAsync();
        Expect(two);
        await using var bob = await OpenAsync(two);
        while (await one.Io.FetchSocketsAsync() is not { IsComplete: true, Count: 2 })
            await Task.Delay(10);
        await two.Io.EmitAsync("others", 1);
        await ann.NextEventAsync("others");
        await one.Io.EmitAsync("others", 2);
        await bob.NextEventAsync("others");
        Assert.That(ann.Events.Count(static e => e.Name == "own"), Is.EqualTo(1));
        Assert.That(Names(bob).Count(static name => name == "own"), Is.LessThanOrEqualTo(1));
    }

    [Test]
    public async Task It_heals_also_when_every_line_of_the_log_throws()
    {
        using var log = new ThrowingLog();
        await StartServiceAsync();
        await using var one = await StartServerAsync(log);
        await using var two = await StartServerAsync(log);
        Expect(one, two);
        await using var bob = await OpenAsync(two);
        await KillServiceAsync();
        await Deadlines.Eventually(() => !Of(one).State.IsConnected && !Of(two).State.IsConnected);
        await StartServiceAgainAsync();
        while (await one.Io.FetchSocketsAsync() is not { IsComplete: true, Count: 1 })
            await Task.Delay(10);
        await one.Io.EmitAsync("back");
        await bob.NextEventAsync("back");
        Assert.That(log.Lines, Is.Positive);
    }

    private async Task StartServiceAsync()
    {
        if (IsPostgres)
            _postgres = await PostgresServer.StartAsync();
        else
            _redis = await RedisServer.StartAsync("appendonly yes", "appendfsync always");
    }

    private Task KillServiceAsync() => IsPostgres ? _postgres!.KillAsync() : _redis!.KillAsync();

    private Task StartServiceAgainAsync() => IsPostgres ? _postgres!.StartAsync() : _redis!.StartAsync();

    private Task<TestServer> StartServerAsync(ILoggerProvider? log = null) => TestServer.StartSocketIoAsync(
        options: options =>
        {
            if (Keeps)
                options.ConnectionStateRecovery = new ConnectionStateRecoveryOptions();
        },
        build: builder =>
        {
            if (log is not null)
                builder.Logging.AddProvider(log);
            Add(builder);
            builder.Services.AddHealthChecks().AddSocketIoCluster();
        });

    private void Add(WebApplicationBuilder builder)
    {
        var io = builder.Services.AddSocketIo();
        _ = kind switch
        {
            "classic" => io.AddRedis(_redis!.Endpoint),
            "sharded" => io.AddRedisSharded(_redis!.Endpoint),
            "streams" => io.AddRedisStreams(_redis!.Endpoint),
            "postgres" => io.AddPostgres(_postgres!.ConnectionString),
            _ => io.AddPostgres(_postgres!.ConnectionString, static options => options.Recovery = true),
        };
    }

    private static void Expect(params TestServer[] servers)
    {
        foreach (var server in servers)
        {
            foreach (var text in new[]
            {
                "is away", "Health check socketio-cluster", "messages for other servers were lost", "could not be opened on the backplane", "could not be counted",
                "was silent for too long", "of the backplane failed",
            })
                server.Log.Expect(text);
        }
    }

    private static async Task<NodeClient> OpenAsync(TestServer server)
    {
        var client = await Services.Clients.OpenAsync(server.Address.ToString(), new { transports = new[] { "websocket" } });
        await client.ConnectedAsync();
        return client;
    }

    private static Backplane Of(TestServer server) => server.Services.GetRequiredService<Backplane>();

    private static string[] Names(NodeClient client) => [.. client.Events.Where(static e => !e.IsLifecycle).Select(static e => e.Name)];

    private static int[] Numbers(NodeClient client) => [.. client.Events.Where(static e => e.Name == "n").Select(static e => e.Args[0].GetInt32())];
}
