using Npgsql;
using SocketIo.Cluster.Sessions;

namespace SocketIo.Postgres.Backplanes;

/// <summary>The database of a cluster: connections to it, and the names of its tables.</summary>
internal sealed class ClusterDatabase : IAsyncDisposable
{
    // Any number, the same on all servers: one of them makes the tables.
    private const long TableLock = 0x73494F43;

    private readonly PostgresOptions _options;
    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlDataSource _dedicated; // what was given up is not to come back out of a pool

    public ClusterDatabase(PostgresOptions options)
    {
        _options = options;
        _source = options.DataSource ?? Build(options.ConnectionString!, isPooled: true);
        _dedicated = options.DataSource ?? Build(options.ConnectionString!, isPooled: false);
        Attachments = Qualify(options.AttachmentTable);
        Log = Qualify(options.LogTable);
        Cuts = Qualify(options.LogTable + "_cuts");
        Sessions = Qualify(options.LogTable + "_sessions");
        Ids = Qualify(options.LogTable + "_ids");
    }

    /// <summary>What is too large for a notification.</summary>
    public string Attachments { get; }

    /// <summary>The kept broadcasts of all namespaces; a row without payload stands for some that are not there.</summary>
    public string Log { get; }

    /// <summary>How far the log of a channel was deleted; the row without name stands for channels that have none.</summary>
    public string Cuts { get; }

    /// <summary>What clients need that come back.</summary>
    public string Sessions { get; }

    /// <summary>The sequence that numbers the log.</summary>
    public string Ids { get; }

    /// <summary>Seconds, as commands have it.</summary>
    public int Timeout => (int)Math.Ceiling(_options.ResponseTimeout.TotalSeconds);

    /// <summary>Where it is, for logs.</summary>
    public string Address => _source.ConnectionString is { } text && new NpgsqlConnectionStringBuilder(text) is var builder
        ? $"{builder.Host}:{builder.Port}/{builder.Database}"
        : "";

    /// <summary>What is wrong with a connection string, without its secrets; null when it is right.</summary>
    public static string? Check(string connectionString)
    {
        try
        {
            return string.IsNullOrEmpty(new NpgsqlConnectionStringBuilder(connectionString).Host) ? "there is no host." : null;
        }
        catch (ArgumentException exception)
        {
            return exception.Message;
        }
    }

    /// <summary>A connection for a moment.</summary>
    public ValueTask<NpgsqlConnection> RentAsync(CancellationToken cancellationToken) => _source.OpenConnectionAsync(cancellationToken);

