using Microsoft.Data.Sqlite;
using SocketIo.Topics;

namespace SocketIo.Sqlite;

/// <summary>The subscriptions.</summary>
internal sealed class SubscriptionRows(SqliteConnection connection, TopicRows topics) : IDisposable
{
    private readonly Statement _find = new(connection, """
        SELECT id, shared, cursor, claimed, CASE WHEN owner IS NULL THEN sent END, owner IS NOT NULL
        FROM subscriptions WHERE topic = $0 AND subscriber = $1
        """);
    private readonly Statement _insert = new(connection, """
        INSERT INTO subscriptions (topic, subscriber, shared, cursor, claimed, sent, seen) VALUES ($0, $1, $2, $3, $3, $3, $4) RETURNING id
        """);
    private readonly Statement _move = new(connection, """
        UPDATE subscriptions SET cursor = max(cursor, $2) WHERE topic = $0 AND subscriber = $1 RETURNING cursor
        """);
    private readonly Statement _claim = new(connection, "UPDATE subscriptions SET claimed = max(claimed, $1) WHERE id = $0");
    private readonly Statement _attach = new(connection, "UPDATE subscriptions SET owner = $1, seen = $2 WHERE id = $0");
    private readonly Statement _detach = new(connection, """
        UPDATE subscriptions SET owner = NULL, sent = max($1, coalesce(sent, 0)), seen = $2 WHERE id = $0 AND owner = $3
        """);
    private readonly Statement _detachAll = new(connection, """
        UPDATE subscriptions SET owner = NULL, sent = NULL, seen = $0 WHERE owner IS NOT NULL AND ($1 IS NULL OR owner = $1)
        """);
    private readonly Statement _remove = new(connection, """
        DELETE FROM subscriptions WHERE topic = $0 AND subscriber = $1 AND ($2 IS NULL OR (owner IS NULL AND seen < $2)) RETURNING id
        """);
    private readonly Statement _acknowledged = new(connection, $"SELECT min({CursorOf}) FROM subscriptions AS s WHERE topic = $0");

    /// <summary>Where the cursor of a row <c>s</c> is; that of a shared one follows from its claims.</summary>
    public const string CursorOf = """
        CASE WHEN s.shared THEN coalesce((SELECT min(c.sequence) - 1 FROM claims AS c WHERE c.subscription = s.id), s.claimed) ELSE s.cursor END
        """;

    public SubscriptionRow? Find(SubscriptionName name) => topics.Find(name.Topic) is { } topic ? Find(topic, name.Subscriber) : null;

    public SubscriptionRow? Find(TopicRow topic, string subscriber)
    {
        using var reader = _find.Query(topic.Id, subscriber);
        if (!reader.Read())
            return null;
        return new SubscriptionRow(
            reader.GetInt64(0), topic, reader.GetBoolean(1), reader.GetInt64(2), reader.GetInt64(3),
            reader.IsDBNull(4) ? null : reader.GetInt64(4), reader.GetBoolean(5));
    }

    public SubscriptionRow Make(TopicRow topic, string subscriber, bool isShared, long cursor, long now)
    {
        var id = _insert.Number(topic.Id, subscriber, isShared, cursor, now)!.Value;
        return new SubscriptionRow(id, topic, isShared, cursor, cursor, cursor, false);
    }

    public long? Move(MoveCursor move) =>
        topics.Find(move.Subscription.Topic) is { } topic ? _move.Number(topic.Id, move.Subscription.Subscriber, move.To) : null;

    public void Claim(in SubscriptionRow row, long claimed) => _claim.Run(row.Id, claimed);

    public void Attach(in SubscriptionRow row, string owner, long now) => _attach.Run(row.Id, owner, now);

    public void Detach(DetachSubscriber detach, long now)
    {
        if (Find(detach.Subscription) is { } row)
            _detach.Run(row.Id, detach.Sent, now, detach.Owner);
    }

    /// <summary>Detaches the subscribers of one server; of all when null.</summary>
    public void DetachAll(string? owner, long now) => _detachAll.Run(now, owner);

    /// <summary>The id of the row that was removed.</summary>
    public long? Remove(RemoveSubscription remove) => topics.Find(remove.Subscription.Topic) is { } topic
        ? _remove.Number(topic.Id, remove.Subscription.Subscriber, remove.UnseenSince?.ToUnixTimeMilliseconds())
        : null;

    /// <summary>The last event that all subscriptions of a topic have acknowledged; null when there are none.</summary>
    public long? Acknowledged(TopicRow topic) => _acknowledged.Number(topic.Id);

    public void Dispose()
    {
        _find.Dispose();
        _insert.Dispose();
        _move.Dispose();
        _claim.Dispose();
        _attach.Dispose();
        _detach.Dispose();
        _detachAll.Dispose();
        _remove.Dispose();
        _acknowledged.Dispose();
    }
}
