using SocketIo.Cluster;
using SocketIo.Redis.Backplanes;
using SocketIo.Redis.Connections;

namespace SocketIo.Redis.Sharded;

/// <summary>Sharded pub/sub, in the format of <c>createShardedAdapter</c> of @socket.io/redis-adapter.</summary>
internal sealed class ShardedBackplane(RedisShardedOptions options, RedisHost host)
    : RedisBackplane(options, PrefixClaim.Sharded(options.Prefix, options.RoomChannels), RedisNeeds.ShardedPubSub(), host)
{
    public override string Name => "redis-sharded";

    protected override NamespaceLink CreateLink(string namespaceName, INodeReceiver? receiver) =>
        new ShardedLink(this, options, namespaceName, receiver);
}
