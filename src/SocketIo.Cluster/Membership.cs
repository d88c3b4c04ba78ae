namespace SocketIo.Cluster;

/// <summary>What a backplane knows of the nodes of a namespace.</summary>
public readonly record struct Membership
{
    private readonly IReadOnlyCollection<string>? _connected;

    /// <summary>Describes what the backplane knows.</summary>
    /// <param name="count">The number of nodes, the own included.</param>
    /// <param name="connected">The other nodes' ids, as far as they are known.</param>
    public Membership(int count, IReadOnlyCollection<string> connected)
    {
        Count = count;
        _connected = connected;
    }

    /// <summary>The number of nodes that get the namespace's messages, the own included.</summary>
    public int Count { get; }

    /// <summary>
    /// The ids of other nodes that are connected now: of the ids that were asked about those that are, and any others that the
    /// backplane knows. Nodes that are counted but not named here are unknown ones.
    /// </summary>
    public IReadOnlyCollection<string> Connected => _connected ?? [];
}
