using System.Text;
using Npgsql;

namespace SocketIo.Postgres;

/// <summary>Options of <see cref="PostgresTopicStore"/>.</summary>
public sealed class PostgresTopicOptions
{
    // one writes, one listens, and whoever reads must get one beside them
    private const int MinConnections = 3;

    /// <summary>
    /// Where the database is. Not used when <see cref="DataSource"/> is set. A pooler in between must keep sessions: notifications and
    /// prepared statements belong to one. Its "Maximum Pool Size" is 3 at least: two connections are always in use.
    /// </summary>
    public string? ConnectionString { get; init; }

    /// <summary>
    /// The application's own source of connections, which it disposes itself; null to make one of <see cref="ConnectionString"/>. Two of its
    /// connections are always in use.
    /// </summary>
    public NpgsqlDataSource? DataSource { get; init; }

    /// <summary>
    /// The schema of the tables and functions, also the channel of the notifications. Made when missing, which needs the right to.
    /// Servers with the same schema share their topics. Default "socketio_topics".
    /// </summary>
    public string Schema { get; init; } = "socketio_topics";

    /// <summary>How long one batch or page may take before the connection is given up. Default 10 s; from 1 s to 1 h.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(10);

    internal void Validate()
    {
        if (DataSource is null && string.IsNullOrWhiteSpace(ConnectionString))
            throw new ArgumentException($"{nameof(ConnectionString)} or {nameof(DataSource)} must be set.");
        var pool = new NpgsqlConnectionStringBuilder(DataSource?.ConnectionString ?? ConnectionString);
        if (pool.Pooling && pool.MaxPoolSize < MinConnections)
            throw new ArgumentException($"Maximum Pool Size must be {MinConnections} at least, and is {pool.MaxPoolSize}: two connections are always in use.");
        ArgumentException.ThrowIfNullOrWhiteSpace(Schema);

        // PostgreSQL cuts longer names of schemas, and refuses longer names of channels
        if (Encoding.UTF8.GetByteCount(Schema) > 63 || Schema.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException($"{nameof(Schema)} has at most 63 bytes as UTF-8, and no NUL.");
        if (Schema.StartsWith("pg_", StringComparison.Ordinal))
            throw new ArgumentException($"{nameof(Schema)} does not begin with pg_, which PostgreSQL keeps for itself.");
        ArgumentOutOfRangeException.ThrowIfLessThan(CommandTimeout, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(CommandTimeout, TimeSpan.FromHours(1));
    }
}
