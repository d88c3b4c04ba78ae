using SocketIo.Cluster.Nodes;
using SocketIo.Rooms;

namespace SocketIo.Peers;

/// <summary>
/// Tells the backplane which rooms exist on this server, in the order in which they come and go: whoever made or ended one looks at the
/// index again under one lock, so that the last to look sees what is.
/// </summary>
internal sealed class PeerRooms(ClusterNode node, RoomIndex<Socket> rooms)
{
    private readonly Lock _sync = new();

    // guarded by _sync: the rooms that the backplane knows of, with what their opening waits for
    private readonly Dictionary<string, Task?> _open = new(StringComparer.Ordinal);

    /// <summary>A room was joined, or has ended.</summary>
    /// <returns>Completes when broadcasts of other servers reach the room; null when they do.</returns>
    public Task? Update(string room)
    {
        lock (_sync)
        {
            var exists = rooms.TryGet(room, out _);
            if (_open.TryGetValue(room, out var opening))
                return exists ? Waiting(opening) : Close(room);
            return exists ? Open(room) : null;
        }
    }

    private Task? Open(string room)
    {
        var opening = node.Rooms.OpenAsync(room);
        return _open[room] = opening.IsCompleted ? null : opening.AsTask();
    }

    private Task? Close(string room)
    {
        _open.Remove(room);
        node.Rooms.Close(room);
        return null;
    }

    private static Task? Waiting(Task? opening) => opening is { IsCompleted: false } ? opening : null;
}