    /// <summary>A connection for a session.</summary>
    /// <exception cref="TimeoutException">PostgreSQL does not answer.</exception>
    public async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(_options.ResponseTimeout);
        try
        {
            return await _dedicated.OpenConnectionAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"Connecting took longer than {_options.ResponseTimeout}.");
        }
    }

    /// <summary>A command of a connection.</summary>
    public NpgsqlCommand Command(NpgsqlConnection connection, string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = Timeout };
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter);
        return command;
    }

    /// <summary>Executes a statement.</summary>
    public async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        using var command = Command(connection, sql, parameters);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Executes a statement and returns its first value; null when there is none.</summary>
    public async Task<object?> AskAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        using var command = Command(connection, sql, parameters);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is { } value and not DBNull ? value : null;
    }

    /// <summary>Makes what is missing.</summary>
    /// <exception cref="BackplaneRefusedException">It is missing, and cannot be made.</exception>
    public async Task PrepareAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var missing = await FindMissingAsync(connection, cancellationToken).ConfigureAwait(false);
        if (missing is null)
            return;
        if (!_options.CreateTables)
            throw new BackplaneRefusedException($"The table {missing} is missing, and {nameof(PostgresOptions.CreateTables)} is false.");
        try
        {
            await CreateAsync(connection, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.InvalidSchemaName)
        {
            throw new BackplaneRefusedException($"The table {missing} is missing and cannot be made: {exception.MessageText}");
        }
    }

    /// <summary>Deletes what is too old.</summary>
    public async Task CleanAsync(CancellationToken cancellationToken)
    {
        var connection = await RentAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            await RunAsync(
                connection, $"DELETE FROM {Attachments} WHERE created_at < now() - $1", cancellationToken, Parameters.Span(_options.CleanupInterval))
                .ConfigureAwait(false);
            if (!_options.Recovery)
                return;
            await RunAsync(connection, $"DELETE FROM {Sessions} WHERE expires < now()", cancellationToken).ConfigureAwait(false);
            await RunAsync(connection, CutSql, cancellationToken, Parameters.Span(_options.LogDuration)).ConfigureAwait(false);
            await RunAsync(connection, ForgetSql, cancellationToken, Parameters.Span(_options.LogDuration)).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_options.DataSource is not null)
            return;
        await _source.DisposeAsync().ConfigureAwait(false);
        await _dedicated.DisposeAsync().ConfigureAwait(false);
    }

    private string CutSql => $"""
        WITH gone AS (DELETE FROM {Log} WHERE created_at < now() - $1 RETURNING channel, id)
        INSERT INTO {Cuts} AS cut (channel, id, created_at) SELECT channel, max(id), now() FROM gone GROUP BY channel
        ON CONFLICT (channel) DO UPDATE SET id = greatest(cut.id, excluded.id), created_at = now()
        """;

    // Namespaces come and go: after a day without news one row stands for all of them, and clients that were away for so long start anew.
    private string ForgetSql => $"""
        WITH gone AS (DELETE FROM {Cuts} WHERE channel <> '' AND created_at < now() - $1 - interval '1 day' RETURNING id)
        INSERT INTO {Cuts} AS cut (channel, id, created_at) SELECT '', max(id), now() FROM gone HAVING count(*) > 0
        ON CONFLICT (channel) DO UPDATE SET id = greatest(cut.id, excluded.id), created_at = now()
        """;

    private string TablesSql => $"""
        CREATE TABLE IF NOT EXISTS {Attachments} (id bigserial UNIQUE, created_at timestamptz DEFAULT now(), payload bytea);
        """;

    private string LogSql => $"""
        CREATE SEQUENCE IF NOT EXISTS {Ids};
        CREATE TABLE IF NOT EXISTS {Log} (
            id bigint PRIMARY KEY DEFAULT nextval({Literal(Ids)}), channel text COLLATE "C" NOT NULL, writer text COLLATE "C", number bigint,
            created_at timestamptz NOT NULL DEFAULT now(), payload bytea);
        CREATE INDEX IF NOT EXISTS {PostgresSchema.Quote(_options.LogTable + "_channel")} ON {Log} (channel, id);
        CREATE INDEX IF NOT EXISTS {PostgresSchema.Quote(_options.LogTable + "_age")} ON {Log} (created_at);
        CREATE TABLE IF NOT EXISTS {Cuts} (channel text COLLATE "C" PRIMARY KEY, id bigint NOT NULL, created_at timestamptz NOT NULL);
        CREATE TABLE IF NOT EXISTS {Sessions} (
            pid text COLLATE "C" PRIMARY KEY, expires timestamptz NOT NULL, generation int NOT NULL, session text);
        """;

    /// <summary>A text in SQL.</summary>
    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static NpgsqlDataSource Build(string connectionString, bool isPooled)
    {
        var builder = new NpgsqlSlimDataSourceBuilder(connectionString);
        builder.ConnectionStringBuilder.Pooling &= isPooled;
        builder.EnableArrays();
        builder.EnableTransportSecurity();
        return builder.Build();
    }

    private async Task<string?> FindMissingAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        foreach (var table in _options.Recovery ? [Attachments, Log, Cuts, Sessions] : new[] { Attachments })
        {
            if (await AskAsync(connection, "SELECT to_regclass($1)::text", cancellationToken, Parameters.Text(table)).ConfigureAwait(false) is null)
                return table;
        }
        return null;
    }

    // one transaction
    private async Task CreateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await RunAsync(
            connection, $"SELECT pg_advisory_xact_lock({TableLock}); {TablesSql} {(_options.Recovery ? LogSql : "")}", cancellationToken)
            .ConfigureAwait(false);
    }

    private string Qualify(string table) =>
        _options.Schema is { } schema ? $"{PostgresSchema.Quote(schema)}.{PostgresSchema.Quote(table)}" : PostgresSchema.Quote(table);
}
