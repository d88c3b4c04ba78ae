using Microsoft.Extensions.Logging;
using SocketIo.Cluster;
using SocketIo.Postgres.Backplanes;

namespace SocketIo;

/// <summary>Backplanes for processes that are no servers and only send, with <c>SocketIoEmitter</c>. Not started yet.</summary>
public static class PostgresBackplanes
{
    /// <summary>PostgreSQL, for servers with <see cref="PostgresExtensions.AddPostgres(SocketIoBuilder, string, Action{PostgresOptions}?)"/>.</summary>
    /// <param name="options">
    /// The same prefix and tables as the servers', and the same <see cref="PostgresOptions.Recovery"/>: else clients do not recover over
    /// what is emitted.
    /// </param>
    /// <param name="loggers">For the log; null logs nothing.</param>
    /// <returns>The backplane.</returns>
    /// <exception cref="ArgumentException">The options are wrong.</exception>
    public static Backplane ForEmitter(PostgresOptions options, ILoggerFactory? loggers = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate().FirstOrDefault() is { } fault)
            throw new ArgumentException(fault, nameof(options));
        return new PostgresBackplane(options, BackplaneLogger.Of(loggers, typeof(PostgresBackplanes)), TimeProvider.System, receives: false);
    }
}
