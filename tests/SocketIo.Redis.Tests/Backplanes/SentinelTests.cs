using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using SocketIo.TestKit;
using StackExchange.Redis;

namespace SocketIo.Redis.Tests.Backplanes;

/// <summary>A master with a replica, and sentinels that put it in the master's place.</summary>
[TestFixtureSource(typeof(Kind), nameof(Kind.Main))]
[NonParallelizable] // many processes: those beside it would be taken for hung
public class SentinelTests(Kind kind)
{
    // the sentinels need some seconds
    private static readonly TimeSpan Failover = TimeSpan.FromMinutes(1);

    private RedisServer _first = null!;
    private RedisServer _second = null!;
    private RedisSentinel _sentinel = null!;

    private string Configuration => $"{_sentinel.Endpoint},serviceName={RedisSentinel.Service},password=secret";

    [SetUp]
    public async Task StartAsync()
    {
        string[] settings = ["appendonly yes", "appendfsync always", "repl-diskless-sync-delay 0", "requirepass secret", "masterauth secret"];
        _first = await RedisServer.StartAsync(settings);
        _second = await RedisServer.StartAsync([.. settings, $"replicaof 127.0.0.1 {_first.Port}"]);
        _sentinel = await RedisSentinel.StartAsync(_first, settings: $"sentinel auth-pass {RedisSentinel.Service} secret");
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _sentinel.DisposeAsync();
        await _second.DisposeAsync();
        await _first.DisposeAsync();
    }

    [Test]
    public async Task When_the_master_is_killed_messages_go_on_by_the_replica_and_when_it_is_back_they_stay_there()
    {
        await using var one = await StartNodeAsync();
        await using var two = await StartNodeAsync();
        await TalkAsync(one, two);
        await _first.KillAsync();
        await Task.WhenAll(one.AwayAsync(), two.AwayAsync());
        await BackAsync(one, two);
        Assert.That(await _sentinel.GetMasterAsync(), Is.EqualTo(_second.Port));
        await TalkAsync(one, two);
        if (one.Link.Log is { } log)
            await Deadlines.Eventually(() => HasNewest(log), deadline: Failover);

        // it takes itself for a master until the sentinel notices
        await _first.StartAsync();
        await using var three = await StartNodeAsync();
        await TalkAsync(one, three);
        await Deadlines.Eventually(() => InfoOf(_first).Contains("role:slave", StringComparison.Ordinal), deadline: Failover);
        await TalkAsync(two, three);
    }

    [Test]
    public async Task When_a_master_is_made_a_replica_messages_go_on_by_the_other()
    {
        await using var one = await StartNodeAsync();
        await using var two = await StartNodeAsync();
        await TalkAsync(one, two);
        await Deadlines.Eventually(() => _sentinel.RunAsync("SENTINEL", "FAILOVER", RedisSentinel.Service).GetAwaiter().GetResult() == "OK", deadline: Failover);
        await Deadlines.Eventually(() => InfoOf(_first).Contains("role:slave", StringComparison.Ordinal), deadline: Failover);
        await BackAsync(one, two);
        await TalkAsync(one, two);
        Assert.That(InfoOf(_second), Does.Contain("role:master"));
    }

    [Test]
    public async Task A_sentinel_that_is_gone_is_done_without()
    {
        await using var other = await RedisSentinel.StartAsync(_first, others: 1, settings: $"sentinel auth-pass {RedisSentinel.Service} secret");
        await Deadlines.Eventually(() => _sentinel.RunAsync("INFO", "sentinel").GetAwaiter().GetResult().Contains("sentinels=2", StringComparison.Ordinal));
        await using var one = await StartNodeAsync();
        await using var two = await Node.StartAsync(kind, $"127.0.0.1:{FreePorts.Take(1)[0]},{Configuration}");
        two.Log.Expect("Redis is away");
        await TalkAsync(one, two);
        await _sentinel.KillAsync();
        await _first.RunAsync("-a", "secret", "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
        await Task.WhenAll(one.AwayAsync(), two.AwayAsync());
        await BackAsync(one, two);
        await TalkAsync(one, two);
    }

    [Test]
    public async Task Sentinels_that_come_later_are_waited_for()
    {
        await using var early = RedisServer.Prepare();
        var one = await Node.StartAsync(kind, $"{early.Endpoint},serviceName={RedisSentinel.Service},connectTimeout=1000");
        one.Log.Expect("Redis is away");
        Assert.That(one.Log.Entries.Select(static entry => entry.Message), Has.Some.Contains("No sentinel says where the master main is"));
        await one.DisposeAsync();
    }

    [Test]
    public async Task The_application_s_own_connection_by_sentinels_serves_as_well()
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(Configuration);
        await using var one = await StartNodeAsync();
        await using var two = await StartNodeAsync(Use);
        await TalkAsync(one, two);
        await _first.KillAsync();
        await Task.WhenAll(one.AwayAsync(), two.AwayAsync());
        await BackAsync(one, two);
        await TalkAsync(one, two);

        void Use(RedisConnectionOptions options) => (options.Configuration, options.Connection) = (null, _ => Task.FromResult<IConnectionMultiplexer>(connection));
    }

