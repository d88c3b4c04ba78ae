using SocketIo.Topics.Testing;

namespace SocketIo.Redis.Tests.Topics;

internal sealed class RedisAppendTests : AppendConformance<RedisHarness>;

internal sealed class RedisKeyTests : KeyConformance<RedisHarness>;

internal sealed class RedisSubscriptionTests : SubscriptionConformance<RedisHarness>;

internal sealed class RedisClaimTests : ClaimConformance<RedisHarness>;

internal sealed class RedisTrimTests : TrimConformance<RedisHarness>;

internal sealed class RedisReopenTests : ReopenConformance<RedisHarness>;

internal sealed class RedisSharedTests : SharedConformance<RedisHarness>;

internal sealed class RedisKillTests : KillConformance<RedisHarness>
{
    protected override (string Kind, string Where) Arguments => ("redis", $"{TopicRedis.Server.Endpoint}|{Harness.Prefix}");

    protected override int Processes => 2;
}
