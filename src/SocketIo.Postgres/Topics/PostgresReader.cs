using Npgsql;
using SocketIo.Topics;

namespace SocketIo.Postgres;

/// <summary>Reads, on connections of the pool. Each method is one statement, hence one moment.</summary>
internal sealed class PostgresReader(PostgresDatabase database)
{
    // a list is read in pages of so many rows
    public const int PageLength = 500;

    private readonly string _page = $"""
        SELECT t.first, t.last, e.sequence, e.at, e.json, e.attachments
        FROM {database.Schema}.topics t LEFT JOIN LATERAL (
            SELECT * FROM {database.Schema}.events e WHERE e.topic = t.id AND e.sequence > $3 ORDER BY e.sequence LIMIT $4) e ON true
        WHERE t.namespace = $1 AND t.name = $2
        ORDER BY e.sequence
        """;

    private readonly string _topics = $"""
        SELECT t.namespace, t.name, t.uid, t.first, t.last, t.total - t.before,
            (SELECT count(*) FROM {database.Schema}.subscriptions s WHERE s.topic = t.id)
        FROM {database.Schema}.topics t
        """;

    private readonly string _subscriptions = $"""
        SELECT s.subscriber, s.shared, {database.Schema}.cursor_of(s),
            EXISTS (SELECT 1 FROM {database.Schema}.attached a WHERE a.subscription = s.id), s.seen,
            (SELECT count(*) FROM {database.Schema}.claims c WHERE c.subscription = s.id AND c.sequence >= t.first)
                + greatest(0, t.last - greatest(CASE WHEN s.shared THEN s.claimed ELSE s.cursor END, t.first - 1))
        FROM {database.Schema}.topics t JOIN {database.Schema}.subscriptions s ON s.topic = t.id
        WHERE t.namespace = $1 AND t.name = $2 AND s.subscriber > $3
        ORDER BY s.subscriber LIMIT {PageLength}
        """;

    public async Task<TopicPage> ReadPageAsync(TopicName topic, long after, int maxCount, int maxBytes, CancellationToken cancellationToken)
    {
        var kept = new SequenceRange(1, 0);
        var events = new List<StoredEvent>();
        var bytes = 0L;
        await QueryAsync(
            _page,
            reader =>
            {
                kept = new(reader.GetInt64(0), reader.GetInt64(1));
                if (reader.IsDBNull(2))
                    return false;
                events.Add(ReadEvent(reader));
                bytes += StoredEvent.SizeOf(events[^1].Data);
                return bytes < maxBytes;
            },
            cancellationToken,
            Parameters.Text(topic.Namespace), Parameters.Text(topic.Name), Parameters.Number(after), Parameters.Number(Math.Max(maxCount, 1)))
            .ConfigureAwait(false);
        return new(kept, events);
    }

    public async Task<List<TopicInfo>> ReadTopicsAsync(TopicName behind, CancellationToken cancellationToken) => await ReadTopicsAsync(
        $"{_topics} WHERE (t.namespace, t.name) > ($1, $2) ORDER BY t.namespace, t.name LIMIT {PageLength}", behind, cancellationToken).ConfigureAwait(false);

    public async Task<TopicInfo?> ReadTopicAsync(TopicName topic, CancellationToken cancellationToken) =>
        (await ReadTopicsAsync($"{_topics} WHERE t.namespace = $1 AND t.name = $2", topic, cancellationToken).ConfigureAwait(false)).SingleOrDefault();

    public async Task<List<SubscriptionInfo>> ReadSubscriptionsAsync(SubscriptionName behind, CancellationToken cancellationToken)
    {
        var infos = new List<SubscriptionInfo>();
        await QueryAsync(
            _subscriptions,
            reader =>
            {
                infos.Add(new(
                    behind with { Subscriber = reader.GetString(0) }, reader.GetBoolean(1), reader.GetInt64(2), reader.GetInt64(5),
                    reader.GetBoolean(3), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(4))));
                return true;
            },
            cancellationToken,
            Parameters.Text(behind.Topic.Namespace), Parameters.Text(behind.Topic.Name), Parameters.Text(behind.Subscriber)).ConfigureAwait(false);
        return infos;
    }

    public async Task CheckAsync(CancellationToken cancellationToken) =>
        await QueryAsync($"SELECT version FROM {database.Schema}.version", static _ => true, cancellationToken).ConfigureAwait(false);

    private static StoredEvent ReadEvent(NpgsqlDataReader reader) => new(
        reader.GetInt64(2),
        DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(3)),
        new(reader.GetFieldValue<byte[]>(4), AttachmentBlob.Unpack(reader.IsDBNull(5) ? null : reader.GetFieldValue<byte[]>(5))));

    private async Task<List<TopicInfo>> ReadTopicsAsync(string sql, TopicName name, CancellationToken cancellationToken)
    {
        var infos = new List<TopicInfo>();
        await QueryAsync(
            sql,
            reader =>
            {
                infos.Add(new(
                    new(reader.GetString(0), reader.GetString(1)), reader.GetString(2), new(reader.GetInt64(3), reader.GetInt64(4)),
                    reader.GetInt64(5), reader.GetInt64(6)));
                return true;
            },
            cancellationToken,
            Parameters.Text(name.Namespace), Parameters.Text(name.Name)).ConfigureAwait(false);
        return infos;
    }

    /// <summary>Gives the rows to <paramref name="read"/> until that has enough.</summary>
    private async Task QueryAsync(
        string sql, Func<NpgsqlDataReader, bool> read, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        try
        {
            var connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
                await database.QueryAsync(connection, sql, read, cancellationToken, parameters).ConfigureAwait(false);
        }
        catch (Exception exception) when (PostgresErrors.IsOfDriver(exception))
        {
            throw PostgresErrors.Translate(exception, "read");
        }
    }
}
