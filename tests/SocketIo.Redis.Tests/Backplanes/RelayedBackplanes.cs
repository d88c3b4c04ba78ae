using SocketIo.Cluster;
using SocketIo.TestKit;

namespace SocketIo.Redis.Tests.Backplanes;

/// <summary>Backplanes with a relay each between them and Redis, by which a node is as good as hung or dead.</summary>
internal sealed class RelayedBackplanes(RedisServer redis, Func<string, Backplane> create)
{
    private readonly Dictionary<Backplane, Relay> _relays = [];

    public Backplane Create()
    {
        var relay = Relay.To(new Uri($"tcp://{redis.Endpoint}"));
        var backplane = create($"127.0.0.1:{relay.Address.Port}");
        _relays[backplane] = relay;
        return backplane;
    }

    public Relay Of(Backplane backplane) => _relays[backplane];

    public void Close()
    {
        foreach (var relay in _relays.Values)
            relay.Cut();
    }
}
