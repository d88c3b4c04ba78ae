using System.Collections.Concurrent;

namespace SocketIo.Routing;

/// <summary>
/// A client's places by the name of their namespace: one without memory of its own, few in an array, many in a table. Written under the
/// client's lock, read without.
/// </summary>
internal struct ClientPlaces
{
    // So many names are compared as fast as one is hashed.
    private const int Few = 8;

    // null, an IPlace, an IPlace[], or a ConcurrentDictionary
    private object? _places;

    public readonly int Count => Volatile.Read(in _places) switch
    {
        null => 0,
        IPlace => 1,
        IPlace[] few => few.Length,
        var many => ((ConcurrentDictionary<byte[], IPlace>)many).Count,
    };

    public readonly IPlace? Find(ReadOnlySpan<byte> name)
    {
        var places = Volatile.Read(in _places);
        if (places is Socket only)
            return name.SequenceEqual(only.Namespace.Utf8Name) ? only : null;
        return places is null ? null : FindSlow(places, name);
    }

    /// <summary>Puts a place in, for the one of that name if there is one.</summary>
    public void Set(IPlace place)
    {
        switch (_places)
        {
            case null:
            case IPlace only when HaveSameName(only, place):
                Volatile.Write(ref _places, place);
                break;
            case ConcurrentDictionary<byte[], IPlace> many:
                many[place.Utf8Name] = place;
                break;
            default:
                SetAmongOthers(place);
                break;
        }
    }

    /// <summary>Takes a place out, unless another has come in its stead.</summary>
    public void Remove(IPlace place)
    {
        switch (_places)
        {
            case IPlace[] few:
                Volatile.Write(ref _places, Without(few, place));
                break;
            case ConcurrentDictionary<byte[], IPlace> many:
                many.TryRemove(new(place.Utf8Name, place));
                break;
            case var only when only == place:
                Volatile.Write(ref _places, null);
                break;
        }
    }

    /// <summary>The places there are now.</summary>
    public readonly IEnumerable<IPlace> All() => Volatile.Read(in _places) switch
    {
        null => [],
        IPlace only => [only],
        IPlace[] few => few,
        var many => ((ConcurrentDictionary<byte[], IPlace>)many).Values,
    };

    private void SetAmongOthers(IPlace place)
    {
        IPlace[] others = [.. All().Where(other => !HaveSameName(other, place))];
        Volatile.Write(ref _places, others.Length < Few ? (IPlace[])[.. others, place] : ToTable([.. others, place]));
    }

    private static IPlace[] Without(IPlace[] few, IPlace place) => Array.FindAll(few, other => other != place);

    private static bool HaveSameName(IPlace place, IPlace other) => place.Utf8Name.AsSpan().SequenceEqual(other.Utf8Name);

    private static IPlace? FindSlow(object places, ReadOnlySpan<byte> name)
    {
        if (places is ConcurrentDictionary<byte[], IPlace> many)
            return many.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(name, out var found) ? found : null;
        if (places is IPlace only)
            return name.SequenceEqual(only.Utf8Name) ? only : null;
        foreach (var place in (IPlace[])places)
        {
            if (name.SequenceEqual(place.Utf8Name))
                return place;
        }
        return null;
    }

    private static ConcurrentDictionary<byte[], IPlace> ToTable(IPlace[] places)
    {
        var table = new ConcurrentDictionary<byte[], IPlace>(concurrencyLevel: 1, capacity: places.Length * 2, Utf8Comparer.Instance);
        foreach (var place in places)
            table[place.Utf8Name] = place;
        return table;
    }

    private sealed class Utf8Comparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static readonly Utf8Comparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        // seeded anew in each process: names come from clients
        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = default(HashCode);
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
