using SocketIo.TestKit;
using SocketIo.Topics;
using SocketIo.Topics.Testing;

namespace SocketIo.Redis.Tests.Topics;

/// <summary>A Redis Cluster for all tests of topics on it.</summary>
[SetUpFixture]
internal sealed class TopicRedisCluster
{
    private static readonly SemaphoreSlim Starting = new(1);
    private static RedisCluster? _cluster;

    /// <summary>Started when it is first needed.</summary>
    public static async Task<RedisCluster> GetAsync()
    {
        await Starting.WaitAsync();
        try
        {
            return _cluster ??= await RedisCluster.StartAsync();
        }
        finally
        {
            Starting.Release();
        }
    }

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }
}

/// <summary>Topics on three masters.</summary>
public sealed class RedisClusterHarness : StoreHarness
{
    private string _endpoints = "";

    /// <summary>The prefix of the test.</summary>
    public string Prefix { get; } = $"test {Guid.NewGuid():N}";

    public override async ValueTask StartAsync() => _endpoints = (await TopicRedisCluster.GetAsync()).Endpoints;

    public override ITopicStore CreateStore() => new RedisTopicStore(new RedisTopicOptions { Configuration = _endpoints, Prefix = Prefix });

    // the cluster and its data end with the tests
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

internal sealed class RedisClusterAppendTests : AppendConformance<RedisClusterHarness>;

internal sealed class RedisClusterKeyTests : KeyConformance<RedisClusterHarness>;

internal sealed class RedisClusterSubscriptionTests : SubscriptionConformance<RedisClusterHarness>;

internal sealed class RedisClusterClaimTests : ClaimConformance<RedisClusterHarness>;

internal sealed class RedisClusterTrimTests : TrimConformance<RedisClusterHarness>;

internal sealed class RedisClusterReopenTests : ReopenConformance<RedisClusterHarness>;

internal sealed class RedisClusterSharedTests : SharedConformance<RedisClusterHarness>;
