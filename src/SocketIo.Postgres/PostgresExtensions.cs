using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SocketIo.Cluster;
using SocketIo.Postgres;
using SocketIo.Postgres.Backplanes;

namespace SocketIo;

/// <summary>Connects servers by PostgreSQL. Servers in Node with the official adapter take part.</summary>
public static class PostgresExtensions
{
    /// <summary>
    /// Connects the server with others by notifications of PostgreSQL, in the format of @socket.io/postgres-adapter. What is sent while
    /// PostgreSQL is away waits, as far as <see cref="ClusterOptions.MaxQueuedBytes"/> allows; what others send then is lost, unless
    /// <see cref="PostgresOptions.Recovery"/> is on.
    /// </summary>
    /// <param name="builder">What <c>AddSocketIo</c> returned.</param>
    /// <param name="connectionString">A connection string of Npgsql.</param>
    /// <param name="configure">Changes the options.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException">There is a backplane already.</exception>
    public static SocketIoBuilder AddPostgres(this SocketIoBuilder builder, string connectionString, Action<PostgresOptions>? configure = null) =>
        builder.Add(connectionString, configure);

    /// <summary>Like <see cref="AddPostgres(SocketIoBuilder, string, Action{PostgresOptions}?)"/>; the options say how to connect.</summary>
    /// <inheritdoc cref="AddPostgres(SocketIoBuilder, string, Action{PostgresOptions}?)"/>
    public static SocketIoBuilder AddPostgres(this SocketIoBuilder builder, Action<PostgresOptions> configure) => builder.Add(null, configure);

    private static SocketIoBuilder Add(this SocketIoBuilder builder, string? connectionString, Action<PostgresOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddBackplane(static services => new PostgresBackplane(
            services.GetRequiredService<IOptions<PostgresOptions>>().Value,
            BackplaneLogger.Of(services.GetService<ILoggerFactory>(), typeof(PostgresBackplane)),
            services.GetService<TimeProvider>() ?? TimeProvider.System));
        var options = builder.Services.AddOptions<PostgresOptions>().Configure(options => options.ConnectionString = connectionString).ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PostgresOptions>, PostgresOptionsValidator>());
        return builder;
    }
}