    [Test]
    public async Task The_health_check_says_that_Redis_is_away_until_the_replica_has_taken_over_and_clients_are_reached_then()
    {
        await using var driver = await NodeDriver.StartAsync();
        await using var one = await StartServerAsync();
        await using var two = await StartServerAsync();
        await using var client = await driver.OpenAsync(two.Address.ToString(), new { transports = new[] { "websocket" } });
        await client.ConnectedAsync();
        await MeetAsync(one);

        // a replica may not have the last entries yet
        one.Log.Expect("Entries of the log of namespace");
        two.Log.Expect("Entries of the log of namespace");
        await one.Io.EmitAsync("ev", 1);
        await client.NextEventAsync("ev");
        await _first.KillAsync();
        await Deadlines.Eventually(() => StatusOf(one) == HealthStatus.Degraded && StatusOf(two) == HealthStatus.Degraded);
        await two.Io.EmitAsync("own", 1);
        await client.NextEventAsync("own");
        await Deadlines.Eventually(() => StatusOf(one) == HealthStatus.Healthy && StatusOf(two) == HealthStatus.Healthy, deadline: Failover);
        await MeetAsync(one);
        await one.Io.EmitAsync("ev", 2);
        Assert.That((await client.NextEventAsync("ev")).Args[0].GetInt32(), Is.EqualTo(2));
    }

    private async Task<Node> StartNodeAsync(Action<RedisConnectionOptions>? configure = null)
    {
        var node = await Node.StartAsync(kind, Configuration, configure: configure);
        node.Log.Expect("Redis is away");
        return node;
    }

    private static async Task BackAsync(params Node[] nodes)
    {
        foreach (var node in nodes)
            await Deadlines.Eventually(() => node.Backplane.State.IsConnected, deadline: Failover);
    }

    private static async Task TalkAsync(Node one, Node other)
    {
        await TellAsync(one, other);
        await TellAsync(other, one);
    }

    // A number of its own for each call; what is older may come yet. Who is made a master or a replica ends its connections, and sentinels may
    // do so again: what is sent then may be lost, and only then.
    private static async Task TellAsync(Node from, Node to)
    {
        var number = Random.Shared.Next();
        var isThere = false;
        while (!isThere)
        {
            await BackAsync(from, to);
            var sessions = (from.Backplane.Session, to.Backplane.Session);
            try
            {
                await from.SendAsync(from.Event(number: number));
            }
            catch (InvalidOperationException) when (IsCut())
            {
                continue;
            }
            await Deadlines.EventuallyAsync(async () => (isThere = await HasComeAsync(to, number)) || IsCut());

            bool IsCut() => sessions != (from.Backplane.Session, to.Backplane.Session);
        }
    }

    private static async Task<bool> HasComeAsync(Node node, int number)
    {
        while (!node.Receiver.IsEmpty)
        {
            if (Node.Number(await node.Receiver.NextAsync()) == number)
                return true;
        }
        return false;
    }

    private static string InfoOf(RedisServer server) => server.RunAsync("-a", "secret", "INFO", "replication").GetAwaiter().GetResult();

    private static bool HasNewest(Cluster.ClusterLog log)
    {
        try
        {
            return log.GetNewestAsync(default).AsTask().GetAwaiter().GetResult() != "0-0";
        }
        catch (Exception exception) when (exception is RedisException or InvalidOperationException)
        {
            // away, once more
            return false;
        }
    }

    private async Task<TestServer> StartServerAsync()
    {
        var server = await TestServer.StartSocketIoAsync(build: builder =>
        {
            var io = builder.Services.AddSocketIo();
            _ = kind.Name switch
            {
                "classic" => io.AddRedis(Configuration),
                "streams" => io.AddRedisStreams(Configuration),
                _ => io.AddRedisSharded(Configuration),
            };
            builder.Services.AddHealthChecks().AddSocketIoCluster();
        });
        foreach (var text in new[] { "is away", "Health check socketio-cluster", "messages for other servers were lost", "could not be counted", "was silent for too long", "of the backplane failed" })
            server.Log.Expect(text);
        return server;
    }

    private static async Task MeetAsync(TestServer server)
    {
        while (await server.Io.FetchSocketsAsync() is not { IsComplete: true, Count: 1 })
            await Task.Delay(10);
    }

    private static HealthStatus StatusOf(TestServer server) => server.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync().GetAwaiter().GetResult().Status;
}
