using Npgsql;

namespace SocketIo.Postgres.Backplanes;

/// <summary>The statements that send the messages of one channel.</summary>
internal sealed class Sender(ClusterDatabase database, string channel, string writer)
{
    /// <summary>
    /// Sends what is not kept. Each statement is a transaction of its own, since PostgreSQL drops notifications of one that are equal.
    /// </summary>
    public async Task<int> SendAsync(NpgsqlConnection connection, List<Outgoing> messages, CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(connection) { EnableErrorBarriers = true, Timeout = database.Timeout };
        await using var closing = batch.ConfigureAwait(false);
        var texts = new List<string>();
        var distinct = new HashSet<string>(StringComparer.Ordinal);
        foreach (var message in messages)
        {
            if (message.Attachment is null && distinct.Add(message.Text))
            {
                texts.Add(message.Text);
                continue;
            }
            Notify(batch, texts);
            distinct.Clear();
            if (message.Attachment is null)
                texts.Add(message.Text);
            else
                Attach(batch, message);
            distinct.UnionWith(texts);
        }
        Notify(batch, texts);
        return await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Sends what is kept, all or nothing. Who writes to the channel's log waits for the others, so that the numbers rise in the order of
    /// commits, in which notifications arrive.
    /// </summary>
    public async Task<int> KeepAsync(NpgsqlConnection connection, List<Outgoing> messages, CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(connection) { Timeout = database.Timeout };
        await using var closing = batch.ConfigureAwait(false);
        Add(batch, "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", Parameters.Text(database.Log + channel));
        var plain = new List<Outgoing>();
        foreach (var message in messages)
        {
            if (message.Attachment is null)
            {
                plain.Add(message);
                continue;
            }
            Keep(batch, plain);
            KeepAttached(batch, message);
        }
        Keep(batch, plain);
        return await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether what ends with a number was kept.</summary>
    public async Task<bool> HasKeptAsync(NpgsqlConnection connection, long number, CancellationToken cancellationToken) => await database.AskAsync(
        connection, $"SELECT 1 FROM {database.Log} WHERE channel = $1 AND writer = $2 AND number = $3", cancellationToken,
        Parameters.Text(channel), Parameters.Text(writer), Parameters.Number(number)).ConfigureAwait(false) is not null;

    /// <summary>Notes that something is missing here, once between two broadcasts.</summary>
    public async Task<int> NoteGapAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(connection) { Timeout = database.Timeout };
        await using var closing = batch.ConfigureAwait(false);
        Add(batch, "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", Parameters.Text(database.Log + channel));
        Add(
            batch,
            $"""
            INSERT INTO {database.Log} (channel) SELECT $1
            WHERE (SELECT payload IS NOT NULL FROM {database.Log} WHERE channel = $1 ORDER BY id DESC LIMIT 1) IS NOT FALSE
            """,
            Parameters.Text(channel));
        return await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private void Notify(NpgsqlBatch batch, List<string> texts)
    {
        if (texts.Count == 0)
            return;
        Add(
            batch, "SELECT pg_notify($1, text) FROM unnest($2) WITH ORDINALITY AS all_texts(text, place) ORDER BY place",
            Parameters.Text(channel), Parameters.Texts([.. texts]));
        texts.Clear();
    }

    private void Attach(NpgsqlBatch batch, in Outgoing message) => Add(
        batch,
        $$"""WITH row AS (INSERT INTO {{database.Attachments}} (payload) VALUES ($3) RETURNING id) SELECT pg_notify($1, $2 || id || '"}') FROM row""",
        Parameters.Text(channel), Parameters.Text(message.Text), Parameters.Binary(message.Attachment!));

    private void Keep(NpgsqlBatch batch, List<Outgoing> messages)
    {
        if (messages.Count == 0)
            return;
        Add(
            batch,
            $$"""
            WITH entry AS MATERIALIZED (
                SELECT nextval({{ClusterDatabase.Literal(database.Ids)}}) AS id, text, payload, number, place
                FROM (SELECT * FROM unnest($3, $4, $5) WITH ORDINALITY AS everything(text, payload, number, place) ORDER BY place) AS ordered),
            kept AS (INSERT INTO {{database.Log}} (id, channel, writer, number, payload) SELECT id, $1, $2, number, payload FROM entry)
            SELECT pg_notify($1, text || ',"offset":"' || id || '"}') FROM (SELECT * FROM entry ORDER BY place) AS ordered
            """,
            Parameters.Text(channel), Parameters.Text(writer), Parameters.Texts([.. messages.Select(static message => message.Text)]),
            Parameters.Bytes([.. messages.Select(static message => message.Kept)]), Parameters.Numbers([.. messages.Select(static message => message.Number)]));
        messages.Clear();
    }

    private void KeepAttached(NpgsqlBatch batch, in Outgoing message) => Add(
        batch,
        $$"""
        WITH row AS (INSERT INTO {{database.Attachments}} (payload) VALUES ($4) RETURNING id),
        kept AS (INSERT INTO {{database.Log}} (channel, writer, number, payload) VALUES ($1, $2, $5, $6) RETURNING id)
        SELECT pg_notify($1, $3 || row.id || '","offset":"' || kept.id || '"}') FROM row, kept
        """,
        Parameters.Text(channel), Parameters.Text(writer), Parameters.Text(message.Text), Parameters.Binary(message.Attachment!),
        Parameters.Number(message.Number), Parameters.Binary(message.Kept!));

    private static void Add(NpgsqlBatch batch, string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter);
        batch.BatchCommands.Add(command);
    }
}
