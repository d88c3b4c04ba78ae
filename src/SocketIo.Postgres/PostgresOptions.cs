using Npgsql;
using SocketIo.Postgres.Backplanes;

namespace SocketIo;

/// <summary>
/// Options of the backplane on PostgreSQL, the counterpart of @socket.io/postgres-adapter, whose nodes take part. Validated when the
/// host starts.
/// </summary>
public sealed class PostgresOptions
{
    /// <summary>
    /// Where the database is: a connection string of Npgsql. One of this and <see cref="DataSource"/> must be set. A pooler in between
    /// must keep sessions: notifications belong to one.
    /// </summary>
    public string? ConnectionString { get; set; }

    /// <summary>
    /// The application's own source of connections, which is used and not disposed. Two of its connections stay open for as long as
    /// the server runs; a third one is used now and then. One that was made by <see cref="NpgsqlSlimDataSourceBuilder"/> needs arrays.
    /// </summary>
    public NpgsqlDataSource? DataSource { get; set; }

    /// <summary>
    /// What the names of all channels begin with; the same on all servers. Default "socket.io", the reference's. A channel is the prefix,
    /// "#" and the namespace, and PostgreSQL takes 63 bytes as UTF-8: a namespace whose name is too long stays local, and is logged.
    /// </summary>
    public string Prefix { get; set; } = "socket.io";

    /// <summary>The schema of the tables; null takes the first one of the connection's search path, as JavaScript nodes do.</summary>
    public string? Schema { get; set; }

    /// <summary>
    /// The table of what does not fit into a notification (8,000 bytes), or is binary. The same on all servers. Default
    /// "socket_io_attachments", the reference's.
    /// </summary>
    public string AttachmentTable { get; set; } = "socket_io_attachments";

    /// <summary>Whether tables that are missing are made, which needs the right to. Default true.</summary>
    public bool CreateTables { get; set; } = true;

    /// <summary>How often attachments are deleted that are older than that. Default 30 s, the reference's.</summary>
    public TimeSpan CleanupInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Whether broadcasts are kept in a table for a while, so that with <c>ConnectionStateRecovery</c> clients recover on any server,
    /// and what a server sends while PostgreSQL is away arrives when it is back. Default false. The same on all .NET servers.
    /// </summary>
    /// <remarks>
    /// Each batch of broadcasts is then a transaction that is written to disk, and a server's own clients get them when it is. Nodes in
    /// JavaScript and emitters do not write the table: over their broadcasts no client recovers, and is told so.
    /// </remarks>
    public bool Recovery { get; set; }

    /// <summary>The table of kept broadcasts; with "_cuts" and "_sessions" behind it those of what was deleted and of clients' sessions.</summary>
    public string LogTable { get; set; } = "socket_io_log";

    /// <summary>How long broadcasts are kept; longer than clients may take to come back. Default 10 min.</summary>
    public TimeSpan LogDuration { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>After how long without a sign of life PostgreSQL is taken to be away. Default 5 s; from 1 s.</summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest pause between two attempts to reconnect; the first ones follow sooner. Default 2 s.</summary>
    public TimeSpan MaxReconnectDelay { get; set; } = TimeSpan.FromSeconds(2);

    internal IEnumerable<string> Validate()
    {
        if (string.IsNullOrWhiteSpace(ConnectionString) == DataSource is null)
            yield return $"Set one of {nameof(ConnectionString)} and {nameof(DataSource)}.";
        if (ConnectionString is not null && ClusterDatabase.Check(ConnectionString) is { } fault)
            yield return $"{nameof(ConnectionString)}: {fault}";
        if (string.IsNullOrEmpty(Prefix) || !ChannelName.IsValid($"{Prefix}#/"))
            yield return $"{nameof(Prefix)} is to have 1 to {ChannelName.MaxBytes - 2} bytes as UTF-8, and no NUL.";
        foreach (var (name, value) in new[] { (nameof(AttachmentTable), AttachmentTable), (nameof(LogTable), string.IsNullOrEmpty(LogTable) ? "" : LogTable + "_sessions"), (nameof(Schema), Schema ?? "s") })
        {
            if (string.IsNullOrEmpty(value) || !ChannelName.IsValid(value))
                yield return $"{name} is to be a name of PostgreSQL, of at most {ChannelName.MaxBytes} bytes.";
        }
        if (CleanupInterval < TimeSpan.FromSeconds(1) || CleanupInterval > TimeSpan.FromDays(1))
            yield return $"{nameof(CleanupInterval)} is to be from 1 s to 1 day.";
        if (LogDuration < TimeSpan.FromSeconds(1) || LogDuration > TimeSpan.FromDays(30))
            yield return $"{nameof(LogDuration)} is to be from 1 s to 30 days.";
        if (ResponseTimeout < TimeSpan.FromSeconds(1) || ResponseTimeout > TimeSpan.FromHours(1))
            yield return $"{nameof(ResponseTimeout)} is to be from 1 s to 1 h.";
        if (MaxReconnectDelay < TimeSpan.FromMilliseconds(10) || MaxReconnectDelay > TimeSpan.FromHours(1))
            yield return $"{nameof(MaxReconnectDelay)} is to be from 10 ms to 1 h.";
    }
}
