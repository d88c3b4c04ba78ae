using SocketIo.Cluster.Sessions;
using SocketIo.TestKit;

namespace SocketIo.Redis.Tests.Backplanes;

/// <summary>Kinds of backplanes whose messages would mix do not start on one prefix.</summary>
public class PrefixTests
{
    private RedisServer _redis = null!;

    [OneTimeSetUp]
    public async Task StartRedisAsync() => _redis = await RedisServer.StartAsync();

    [OneTimeTearDown]
    public async Task StopRedisAsync() => await _redis.DisposeAsync();

    [TestCase("classic", "streams")]
    [TestCase("streams", "classic")]
    [TestCase("sharded-Public", "sharded-All")]
    [TestCase("sharded-None", "sharded-Public")]
    [TestCase("sharded-Public", "streams-sharded")]
    [TestCase("streams-sharded", "sharded-None")]
    public async Task A_second_kind_is_refused_and_starts_with_a_prefix_of_its_own(string first, string second)
    {
        await using var there = await Node.StartAsync(new Kind(first), _redis.Endpoint);
        var refused = new Kind(second).Create(_redis.Endpoint, new LogSink());
        var fault = await Assert.ThrowsAsync<BackplaneRefusedException>(() => refused.StartAsync(default).AsTask().WithDeadline());
        Assert.That(fault!.Message, Does.Contain("prefix"));
        await refused.DisposeAsync();
        await using var elsewhere = await Node.StartAsync(new Kind(second), _redis.Endpoint, prefix: "other");
        await using var third = await Node.StartAsync(new Kind(first), _redis.Endpoint);
    }

    [TestCase("classic", "sharded-Public")]
    [TestCase("streams", "sharded-Public")]
    [TestCase("classic", "streams-sharded")]
    public async Task Kinds_that_do_not_meet_share_a_prefix(string first, string second)
    {
        await using var one = await Node.StartAsync(new Kind(first), _redis.Endpoint);
        await using var two = await Node.StartAsync(new Kind(second), _redis.Endpoint);
        await one.SendAsync(one.Event());
        await two.SendAsync(two.Event());
        Assert.That(one.Receiver.IsEmpty && two.Receiver.IsEmpty);
    }

    [TestCase("streams", "classic")]
    [TestCase("classic", "streams")]
    public async Task The_adapter_of_a_JavaScript_node_counts(string adapter, string second)
    {
        await using var node = await NodeServer.StartAsync(adapter, "redis", [_redis.Endpoint], new { key = "test", channelPrefix = "test" });
        // it subscribes some time after it listens
        await Deadlines.Eventually(() => node.RunAsync(new { op = "count" }).GetAwaiter().GetResult().GetInt32() == 1);
        var refused = new Kind(second).Create(_redis.Endpoint, new LogSink());
        await Assert.ThrowsAsync<BackplaneRefusedException>(() => refused.StartAsync(default).AsTask().WithDeadline());
        await refused.DisposeAsync();
    }

    [Test]
    public async Task A_refusal_after_the_start_is_told_once_and_ends_when_the_others_have_gone()
    {
        await using var redis = RedisServer.Prepare();
        var late = await Node.StartAsync(new Kind("classic"), redis.Endpoint);
        late.Log.Expect("Redis is away");
        late.Log.Expect("Redis cannot be used");
        await redis.StartAsync();
        // before the other tries again
        var there = await Node.StartAsync(new Kind("streams"), redis.Endpoint);
        await Deadlines.Eventually(() => late.Log.Entries.Any(entry => entry.Id == 223) || late.Backplane.State.IsConnected);
        if (late.Backplane.State.IsConnected)
            Assert.Inconclusive("It was faster.");
        await there.DisposeAsync();
        await late.BackAsync();
        Assert.That(late.Log.Entries.Count(entry => entry.Id == 223), Is.EqualTo(1));
        await late.DisposeAsync();
    }
}
