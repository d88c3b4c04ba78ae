using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace SocketIo.Cluster.Nodes;

/// <summary>
/// The other nodes that this server has heard of, in all its namespaces. JavaScript nodes have an id for each namespace and so are here
/// once for each.
/// </summary>
internal sealed class Peers(ClusterOptions options, TimeProvider time)
{
    // A lost node that is still connected must be known, or it would count as one that answers.
    private static readonly TimeSpan LostKept = TimeSpan.FromHours(1);

    // Far more than there are: names come from whoever can write to the backplane. At half of them the lost ones go soon.
    private const int MaxKnown = 10_000;
    private static readonly TimeSpan LostKeptAmongMany = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, Peer> _byId = new(StringComparer.Ordinal);
    private int _known;

    public int Count => _byId.Count(static pair => pair.Value is { IsLost: false, HasLeft: false });

    /// <summary>The ids of the .NET nodes, lost ones included.</summary>
    public IEnumerable<string> Ours => _byId.Where(static pair => pair.Value.IsOurs).Select(static pair => pair.Key);

    /// <summary>A node said something.</summary>
    /// <param name="id">Who.</param>
    /// <param name="timeout">How long it may be silent from now on, from the heartbeat of one of ours.</param>
    /// <param name="sendsHeartbeats">Whether every node sends heartbeats here.</param>
    public void Hear(string id, TimeSpan? timeout, bool sendsHeartbeats)
    {
        var now = time.GetTimestamp();
        if (!_byId.TryGetValue(id, out var peer) && !TryAdd(id, now, out peer))
            return;
        peer.LastHeard = now;
        if (peer.IsLost)
            peer.IsLost = false;
        if (peer.HasLeft)
            peer.HasLeft = false;
        if (timeout is { } known)
        {
            peer.IsOurs = true;
            peer.Timeout = Ticks(known);
        }
        else if (sendsHeartbeats && peer.Timeout == long.MaxValue)
        {
            peer.Timeout = Ticks(options.ForeignHeartbeatTimeout);
        }
    }

    /// <summary>Nobody could be heard for a while: that is no sign of death.</summary>
    public void Excuse()
    {
        var now = time.GetTimestamp();
        foreach (var peer in _byId.Values.Where(static peer => !peer.IsLost))
            peer.LastHeard = now;
    }

    /// <summary>A node has said that it leaves: that it is silent from now on is no news, until it is heard again.</summary>
    public void Leave(string id)
    {
        if (_byId.TryGetValue(id, out var peer))
            peer.HasLeft = true;
    }

    public bool Knows(string id) => _byId.ContainsKey(id);

    public bool IsAlive(string id) => _byId.TryGetValue(id, out var peer) && !peer.IsLost;

    /// <summary>Whether a node was lost. One that was never heard is not.</summary>
    public bool IsLost(string id) => _byId.TryGetValue(id, out var peer) && peer.IsLost;

    /// <summary>Whether a node has come after a point in time, as far as is known.</summary>
    public bool CameAfter(string id, long timestamp) => _byId.TryGetValue(id, out var peer) && peer.FirstHeard > timestamp;

    /// <summary>The nodes that have become silent.</summary>
    public List<string> Sweep()
    {
        var now = time.GetTimestamp();
        var kept = Ticks(Volatile.Read(ref _known) > MaxKnown / 2 ? LostKeptAmongMany : LostKept);
        List<string> lost = [];
        foreach (var (id, peer) in _byId)
        {
            var silent = now - peer.LastHeard;
            if (silent > kept)
                Remove(id);
            if (peer.IsLost || silent <= peer.Timeout)
                continue;
            peer.IsLost = true;
            if (!peer.HasLeft)
                lost.Add(id);
        }
        return lost;
    }

    private bool TryAdd(string id, long now, [NotNullWhen(true)] out Peer? peer)
    {
        if (Interlocked.Increment(ref _known) > MaxKnown)
        {
            Interlocked.Decrement(ref _known);
            peer = null;
            return false;
        }
        var added = new Peer(now);
        peer = _byId.GetOrAdd(id, added);
        if (peer != added)
            Interlocked.Decrement(ref _known);
        return true;
    }

    private void Remove(string id)
    {
        if (_byId.TryRemove(id, out _))
            Interlocked.Decrement(ref _known);
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);
}
