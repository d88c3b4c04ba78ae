using System.Collections.Concurrent;

namespace SocketIo.Cluster.Nodes;

/// <summary>
/// Rooms that sockets anywhere were made to join a moment ago. A node that opens such a room may not receive by its channel yet, so
/// broadcasts to it go to all nodes for a while.
/// </summary>
internal sealed class RecentRooms(TimeProvider time)
{
    // Longer than a node that is behind takes to hear of the join and to subscribe.
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, long> _since = new(StringComparer.Ordinal);

    public void Add(in RoomNames rooms)
    {
        for (var i = 0; i < rooms.Count; i++)
            _since[rooms[i]] = time.GetTimestamp();
    }

    public bool Contains(string room) => _since.ContainsKey(room);

    public void Prune()
    {
        foreach (var pair in _since)
        {
            if (time.GetElapsedTime(pair.Value) > Kept)
                _since.TryRemove(pair);
        }
    }
}
