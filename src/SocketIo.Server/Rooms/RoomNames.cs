namespace SocketIo.Rooms;

/// <summary>No, one or several room names, without an array for one.</summary>
internal readonly struct RoomNames
{
    private readonly object? _names;

    private RoomNames(object? names) => _names = names;

    /// <summary>The names as servers tell them to each other.</summary>
    public Cluster.RoomNames ToPeers() => Cluster.RoomNames.Of(_names);

    /// <summary>The names that another server tells.</summary>
    public static RoomNames Of(in Cluster.RoomNames names) => new(names.Names);

    public int Count => _names switch
    {
        null => 0,
        string => 1,
        _ => ((string[])_names).Length,
    };

    public string this[int index] => _names as string ?? ((string[])_names!)[index];

    public string[] ToArray() => _names switch
    {
        null => [],
        string name => [name],
        _ => [.. (string[])_names],
    };

    /// <summary>These names and more.</summary>
    /// <exception cref="ArgumentNullException">A name is null.</exception>
    public RoomNames With(ReadOnlySpan<string> more)
    {
        foreach (var name in more)
            ArgumentNullException.ThrowIfNull(name, "rooms");
        if (more.IsEmpty)
            return this;
        if (_names is null && more.Length == 1)
            return new RoomNames(more[0]);
        var all = new string[Count + more.Length];
        for (var i = 0; i < Count; i++)
            all[i] = this[i];
        more.CopyTo(all.AsSpan(Count));
        return new RoomNames(all);
    }
}
