namespace SocketIo.Cluster;

/// <summary>Which servers did not answer a request.</summary>
public readonly record struct MissingNodes
{
    private readonly IReadOnlyList<string>? _ids;

    /// <summary>Names them.</summary>
    /// <param name="ids">The ids of those that are known by one.</param>
    /// <param name="unknownCount">How many others did not answer.</param>
    /// <param name="isBackplaneAway">Whether nobody could be asked, or answer, because the backplane is away.</param>
    public MissingNodes(IReadOnlyList<string> ids, int unknownCount, bool isBackplaneAway)
    {
        ArgumentNullException.ThrowIfNull(ids);
        _ids = ids;
        UnknownCount = unknownCount;
        IsBackplaneAway = isBackplaneAway;
    }

    /// <summary>The ids of those that are known by one.</summary>
    public IReadOnlyList<string> Ids => _ids ?? [];

    /// <summary>How many others did not answer.</summary>
    public int UnknownCount { get; }

    /// <summary>Whether nobody could be asked, or answer, because the backplane is away.</summary>
    public bool IsBackplaneAway { get; }

    /// <summary>Whether all have answered.</summary>
    public bool None => !IsBackplaneAway && UnknownCount == 0 && Ids.Count == 0;
}
