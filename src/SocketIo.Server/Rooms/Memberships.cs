using System.Collections.Concurrent;

namespace SocketIo.Rooms;

/// <summary>
/// The rooms that one member is in, by name: one without memory of its own, few in an array, many in a table. Written by one at a time,
/// read without a lock.
/// </summary>
internal struct Memberships<T> where T : class
{
    // So many names are compared as fast as one is hashed.
    private const int Few = 8;

    // null, a Membership<T>, a Membership<T>[], or a ConcurrentDictionary
    private object? _all;

    public readonly int Count => Volatile.Read(in _all) switch
    {
        null => 0,
        Membership<T> => 1,
        Membership<T>[] few => few.Length,
        var many => ((ConcurrentDictionary<string, Membership<T>>)many).Count,
    };

    public readonly IEnumerable<Membership<T>> All => Volatile.Read(in _all) switch
    {
        null => [],
        Membership<T> only => [only],
        Membership<T>[] few => few,
        var many => ((ConcurrentDictionary<string, Membership<T>>)many).Values,
    };

    public readonly Membership<T>? Find(string room)
    {
        switch (Volatile.Read(in _all))
        {
            case null:
                return null;
            case Membership<T> only:
                return only.Room.Name == room ? only : null;
            case Membership<T>[] few:
                return Find(few, room);
            case var many:
                return ((ConcurrentDictionary<string, Membership<T>>)many).GetValueOrDefault(room);
        }
    }

    /// <summary>Adds a room that is not among them.</summary>
    public void Add(Membership<T> membership)
    {
        switch (_all)
        {
            case null:
                Volatile.Write(ref _all, membership);
                break;
            case ConcurrentDictionary<string, Membership<T>> many:
                many[membership.Room.Name] = membership;
                break;
            default:
                Membership<T>[] more = [.. All, membership];
                Volatile.Write<object?>(ref _all, more.Length <= Few ? more : ToTable(more));
                break;
        }
    }

    /// <summary>Removes a room that is among them.</summary>
    public void Remove(Membership<T> membership)
    {
        switch (_all)
        {
            case Membership<T>:
                Volatile.Write(ref _all, null);
                break;
            case Membership<T>[] few:
                var others = Array.FindAll(few, other => other != membership);
                Volatile.Write<object?>(ref _all, others.Length == 0 ? null : others);
                break;
            case var many:
                ((ConcurrentDictionary<string, Membership<T>>)many!).TryRemove(membership.Room.Name, out _);
                break;
        }
    }

    private static Membership<T>? Find(Membership<T>[] few, string room)
    {
        foreach (var membership in few)
        {
            if (membership.Room.Name == room)
                return membership;
        }
        return null;
    }

    private static ConcurrentDictionary<string, Membership<T>> ToTable(Membership<T>[] memberships)
    {
        var table = new ConcurrentDictionary<string, Membership<T>>(concurrencyLevel: 1, capacity: memberships.Length * 2, StringComparer.Ordinal);
        foreach (var membership in memberships)
            table[membership.Room.Name] = membership;
        return table;
    }
}
