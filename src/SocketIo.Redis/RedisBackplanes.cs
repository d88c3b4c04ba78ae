using Microsoft.Extensions.Logging;
using SocketIo.Cluster;
using SocketIo.Redis.Classic;
using SocketIo.Redis.Connections;
using SocketIo.Redis.Sharded;
using SocketIo.Redis.Streams;

namespace SocketIo;

/// <summary>Backplanes for processes that are no servers and only send, with <c>SocketIoEmitter</c>. Not started yet.</summary>
public static class RedisBackplanes
{
    /// <summary>Redis pub/sub, for servers with <see cref="RedisExtensions.AddRedis(SocketIoBuilder, string, Action{RedisOptions}?)"/>.</summary>
    /// <param name="options">The same prefix as the servers'.</param>
    /// <param name="loggers">For the log; null logs nothing.</param>
    /// <returns>The backplane.</returns>
    /// <exception cref="ArgumentException">The options are wrong.</exception>
    public static Backplane ForEmitter(RedisOptions options, ILoggerFactory? loggers) => new ClassicBackplane(Checked(options), Host(loggers));

    /// <summary>Sharded pub/sub, for servers with <see cref="RedisExtensions.AddRedisSharded(SocketIoBuilder, string, Action{RedisShardedOptions}?)"/>.</summary>
    /// <inheritdoc cref="ForEmitter(RedisOptions, ILoggerFactory?)"/>
    public static Backplane ForEmitter(RedisShardedOptions options, ILoggerFactory? loggers) => new ShardedBackplane(Checked(options), Host(loggers));

    /// <summary>Redis Streams, for servers with <see cref="RedisExtensions.AddRedisStreams(SocketIoBuilder, string, Action{RedisStreamsOptions}?)"/>.</summary>
    /// <inheritdoc cref="ForEmitter(RedisOptions, ILoggerFactory?)"/>
    public static Backplane ForEmitter(RedisStreamsOptions options, ILoggerFactory? loggers) => new StreamsBackplane(Checked(options), Host(loggers));

    private static RedisHost Host(ILoggerFactory? loggers) => new(
        BackplaneLogger.Of(loggers, typeof(RedisBackplanes)), TimeProvider.System, Receives: false);

    private static TOptions Checked<TOptions>(TOptions options) where TOptions : RedisConnectionOptions
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Validate().FirstOrDefault() is { } fault ? throw new ArgumentException(fault, nameof(options)) : options;
    }
}
