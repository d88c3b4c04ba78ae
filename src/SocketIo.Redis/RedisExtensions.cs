using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SocketIo.Cluster;
using SocketIo.Redis;
using SocketIo.Redis.Backplanes;
using SocketIo.Redis.Classic;
using SocketIo.Redis.Connections;
using SocketIo.Redis.Sharded;
using SocketIo.Redis.Streams;

namespace SocketIo;

/// <summary>Connects servers by Redis. Servers in Node with the official adapters take part.</summary>
public static class RedisExtensions
{
    /// <summary>
    /// Connects the server with others by Redis pub/sub, in the format of <c>createAdapter</c> of @socket.io/redis-adapter. What is sent
    /// while Redis is away waits, as far as <see cref="ClusterOptions.MaxQueuedBytes"/> allows; what others send then is lost.
    /// </summary>
    /// <param name="builder">What <c>AddSocketIo</c> returned.</param>
    /// <param name="configuration">A connection string of StackExchange.Redis, such as <c>localhost:6379</c>.</param>
    /// <param name="configure">Changes the options.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException">There is a backplane already.</exception>
    public static SocketIoBuilder AddRedis(this SocketIoBuilder builder, string configuration, Action<RedisOptions>? configure = null) =>
        builder.Add(configuration, configure, static (RedisOptions options, RedisHost host) => new ClassicBackplane(options, host));

    /// <summary>Like <see cref="AddRedis(SocketIoBuilder, string, Action{RedisOptions}?)"/>; the options say how to connect.</summary>
    /// <inheritdoc cref="AddRedis(SocketIoBuilder, string, Action{RedisOptions}?)"/>
    public static SocketIoBuilder AddRedis(this SocketIoBuilder builder, Action<RedisOptions> configure) =>
        builder.Add(null, configure, static (RedisOptions options, RedisHost host) => new ClassicBackplane(options, host));

    /// <summary>
    /// Connects the server with others by sharded pub/sub of Redis 7, in the format of <c>createShardedAdapter</c> of
    /// @socket.io/redis-adapter: rooms have channels of their own, which Redis Cluster spreads over its masters.
    /// </summary>
    /// <remarks>
    /// On one master a server's messages keep their order; between rooms that lie on different masters they can overtake each other on the
    /// last bit of the way. See <see cref="RedisConnectionOptions.Prefix"/>.
    /// </remarks>
    /// <inheritdoc cref="AddRedis(SocketIoBuilder, string, Action{RedisOptions}?)"/>
    public static SocketIoBuilder AddRedisSharded(
        this SocketIoBuilder builder, string configuration, Action<RedisShardedOptions>? configure = null) =>
        builder.Add(configuration, configure, static (RedisShardedOptions options, RedisHost host) => new ShardedBackplane(options, host));

    /// <summary>Like <see cref="AddRedisSharded(SocketIoBuilder, string, Action{RedisShardedOptions}?)"/>; the options say how to connect.</summary>
    /// <inheritdoc cref="AddRedisSharded(SocketIoBuilder, string, Action{RedisShardedOptions}?)"/>
    public static SocketIoBuilder AddRedisSharded(this SocketIoBuilder builder, Action<RedisShardedOptions> configure) =>
        builder.Add(null, configure, static (RedisShardedOptions options, RedisHost host) => new ShardedBackplane(options, host));

    /// <summary>
    /// Connects the server with others by Redis Streams, in the format of @socket.io/redis-streams-adapter. Broadcasts are kept for a
    /// while: what is sent while Redis is away arrives when it is back, and clients recover on any server, with
    /// <c>ConnectionStateRecovery</c>. Needs Redis 6.2.
    /// </summary>
    /// <inheritdoc cref="AddRedis(SocketIoBuilder, string, Action{RedisOptions}?)"/>
    public static SocketIoBuilder AddRedisStreams(
        this SocketIoBuilder builder, string configuration, Action<RedisStreamsOptions>? configure = null) =>
        builder.Add(configuration, configure, static (RedisStreamsOptions options, RedisHost host) => new StreamsBackplane(options, host));

    /// <summary>Like <see cref="AddRedisStreams(SocketIoBuilder, string, Action{RedisStreamsOptions}?)"/>; the options say how to connect.</summary>
    /// <inheritdoc cref="AddRedisStreams(SocketIoBuilder, string, Action{RedisStreamsOptions}?)"/>
    public static SocketIoBuilder AddRedisStreams(this SocketIoBuilder builder, Action<RedisStreamsOptions> configure) =>
        builder.Add(null, configure, static (RedisStreamsOptions options, RedisHost host) => new StreamsBackplane(options, host));

    private static SocketIoBuilder Add<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        this SocketIoBuilder builder, string? configuration, Action<TOptions>? configure, Func<TOptions, RedisHost, RedisBackplane> create)
        where TOptions : RedisConnectionOptions
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddBackplane(services => create(services.GetRequiredService<IOptions<TOptions>>().Value, Describe(services)));
        var options = builder.Services.AddOptions<TOptions>().Configure(options => options.Configuration = configuration).ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TOptions>, RedisOptionsValidator<TOptions>>());
        return builder;
    }

    private static RedisHost Describe(IServiceProvider services) => new(
        BackplaneLogger.Of(services.GetService<ILoggerFactory>(), typeof(RedisBackplane)),
        services.GetService<TimeProvider>() ?? TimeProvider.System);
}
