using SocketIo.Cluster.Sessions;
using SocketIo.Redis.Tests.Resp;
using SocketIo.TestKit;

namespace SocketIo.Redis.Tests.Backplanes;

/// <summary>A Redis that is too old is refused, and one that deletes keys is warned of, where it tells.</summary>
[NonParallelizable] // many processes: those beside it would be taken for hung
public class NeedsTests
{
    [TestCase("streams", "6.0.16", "streams, which needs 6.2")]
    [TestCase("streams", "5.0.14", "streams, which needs 6.2")]
    [TestCase("streams-sharded", "6.2.14", "sharded pub/sub, which needs 7.0")]
    [TestCase("sharded-Public", "6.2.14", "sharded pub/sub, which needs 7.0")]
    [TestCase("classic", "2.6.17", "pub/sub, which needs 2.8")]
    public async Task A_version_that_is_too_old_keeps_the_backplane_from_starting(string kind, string version, string reason)
    {
        using var server = new AnsweringServer($"redis_version:{version}", "role:master");
        var backplane = new Kind(kind).Create($"{server.Endpoint},connectTimeout=2000", new LogSink());
        var fault = await Assert.ThrowsAsync<BackplaneRefusedException>(() => backplane.StartAsync(default).AsTask().WithDeadline());
        Assert.That(fault!.Message, Does.StartWith($"Redis {version} at {server.Endpoint} is too old for").And.Contain(reason));
        await backplane.DisposeAsync();
    }

    [TestCase("streams", "allkeys-lru", true)]
    [TestCase("streams", "volatile-ttl", true)]
    [TestCase("streams", "noeviction", false)]
    [TestCase("classic", "allkeys-lru", false)]
    [TestCase("sharded-Public", "allkeys-lru", false)]
    public async Task A_Redis_that_deletes_what_is_kept_is_warned_of_once(string kind, string policy, bool isHarmful)
    {
        await using var redis = await RedisServer.StartAsync($"maxmemory-policy {policy}");
        await using var node = await Node.StartAsync(new Kind(kind), redis.Endpoint);
        node.Log.Expect("Redis is away");
        if (isHarmful)
            node.Log.Expect($"(maxmemory-policy {policy})");
        await redis.RunAsync("CLIENT", "KILL", "TYPE", "pubsub");
        await Deadlines.Eventually(() => node.Log.Entries.Count(static entry => entry.Id == 220) == 2);
        Assert.That(node.Log.Entries.Count(static entry => entry.Id == 5), Is.EqualTo(isHarmful ? 1 : 0));
    }

    [Test]
    public async Task A_Redis_that_does_not_tell_is_used()
    {
        await using var redis = await RedisServer.StartAsync("maxmemory-policy allkeys-lru", "user app on nopass ~* &* +@all -info -config -client");
        await using var one = await Node.StartAsync(new Kind("streams"), $"{redis.Endpoint},user=app,password=any");
        await using var two = await Node.StartAsync(new Kind("streams"), $"{redis.Endpoint},user=app,password=any");
        await one.SendAsync(one.Event());
        await two.Receiver.NextAsync();
    }
}
