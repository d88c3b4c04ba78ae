using SocketIo.TestKit;
using SocketIo.Topics;
using SocketIo.Topics.Testing;

namespace SocketIo.Redis.Tests.Topics;

/// <summary>Topics by the master that a sentinel names, which is killed.</summary>
internal sealed class RedisSentinelTests : AwayTests
{
    private RedisServer _first = null!;
    private RedisServer _second = null!;
    private RedisSentinel _sentinel = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _first = await RedisServer.StartAsync([.. TopicRedis.Durable, "repl-diskless-sync-delay 0"]);
        _second = await RedisServer.StartAsync([.. TopicRedis.Durable, $"replicaof 127.0.0.1 {_first.Port}"]);
        _sentinel = await RedisSentinel.StartAsync(_first);
        Log.Expect("connection to Redis for topics was lost");
    }

    [Test]
    public async Task What_the_replica_has_got_is_kept_and_emits_go_on_there()
    {
        await OpenAsync(new RedisTopicStore($"{_sentinel.Endpoint},serviceName={RedisSentinel.Service}"), TimeSpan.FromSeconds(1));
        await Queue.ExecuteAsync(new AppendEvent(Orders, Data("before")));
        await Deadlines.Eventually(() => _second.RunAsync("KEYS", "*events").GetAwaiter().GetResult().Length > 0);
        await _first.KillAsync();
        await Deadlines.Eventually(() => TryAppendAsync().GetAwaiter().GetResult(), deadline: TimeSpan.FromMinutes(1));
        Assert.That(await ReadAllAsync(), Is.EqualTo(new[] { "before", "after" }));
        Assert.That(await _second.RunAsync("INFO", "replication"), Does.Contain("role:master"));
    }

    protected override async Task EndServerAsync()
    {
        await _sentinel.DisposeAsync();
        await _second.DisposeAsync();
        await _first.DisposeAsync();
    }
}
