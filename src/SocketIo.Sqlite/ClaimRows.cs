using Microsoft.Data.Sqlite;
using SocketIo.Topics;

namespace SocketIo.Sqlite;

/// <summary>What was handed out of shared subscriptions and is not acknowledged; without an owner it was released.</summary>
internal sealed class ClaimRows(SqliteConnection connection) : IDisposable
{
    private readonly Statement _deleted = new(connection, """
        DELETE FROM claims WHERE subscription = $0 AND owner IS NULL AND sequence < $1 RETURNING sequence
        """);
    private readonly Statement _released = new(connection, """
        SELECT sequence, attempt FROM claims WHERE subscription = $0 AND owner IS NULL ORDER BY sequence LIMIT $1
        """);
    private readonly Statement _take = new(connection, """
        INSERT INTO claims VALUES ($0, $1, $2, $3) ON CONFLICT DO UPDATE SET owner = $2, attempt = $3
        """);
    private readonly Statement _acknowledge = new(connection, "DELETE FROM claims WHERE subscription = $0 AND sequence = $1");
    private readonly Statement _ofOwner = new(connection, "SELECT sequence FROM claims WHERE subscription = $0 AND owner = $1");
    private readonly Statement _release = new(connection, "UPDATE claims SET owner = NULL WHERE subscription = $0 AND sequence = $1");
    private readonly Statement _releaseAll = new(connection, """
        UPDATE claims SET owner = NULL WHERE owner IS NOT NULL AND ($0 IS NULL OR owner = $0)
        """);
    private readonly Statement _remove = new(connection, "DELETE FROM claims WHERE subscription = $0");

    /// <summary>Takes away released claims of events that are gone.</summary>
    public List<SequenceRange> DropDeleted(in SubscriptionRow row)
    {
        var gone = new List<long>();
        using (var reader = _deleted.Query(row.Id, row.Topic.First))
        {
            while (reader.Read())
                gone.Add(reader.GetInt64(0));
        }
        gone.Sort();
        return SequenceRange.Collect(gone);
    }

    /// <summary>Hands out again what was released.</summary>
    public List<EventClaim> TakeReleased(in SubscriptionRow row, ClaimEvents claim)
    {
        var claims = new List<EventClaim>();
        using (var reader = _released.Query(row.Id, claim.Max))
        {
            while (reader.Read())
                claims.Add(new(reader.GetInt64(0), reader.GetInt32(1) + 1));
        }
        foreach (var (sequence, attempt) in claims)
            Take(row, claim.Owner, new(sequence, attempt));
        return claims;
    }

    public void Take(in SubscriptionRow row, string owner, EventClaim claim) => _take.Run(row.Id, claim.Sequence, owner, claim.Attempt);

    public void Acknowledge(in SubscriptionRow row, IReadOnlyList<long> sequences)
    {
        foreach (var sequence in sequences)
            _acknowledge.Run(row.Id, sequence);
    }

    public void Release(in SubscriptionRow row, ReleaseClaims release)
    {
        var sequences = new List<long>();
        using (var reader = _ofOwner.Query(row.Id, release.Owner))
        {
            while (reader.Read())
                sequences.Add(reader.GetInt64(0));
        }
        foreach (var sequence in sequences.Except(release.Keep))
            _release.Run(row.Id, sequence);
    }

    /// <summary>Releases the claims of one server; of all when null.</summary>
    public void ReleaseAll(string? owner) => _releaseAll.Run(owner);

    public void Remove(long subscription) => _remove.Run(subscription);

    public void Dispose()
    {
        _deleted.Dispose();
        _released.Dispose();
        _take.Dispose();
        _acknowledge.Dispose();
        _ofOwner.Dispose();
        _release.Dispose();
        _releaseAll.Dispose();
        _remove.Dispose();
    }
}
