using Microsoft.Data.Sqlite;
using SocketIo.Topics;

namespace SocketIo.Sqlite;

/// <summary>A connection that reads. Each method is one statement, hence one moment. For one thread at a time.</summary>
internal sealed class Reader(SqliteConnection connection) : IDisposable
{
    // a list is read in pages of so many rows
    public const int PageLength = 500;

    private readonly Statement _page = new(connection, """
        SELECT t.first, t.last, e.sequence, e.at, e.json, e.attachments
        FROM topics AS t LEFT JOIN events AS e ON e.topic = t.id AND e.sequence > $2
        WHERE t.namespace = $0 AND t.name = $1
        ORDER BY e.sequence LIMIT $3
        """);

    private readonly Statement _topics = new(connection, $"""
        SELECT namespace, name, uid, first, last, total - before, (SELECT count(*) FROM subscriptions AS s WHERE s.topic = t.id)
        FROM topics AS t WHERE (namespace, name) > ($0, $1) ORDER BY namespace, name LIMIT {PageLength}
        """);

    private readonly Statement _topic = new(connection, """
        SELECT namespace, name, uid, first, last, total - before, (SELECT count(*) FROM subscriptions AS s WHERE s.topic = t.id)
        FROM topics AS t WHERE namespace = $0 AND name = $1
        """);

    private readonly Statement _subscriptions = new(connection, $"""
        SELECT s.subscriber, s.shared, {SubscriptionRows.CursorOf}, s.owner IS NOT NULL, s.seen,
            (SELECT count(*) FROM claims AS c WHERE c.subscription = s.id AND c.sequence >= t.first)
                + max(0, t.last - max(CASE WHEN s.shared THEN s.claimed ELSE s.cursor END, t.first - 1))
        FROM topics AS t JOIN subscriptions AS s ON s.topic = t.id
        WHERE t.namespace = $0 AND t.name = $1 AND s.subscriber > $2
        ORDER BY s.subscriber LIMIT {PageLength}
        """);

    public TopicPage ReadPage(TopicName topic, long after, int maxCount, int maxBytes)
    {
        var kept = new SequenceRange(1, 0);
        var events = new List<StoredEvent>();
        using var reader = _page.Query(topic.Namespace, topic.Name, after, Math.Max(maxCount, 1));
        for (var bytes = 0L; (events.Count == 0 || bytes < maxBytes) && reader.Read();)
        {
            kept = new(reader.GetInt64(0), reader.GetInt64(1));
            if (reader.IsDBNull(2))
                break;
            events.Add(ReadEvent(reader));
            bytes += StoredEvent.SizeOf(events[^1].Data);
        }
        return new(kept, events);
    }

    public List<TopicInfo> ReadTopics(TopicName behind) => ReadTopics(_topics, behind);

    public TopicInfo? ReadTopic(TopicName topic) => ReadTopics(_topic, topic).SingleOrDefault();

    public List<SubscriptionInfo> ReadSubscriptions(SubscriptionName behind)
    {
        var infos = new List<SubscriptionInfo>();
        using var reader = _subscriptions.Query(behind.Topic.Namespace, behind.Topic.Name, behind.Subscriber);
        while (reader.Read())
        {
            infos.Add(new(
                behind with { Subscriber = reader.GetString(0) }, reader.GetBoolean(1), reader.GetInt64(2), reader.GetInt64(5),
                reader.GetBoolean(3), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(4))));
        }
        return infos;
    }

    public void Dispose()
    {
        _page.Dispose();
        _topics.Dispose();
        _topic.Dispose();
        _subscriptions.Dispose();
        connection.Dispose();
    }

    private static StoredEvent ReadEvent(SqliteDataReader reader) => new(
        reader.GetInt64(2),
        DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(3)),
        new(reader.GetFieldValue<byte[]>(4), AttachmentBlob.Unpack(reader.IsDBNull(5) ? null : reader.GetFieldValue<byte[]>(5))));

    private static List<TopicInfo> ReadTopics(Statement statement, TopicName name)
    {
        var infos = new List<TopicInfo>();
        using var reader = statement.Query(name.Namespace, name.Name);
        while (reader.Read())
        {
            infos.Add(new(
                new(reader.GetString(0), reader.GetString(1)), reader.GetString(2), new(reader.GetInt64(3), reader.GetInt64(4)),
                reader.GetInt64(5), reader.GetInt64(6)));
        }
        return infos;
    }
}
