using System.Collections;
using System.Runtime.CompilerServices;

namespace SocketIo.Cluster;

/// <summary>No, one or several room names; a single name needs no array. Can be written as a collection expression.</summary>
[CollectionBuilder(typeof(RoomNames), nameof(Create))]
public readonly struct RoomNames : IReadOnlyList<string>
{
    // null, a string, or a string[] of two or more
    private readonly object? _names;

    private RoomNames(object? names) => _names = names;

    /// <summary>What is kept: null, a string, or a string[] of two or more.</summary>
    internal object? Names => _names;

    /// <summary>The number of names.</summary>
    public int Count => _names switch
    {
        null => 0,
        string => 1,
        _ => ((string[])_names).Length,
    };

    /// <summary>The name at an index.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such index.</exception>
    public string this[int index]
    {
        get
        {
            if ((uint)index >= (uint)Count)
                throw new ArgumentOutOfRangeException(nameof(index));
            return _names as string ?? ((string[])_names!)[index];
        }
    }

    /// <summary>Makes a list; the names are copied.</summary>
    /// <exception cref="ArgumentNullException">A name is null.</exception>
    public static RoomNames Create(ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            ArgumentNullException.ThrowIfNull(name, nameof(names));
        return new RoomNames(names.Length switch
        {
            0 => null,
            1 => names[0],
            _ => names.ToArray(),
        });
    }

    /// <summary>Takes what <see cref="Names"/> gave; nothing is copied.</summary>
    internal static RoomNames Of(object? names) => new(names);

    /// <summary>Whether a name is in the list.</summary>
    public bool Contains(string name)
    {
        for (var i = 0; i < Count; i++)
        {
            if (this[i] == name)
                return true;
        }
        return false;
    }

    /// <summary>Enumerates the names.</summary>
    public IEnumerator<string> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
