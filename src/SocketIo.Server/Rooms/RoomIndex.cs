using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace SocketIo.Rooms;

/// <summary>Rooms by name. A room exists as long as somebody is in it.</summary>
internal sealed class RoomIndex<T> where T : class
{
    private readonly ConcurrentDictionary<string, Room<T>> _rooms = new(StringComparer.Ordinal);

    public IEnumerable<Room<T>> All => _rooms.Select(static pair => pair.Value);

    public int Count => _rooms.Count;

    public bool TryGet(string name, [NotNullWhen(true)] out Room<T>? room) => _rooms.TryGetValue(name, out room);

    /// <summary>Adds a member to a room, made when missing.</summary>
    public Membership<T> Join(string name, T member, out bool created)
    {
        while (true)
        {
            if (_rooms.TryGetValue(name, out var room))
            {
                if (room.TryJoin(member) is { } membership)
                {
                    created = false;
                    return membership;
                }

                // dead: whoever killed it is about to remove it, and so may we
                _rooms.TryRemove(new(name, room));
                continue;
            }

            var made = new Room<T>(name);
            var first = made.TryJoin(member)!;
            if (_rooms.TryAdd(name, made))
            {
                created = true;
                return first;
            }
        }
    }

    /// <summary>Takes a member out of a room; true when the room is gone with it.</summary>
    public bool Leave(Membership<T> membership)
    {
        if (!membership.Room.Leave(membership, dieWhenEmpty: true))
            return false;
        _rooms.TryRemove(new(membership.Room.Name, membership.Room));
        return true;
    }
}
