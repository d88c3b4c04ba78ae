using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace SocketIo.Rooms;

/// <summary>The rooms of a namespace by name. A room exists as long as somebody is in it.</summary>
internal sealed class RoomIndex
{
    private readonly ConcurrentDictionary<string, Room> _rooms = new(StringComparer.Ordinal);

    public IEnumerable<string> Names => _rooms.Select(static pair => pair.Key);

    public bool TryGet(string name, [NotNullWhen(true)] out Room? room) => _rooms.TryGetValue(name, out room);

    /// <summary>Adds a socket to a room, made when missing.</summary>
    public Membership Join(string name, Socket socket, out bool created)
    {
        while (true)
        {
            if (_rooms.TryGetValue(name, out var room))
            {
                if (room.TryJoin(socket) is { } membership)
                {
                    created = false;
                    return membership;
                }

                // dead: whoever killed it is about to remove it, and so may we
                _rooms.TryRemove(new(name, room));
                continue;
            }

            var made = new Room(name);
            var first = made.TryJoin(socket)!;
            if (_rooms.TryAdd(name, made))
            {
                created = true;
                return first;
            }
        }
    }

    /// <summary>Takes a socket out of a room; true when the room is gone with it.</summary>
    public bool Leave(Membership membership)
    {
        if (!membership.Room.Leave(membership, dieWhenEmpty: true))
            return false;
        _rooms.TryRemove(new(membership.Room.Name, membership.Room));
        return true;
    }
}
