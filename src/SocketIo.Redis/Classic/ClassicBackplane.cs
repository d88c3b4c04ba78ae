using SocketIo.Cluster;
using SocketIo.Redis.Backplanes;
using SocketIo.Redis.Connections;

namespace SocketIo.Redis.Classic;

/// <summary>Redis pub/sub, in the format of <c>createAdapter</c> of @socket.io/redis-adapter.</summary>
internal sealed class ClassicBackplane(RedisOptions options, RedisHost host)
    : RedisBackplane(options, PrefixClaim.Classic(options.Prefix), RedisNeeds.PubSub(), host)
{
    public override string Name => "redis";

    protected override NamespaceLink CreateLink(string namespaceName, INodeReceiver? receiver) =>
        new ClassicLink(this, options, namespaceName, receiver);
}
