using Microsoft.Extensions.Logging;
using Npgsql;
using SocketIo.Cluster;
using SocketIo.Cluster.Sessions;

namespace SocketIo.Postgres.Backplanes;

/// <summary>NOTIFY and LISTEN of PostgreSQL, in the format of @socket.io/postgres-adapter.</summary>
internal sealed class PostgresBackplane : SessionBackplane<PostgresSession>
{
    private readonly PostgresOptions _options;
    private readonly bool _receives;
    private readonly FormerBackends _former = new();

    /// <param name="options">The options, validated.</param>
    /// <param name="logger">For the log.</param>
    /// <param name="time">The clock.</param>
    /// <param name="receives">False for a process that only emits.</param>
    public PostgresBackplane(PostgresOptions options, ILogger logger, TimeProvider time, bool receives = true)
        : base("PostgreSQL", options.MaxReconnectDelay, logger, time)
    {
        _options = options;
        _receives = receives;
        Database = new ClusterDatabase(options);
    }

    public override string Name => "postgres";

    public ClusterDatabase Database { get; }

    /// <summary>Whether broadcasts are kept.</summary>
    public bool Keeps => _options.Recovery;

    public override NamespaceLink Open(string namespaceName, INodeReceiver? receiver)
    {
        ArgumentException.ThrowIfNullOrEmpty(namespaceName);
        return new PostgresLink(this, ChannelName.Of(_options.Prefix, namespaceName), receiver);
    }

    protected override Task<PostgresSession> ConnectAsync(CancellationToken cancellationToken) =>
        PostgresSession.OpenAsync(Database, _former, _receives, _options.Recovery, cancellationToken);

    protected override Task PrepareAsync(PostgresSession session, CancellationToken cancellationToken)
    {
        session.Run(Time, _options.CleanupInterval);
        return Task.CompletedTask;
    }

    protected override object Describe(PostgresSession session) => Database.Address;

    protected override string Describe(Exception reason) => reason switch
    {
        PostgresException refused => refused.MessageText,
        TimeoutException or NpgsqlException { InnerException: null } => reason.Message,
        NpgsqlException { InnerException: { } inner } => $"{reason.Message}: {inner.Message}",
        _ => $"{reason.GetType().Name}: {reason.Message}",
    };

    // class 57 is of a server that starts or stops
    protected override bool IsRefusal(Exception reason) => reason is PostgresException refused && !refused.SqlState.StartsWith("57", StringComparison.Ordinal);

    protected override ValueTask CloseAsync() => Database.DisposeAsync();
}
