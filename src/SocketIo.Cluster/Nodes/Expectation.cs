namespace SocketIo.Cluster.Nodes;

/// <summary>
/// Whose answers a request waits for: nodes that are known by id, and a number of others where the backplane only counts. A node that
/// ends is not waited for any more. Guarded by the lock of its request.
/// </summary>
internal sealed class Expectation
{
    private readonly HashSet<string> _answered = new(StringComparer.Ordinal);
    private readonly HashSet<string> _lost = new(StringComparer.Ordinal);

    // Both null until the members are known for the first time.
    private HashSet<string>? _awaited;
    private int? _unknown;

    // The ids that were asked about in the latest sample: an answer of another one is an unknown node's.
    private IReadOnlySet<string> _asked = new HashSet<string>();

    // Answers of old formats, which name nobody.
    private int _anonymous;

    public bool IsComplete => _awaited is { Count: 0 } && _unknown <= 0;

    public MissingNodes Missing(bool isAway) => new([.. _lost, .. _awaited ?? []], Math.Max(0, _unknown ?? 0), isAway || _awaited is null);

    /// <summary>All nodes are known by id.</summary>
    public void Await(IEnumerable<string> ids)
    {
        _awaited = Unanswered(ids);
        _unknown = 0;
    }

    /// <summary>The backplane has counted.</summary>
    /// <param name="members">What it knows.</param>
    /// <param name="asked">The ids it was asked about.</param>
    /// <param name="isAwaited">Whether a known node has to answer: it was there when the request was sent, and is alive.</param>
    public void Sample(in Membership members, IReadOnlySet<string> asked, Func<string, bool> isAwaited)
    {
        var connected = new HashSet<string>(members.Connected, StringComparer.Ordinal);
        if (_awaited is null)
            _awaited = Unanswered(connected.Where(isAwaited));
        else
            Lose([.. _awaited.Where(id => asked.Contains(id) && !connected.Contains(id))]);

        // Nodes that have answered since the asking are counted, but were not known then. Those that come later raise the count, and
        // have no request to answer: hence the lowest.
        var unnamed = _anonymous + _answered.Count(id => !asked.Contains(id) && !connected.Contains(id));
        _unknown = Math.Min(_unknown ?? int.MaxValue, members.Count - 1 - connected.Count - unnamed);
        _asked = asked;
    }

    /// <summary>A node has answered. False when it had before.</summary>
    public bool Answer(string id)
    {
        if (id.Length > 0 && !_answered.Add(id))
            return false;
        if (id.Length == 0)
            _anonymous++;
        _lost.Remove(id);
        if (_awaited?.Remove(id) is not true && !_asked.Contains(id))
            _unknown--;
        return true;
    }

    /// <summary>A node says that it will not answer.</summary>
    public void Refuse(string id)
    {
        if (Answer(id))
            _lost.Add(id);
    }

    /// <summary>A node is gone. Whether it was waited for.</summary>
    public bool Lose(string id)
    {
        if (_awaited?.Remove(id) is not true)
            return false;
        _lost.Add(id);
        return true;
    }

    private void Lose(string[] ids)
    {
        foreach (var id in ids)
            Lose(id);
    }

    private HashSet<string> Unanswered(IEnumerable<string> ids) => new(ids.Where(id => !_answered.Contains(id)), StringComparer.Ordinal);
}
