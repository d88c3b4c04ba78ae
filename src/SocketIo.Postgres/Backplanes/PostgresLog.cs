using System.Globalization;
using System.Runtime.CompilerServices;
using Npgsql;
using SocketIo.Cluster;
using SocketIo.Cluster.Formats;

namespace SocketIo.Postgres.Backplanes;

/// <summary>The kept broadcasts of a channel, and sessions. Offsets are the numbers of rows; those of a channel rise, and have holes.</summary>
internal sealed class PostgresLog(ClusterDatabase database, string channel) : ClusterLog
{
    private const int PageSize = 500;

    /// <summary>
    /// Completes when it is noted that a broadcast is missing that this node has received: its clients must not read over the place before.
    /// </summary>
    public Task Noting { get; set; } = Task.CompletedTask;

    public static string Text(long offset) => offset.ToString(CultureInfo.InvariantCulture);

    public override bool IsOffset(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    public override int Compare(string first, string second) => Parse(first).CompareTo(Parse(second));

    public override async ValueTask<string> GetNewestAsync(CancellationToken cancellationToken)
    {
        var connection = await database.RentAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = connection.ConfigureAwait(false);
        return Text(await GetNewestAsync(connection, cancellationToken).ConfigureAwait(false));
    }

    public override async IAsyncEnumerable<ClusterMessage> ReadAsync(string after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Noting.WaitAsync(cancellationToken).ConfigureAwait(false);
        var connection = await database.RentAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = connection.ConfigureAwait(false);
        var position = Parse(after);
        // a place that never was
        if (position > await GetNewestAsync(connection, cancellationToken).ConfigureAwait(false))
            throw new EntryGoneException(after);
        while (await ReadPageAsync(connection, position, cancellationToken).ConfigureAwait(false) is var page)
        {
            // asked behind the page: what is cut off in between is noticed
            if (!await IsCompleteAsync(connection, position, cancellationToken).ConfigureAwait(false))
                throw new EntryGoneException(after);
            if (page.Count == 0)
                yield break;
            foreach (var (id, payload) in page)
            {
                if (payload is null || !MixedFormat.TryRead(payload, out var message, out _))
                    throw new EntryGoneException(after);
                position = id;
                yield return message with { Offset = Text(id) };
            }
        }
    }

    public override async ValueTask SaveAsync(StoredSession session, TimeSpan keep, CancellationToken cancellationToken)
    {
        await PutAsync(session.Pid, session.Generation, keep, SessionFormat.Write(session), cancellationToken).ConfigureAwait(false);
    }

    public override ValueTask<StoredSession?> FindAsync(string pid, CancellationToken cancellationToken) =>
        GetAsync($"SELECT session FROM {database.Sessions} WHERE pid = $1 AND expires > now()", pid, cancellationToken);

    public override ValueTask<StoredSession?> TakeAsync(string pid, CancellationToken cancellationToken) => GetAsync(
        $"""
        WITH found AS (SELECT pid, session FROM {database.Sessions} WHERE pid = $1 AND expires > now() AND session IS NOT NULL FOR UPDATE)
        UPDATE {database.Sessions} AS kept SET session = NULL, generation = generation + 1 FROM found WHERE kept.pid = found.pid
        RETURNING found.session
        """,
        pid, cancellationToken);

    public override async ValueTask RemoveAsync(string pid, int generation, TimeSpan keep, CancellationToken cancellationToken) =>
        await PutAsync(pid, generation, keep, null, cancellationToken).ConfigureAwait(false);

    private async Task PutAsync(string pid, int generation, TimeSpan keep, string? session, CancellationToken cancellationToken)
    {
        var connection = await database.RentAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = connection.ConfigureAwait(false);
        await database.RunAsync(
            connection,
            $"""
            INSERT INTO {database.Sessions} AS kept (pid, expires, generation, session) VALUES ($1, now() + $2, $3, $4)
            ON CONFLICT (pid) DO UPDATE SET expires = excluded.expires, generation = excluded.generation, session = excluded.session
            WHERE kept.generation <= excluded.generation
            """,
            cancellationToken, Parameters.Text(pid), Parameters.Span(keep), Parameters.Number(generation), Parameters.Text(session)).ConfigureAwait(false);
    }

    private async ValueTask<StoredSession?> GetAsync(string sql, string pid, CancellationToken cancellationToken)
    {
        // clients send it
        if (pid.Contains('\0', StringComparison.Ordinal))
            return null;
        var connection = await database.RentAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = connection.ConfigureAwait(false);
        var session = (string?)await database.AskAsync(connection, sql, cancellationToken, Parameters.Text(pid)).ConfigureAwait(false);
        return session is null ? null : SessionFormat.TryRead(session);
    }

    /// <summary>The newest row's number, or that of the newest one that was deleted; 0 when there never was one.</summary>
    public async Task<long> GetNewestAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => (long)(await database.AskAsync(
        connection,
        $"""
        SELECT greatest(
            (SELECT max(id) FROM {database.Log} WHERE channel = $1), (SELECT max(id) FROM {database.Cuts} WHERE channel IN ($1, '')), 0)
        """,
        cancellationToken, Parameters.Text(channel)).ConfigureAwait(false))!;

    /// <summary>What is kept at a place; null where nothing is.</summary>
    public async Task<byte[]?> FindAsync(NpgsqlConnection connection, long place, CancellationToken cancellationToken) => (byte[]?)await database.AskAsync(
        connection, $"SELECT payload FROM {database.Log} WHERE channel = $1 AND id = $2 AND payload IS NOT NULL", cancellationToken,
        Parameters.Text(channel), Parameters.Number(place)).ConfigureAwait(false);

    /// <summary>Whether nothing behind a place was deleted.</summary>
    public async Task<bool> IsCompleteAsync(NpgsqlConnection connection, long position, CancellationToken cancellationToken) => await database.AskAsync(
        connection, $"SELECT 1 FROM {database.Cuts} WHERE channel IN ($1, '') AND id > $2", cancellationToken,
        Parameters.Text(channel), Parameters.Number(position)).ConfigureAwait(false) is null;

    /// <summary>The next rows behind a place.</summary>
    public async Task<List<(long Id, byte[]? Payload)>> ReadPageAsync(NpgsqlConnection connection, long position, CancellationToken cancellationToken)
    {
        using var command = database.Command(
            connection, $"SELECT id, payload FROM {database.Log} WHERE channel = $1 AND id > $2 ORDER BY id LIMIT {PageSize}",
            Parameters.Text(channel), Parameters.Number(position));
        var page = new List<(long, byte[]?)>();
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = reader.ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            page.Add((reader.GetInt64(0), reader.IsDBNull(1) ? null : reader.GetFieldValue<byte[]>(1)));
        return page;
    }

    private static long Parse(string offset) => long.Parse(offset, NumberStyles.None, CultureInfo.InvariantCulture);
}
