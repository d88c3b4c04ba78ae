using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace SocketIo.Routing;

/// <summary>The pending acknowledgements of a namespace. Ids count per namespace, so a broadcast has one id for all its receivers.</summary>
internal sealed class AckTable
{
    private readonly ConcurrentDictionary<long, PendingAck> _pending = new();

    // Those that wait for several sockets. One that waits for a single socket is told of its end by the socket itself.
    private readonly ConcurrentDictionary<long, PendingAck> _broadcasts = new();
    private long _lastId = -1;

    public int Count => _pending.Count;

    public long NextId() => Interlocked.Increment(ref _lastId);

    public void Add(long id, PendingAck ack) => _pending[id] = ack;

    public void AddBroadcast(long id, PendingAck ack)
    {
        _broadcasts[id] = ack;
        _pending[id] = ack;
    }

    public void Remove(long id)
    {
        _pending.TryRemove(id, out _);
        _broadcasts.TryRemove(id, out _);
    }

    public bool TryGet(long id, [NotNullWhen(true)] out PendingAck? ack) => _pending.TryGetValue(id, out ack);

    /// <summary>Tells the broadcasts that a socket has gone.</summary>
    public void Lose(Socket socket)
    {
        if (_broadcasts.IsEmpty)
            return;
        foreach (var pair in _broadcasts)
            pair.Value.Lose(socket);
    }
}
