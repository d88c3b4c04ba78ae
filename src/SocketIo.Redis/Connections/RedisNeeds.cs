using Microsoft.Extensions.Logging;

namespace SocketIo.Redis.Connections;

/// <summary>
/// What is used of Redis: the oldest version that can do it, and what Redis must not delete when its memory is full. Checked where the
/// server tells (INFO): some users may not ask, and some proxies do not answer.
/// </summary>
internal sealed class RedisNeeds
{
    private readonly string _use;
    private readonly Version _oldest;
    private readonly Func<string, bool> _isHarmful;
    private string? _told; // a policy; by one session at a time

    private RedisNeeds(string use, Version oldest, Func<string, bool> isHarmful) => (_use, _oldest, _isHarmful) = (use, oldest, isHarmful);

    /// <summary>Pub/sub: any Redis, and it keeps nothing.</summary>
    public static RedisNeeds PubSub() => new("pub/sub", new Version(2, 8), static _ => false);

    /// <summary>Sharded pub/sub.</summary>
    public static RedisNeeds ShardedPubSub() => new("sharded pub/sub", new Version(7, 0), static _ => false);

    /// <summary>Streams have no time to live and clients' sessions have one: each policy but one deletes some of them.</summary>
    public static RedisNeeds Streams(bool isSharded) => isSharded
        ? new("streams with sharded pub/sub", new Version(7, 0), static policy => policy != "noeviction")
        : new("streams", new Version(6, 2), static policy => policy != "noeviction");

    /// <summary>Keys of topics have no time to live.</summary>
    public static RedisNeeds Topics() => new("topics", new Version(6, 2), static policy => policy.StartsWith("allkeys-", StringComparison.Ordinal));

    /// <summary>Warns, once, of a server that deletes what it must not.</summary>
    /// <returns>Why the server cannot be used; null when it can, or does not tell.</returns>
    public string? Check(RedisNode node, ILogger logger)
    {
        var (address, server) = (node.Endpoint.Address, node.Connection.Identity.Server);
        if (server?.EvictionPolicy is { } policy && _isHarmful(policy) && policy != _told)
            Log.Evicts(logger, address, _told = policy, _use);
        return Version.TryParse(server?.Version, out var version) && version < _oldest
            ? $"Redis {server.Version} at {address} is too old for {_use}, which needs {_oldest} or later."
            : null;
    }
}
