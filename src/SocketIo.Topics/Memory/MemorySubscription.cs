namespace SocketIo.Topics;

/// <summary>A subscription in memory. Guarded by the store's lock.</summary>
internal sealed class MemorySubscription(bool isShared, long cursor)
{
    // of a shared one: what was handed out and is not acknowledged. Without an owner it was released.
    private readonly SortedDictionary<long, (string? Owner, int Attempt)> _claims = [];
    private int _released;
    private long? _sent = cursor;
    private long _cursor = cursor;

    // all events up to this one were handed out, or are acknowledged
    private long _claimed = cursor;

    public bool IsShared => isShared;

    /// <summary>All events up to this one are acknowledged.</summary>
    public long Cursor => !isShared ? _cursor : _claims.Count == 0 ? _claimed : _claims.First().Key - 1;

    /// <summary>A store in memory has one server: itself.</summary>
    public bool IsAttached { get; private set; }

    /// <summary>The last event that was ever sent; null while somebody sends, or when that server died.</summary>
    public long? Sent => IsAttached ? null : _sent;

    public DateTimeOffset LastSeen { get; private set; }

    public void Attach(DateTimeOffset now)
    {
        IsAttached = true;
        LastSeen = now;
    }

    public void Detach(long sent, DateTimeOffset now)
    {
        IsAttached = false;
        _sent = Math.Max(sent, _sent ?? 0);
        LastSeen = now;
    }

    public long MoveTo(long sequence) => _cursor = Math.Max(_cursor, sequence);

    /// <summary>How many of the kept events are not acknowledged.</summary>
    public long LagOf(SequenceRange kept)
    {
        var through = isShared ? _claimed : _cursor;
        return _claims.Keys.Count(one => one >= kept.First) + Math.Max(0, kept.Last - Math.Max(through, kept.First - 1));
    }

    /// <summary>A server has left.</summary>
    public void Leave(string owner, DateTimeOffset now)
    {
        Release(owner, []);
        if (!IsAttached)
            return;
        IsAttached = false;
        _sent = null;
        LastSeen = now;
    }

    public void Claim(ClaimEvents claim, SequenceRange kept)
    {
        DropDeleted(claim, kept);
        var claims = new List<EventClaim>();
        if (_released > 0)
            ClaimReleased(claim, claims);
        while (claims.Count < claim.Max && _claimed < kept.Last)
        {
            _claims[++_claimed] = (claim.Owner, 1);
            claims.Add(new(_claimed, 1));
        }
        claim.Claims = claims;
    }

    public void Acknowledge(IReadOnlyList<long> sequences)
    {
        foreach (var sequence in sequences)
            Drop(sequence);
    }

    /// <summary>Gives back the claims of one owner; of all when null.</summary>
    public bool Release(string? owner, IReadOnlyCollection<long> keep)
    {
        var released = _claims
            .Where(one => one.Value.Owner is { } has && (owner is null || has == owner) && !keep.Contains(one.Key))
            .ToArray();
        foreach (var (sequence, claim) in released)
            _claims[sequence] = (null, claim.Attempt);
        _released += released.Length;
        return released.Length > 0;
    }

    private void ClaimReleased(ClaimEvents claim, List<EventClaim> claims)
    {
        var released = _claims.Where(static one => one.Value.Owner is null).Take(claim.Max).ToArray();
        foreach (var (sequence, (_, attempt)) in released)
        {
            _claims[sequence] = (claim.Owner, attempt + 1);
            claims.Add(new(sequence, attempt + 1));
        }
        _released -= released.Length;
    }

    // A deleted event that a server has is still with its receiver, and nobody's loss.
    private void DropDeleted(ClaimEvents claim, SequenceRange kept)
    {
        if (_claimed + 1 >= kept.First && _released == 0)
            return;
        var deleted = _claims.TakeWhile(one => one.Key < kept.First).Where(static one => one.Value.Owner is null).Select(static one => one.Key).ToArray();
        var missed = SequenceRange.Collect(deleted);
        foreach (var sequence in deleted)
            Drop(sequence);
        SequenceRange.Add(missed, new(_claimed + 1, kept.First - 1));
        _claimed = Math.Max(_claimed, kept.First - 1);
        claim.Missed = missed;
    }

    private void Drop(long sequence)
    {
        if (_claims.Remove(sequence, out var claim) && claim.Owner is null)
            _released--;
    }
}
