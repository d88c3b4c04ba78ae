using System.Globalization;
using SocketIo.Topics;
using SocketIo.Topics.Testing;
using StackExchange.Redis;

namespace SocketIo.Redis.Tests.Topics;

/// <summary>What is special about topics in a Redis Cluster.</summary>
internal sealed class RedisTopicClusterTests : StoreTests<RedisClusterHarness>
{
    [Test]
    public async Task Topics_spread_over_the_masters()
    {
        await ExecuteAsync([.. Enumerable.Range(0, 60).Select(static n => new AppendEvent(new("/", $"{n}"), Data("x")))]);
        var cluster = await TopicRedisCluster.GetAsync();
        foreach (var master in cluster.Masters)
            Assert.That(await master.RunAsync("KEYS", $"{Harness.Prefix}*events"), Is.Not.Empty);
    }

    [Test]
    public async Task A_topic_whose_slot_moves_to_another_master_goes_on_there()
    {
        var other = await OpenAsync();
        await AttachAsync(start: TopicStart.Beginning);
        await AppendAsync(3);
        await AppendAsync(1, other);
        await MoveAsync($"{Harness.Prefix}:{{/\0orders}}");
        await AppendAsync(3);
        await AppendWithKeyAsync("key", store: other);
        await ExecuteAsync(other, new MoveCursor(Ann, 5));
        Assert.That((await ReadAsync(store: other)).Kept, Is.EqualTo(new SequenceRange(1, 8)));
        Assert.That((await SubscriptionAsync()).Cursor, Is.EqualTo(5));
        await News.ToldAsync(Orders, 8);
    }

    /// <summary>Moves the slot of a key with its keys, as a resharding does.</summary>
    private static async Task MoveAsync(string key)
    {
        var cluster = await TopicRedisCluster.GetAsync();
        await using var redis = await ConnectionMultiplexer.ConnectAsync(cluster.Endpoints + ",allowAdmin=true");
        var slot = redis.GetHashSlot(key);
        var servers = cluster.Masters.Select(master => redis.GetServer(master.Endpoint)).ToArray();
        var source = redis.GetDatabase().IdentifyEndpoint(key)!;
        var from = servers.Single(server => server.EndPoint.Equals(source));
        var to = servers.First(server => server != from);
        var (fromId, toId) = ((string?)await from.ExecuteAsync("CLUSTER", "MYID"), (string?)await to.ExecuteAsync("CLUSTER", "MYID"));
        await to.ExecuteAsync("CLUSTER", "SETSLOT", slot, "IMPORTING", fromId!);
        await from.ExecuteAsync("CLUSTER", "SETSLOT", slot, "MIGRATING", toId!);
        var (host, port) = (to.EndPoint.ToString()!.Split(':')[0], to.EndPoint.ToString()!.Split(':')[1]);

        // those of other tests too: they have the same topic
        while (await from.ExecuteAsync("CLUSTER", "GETKEYSINSLOT", slot, 100) is { Length: > 0 } keys)
        {
            foreach (var one in (RedisKey[])keys!)
                await from.ExecuteAsync("MIGRATE", host, int.Parse(port, CultureInfo.InvariantCulture), one, 0, 5000);
        }
        foreach (var server in servers)
            await server.ExecuteAsync("CLUSTER", "SETSLOT", slot, "NODE", toId!);
    }
}
