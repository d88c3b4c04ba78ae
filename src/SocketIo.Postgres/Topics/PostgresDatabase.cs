using Npgsql;
using SocketIo.Topics;

namespace SocketIo.Postgres;

/// <summary>The database: connections to it, and its schema.</summary>
internal sealed class PostgresDatabase : IAsyncDisposable
{
    // Any number, the same on all servers: one of them makes the schema.
    private const long SchemaLock = 0x73494F74;

    private readonly NpgsqlDataSource _source;
    private readonly bool _ownsSource;

    public PostgresDatabase(PostgresTopicOptions options)
    {
        Options = options;
        Schema = PostgresSchema.Quote(options.Schema);
        AppendToOne = PostgresSchema.AppendToOne(options.Schema);
        _ownsSource = options.DataSource is null;
        _source = options.DataSource ?? Build(options.ConnectionString!);
    }

    public PostgresTopicOptions Options { get; }

    /// <summary>As an identifier.</summary>
    public string Schema { get; }

    /// <summary>See <see cref="PostgresSchema.AppendToOne"/>.</summary>
    public string AppendToOne { get; }

    /// <summary>The name of the notifications' channel.</summary>
    public string Channel => Options.Schema;

    public async ValueTask<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken) =>
        await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Executes a statement, and gives its rows to <paramref name="read"/> until that has enough.</summary>
    public async Task QueryAsync(
        NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, bool> read, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = (int)Options.CommandTimeout.TotalSeconds };
        command.Parameters.AddRange(parameters);

        // no trip to the server where this connection has prepared it before
        if (parameters.Length > 0)
            await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false) && read(reader))
            {
            }
        }
    }

    /// <summary>Executes statements without parameters and results.</summary>
    public Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken) =>
        QueryAsync(connection, sql, static _ => true, cancellationToken);

    /// <summary>Makes what is missing.</summary>
    /// <exception cref="TopicStoreException">The schema is of a newer version.</exception>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        var connection = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var version = await FindVersionAsync(connection, cancellationToken).ConfigureAwait(false)
                ?? await CreateAsync(connection, cancellationToken).ConfigureAwait(false);
            if (version != PostgresSchema.Version)
            {
                throw new TopicStoreException($"The schema {Options.Schema} is of version {version}, here {PostgresSchema.Version}.")
                {
                    IsPermanent = true,
                };
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_ownsSource)
            await _source.DisposeAsync().ConfigureAwait(false);
    }

    private static NpgsqlDataSource Build(string connectionString)
    {
        var builder = new NpgsqlSlimDataSourceBuilder(connectionString);
        builder.EnableArrays();
        builder.EnableTransportSecurity();
        return builder.Build();
    }

    private async Task<int> CreateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await RunAsync(connection, "BEGIN ISOLATION LEVEL READ COMMITTED", cancellationToken).ConfigureAwait(false);
        await RunAsync(connection, $"SELECT pg_advisory_xact_lock({SchemaLock})", cancellationToken).ConfigureAwait(false);

        // another server may have made it meanwhile
        var version = await FindVersionAsync(connection, cancellationToken).ConfigureAwait(false);
        if (version is null)
        {
            if (!await ExistsAsync(connection, "SELECT 1 FROM pg_namespace WHERE nspname = $1", cancellationToken).ConfigureAwait(false))
                await RunAsync(connection, $"CREATE SCHEMA {Schema}", cancellationToken).ConfigureAwait(false);
            await RunAsync(connection, PostgresSchema.Create(Options.Schema), cancellationToken).ConfigureAwait(false);
        }
        await RunAsync(connection, "COMMIT", cancellationToken).ConfigureAwait(false);
        return version ?? PostgresSchema.Version;
    }

    private async Task<int?> FindVersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        const string Exists = "SELECT 1 FROM pg_tables WHERE schemaname = $1 AND tablename = 'version'";
        if (!await ExistsAsync(connection, Exists, cancellationToken).ConfigureAwait(false))
            return null;
        int? version = null;
        await QueryAsync(
            connection, $"SELECT version FROM {Schema}.version",
            reader =>
            {
                version = reader.GetInt32(0);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        return version;
    }

    private async Task<bool> ExistsAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        var exists = false;
        await QueryAsync(connection, sql, _ => exists = true, cancellationToken, Parameters.Text(Options.Schema)).ConfigureAwait(false);
        return exists;
    }
}
