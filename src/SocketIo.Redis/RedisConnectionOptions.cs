using System.Net.Security;
using SocketIo.Redis.Connections;
using StackExchange.Redis;

namespace SocketIo;

/// <summary>How a server reaches Redis, and under which name it meets the others there. Validated when the host starts.</summary>
/// <remarks>
/// The server has connections of its own for what travels all the time, and one of StackExchange.Redis for everything else, which also
/// knows the masters of a Redis Cluster. What the connection string says holds for both, TLS and Sentinel (<c>serviceName=...</c>) too.
/// </remarks>
public abstract class RedisConnectionOptions
{
    private protected RedisConnectionOptions()
    {
    }

    /// <summary>
    /// A connection string of StackExchange.Redis, such as <c>localhost:6379,password=...</c>. One of this,
    /// <see cref="ConnectionOptions"/> and <see cref="Connection"/> must be set.
    /// </summary>
    public string? Configuration { get; set; }

    /// <summary>The connection's options, in place of a connection string.</summary>
    public ConfigurationOptions? ConnectionOptions { get; set; }

    /// <summary>
    /// Gives a connection of the application's, which is used and not disposed. Where it connects to, the user and the password are
    /// taken from its configuration.
    /// </summary>
    public Func<CancellationToken, Task<IConnectionMultiplexer>>? Connection { get; set; }

    /// <summary>
    /// Changes the TLS options, for example to trust a certificate. With <see cref="ConnectionOptions"/> and <see cref="Connection"/> those
    /// of the server's own connections only: the callbacks of <see cref="ConfigurationOptions"/> are for StackExchange.Redis. Called for
    /// each connection when TLS is on.
    /// </summary>
    public Action<SslClientAuthenticationOptions>? ConfigureTls { get; set; }

    /// <summary>
    /// What the names of all channels begin with; the same on all servers. Default "socket.io", the reference's. With Redis Cluster
    /// and sharded channels a name with braces, such as "{socket.io}", keeps all channels on one master and so in one order.
    /// </summary>
    public string Prefix { get; set; } = "socket.io";

    /// <summary>After how long without a sign of life Redis is taken to be away. Default 5 s; whole milliseconds, from 100.</summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest pause between two attempts to reconnect; the first ones follow sooner. Default 2 s.</summary>
    public TimeSpan MaxReconnectDelay { get; set; } = TimeSpan.FromSeconds(2);

    internal virtual IEnumerable<string> Validate()
    {
        if (new object?[] { Configuration, ConnectionOptions, Connection }.Count(static way => way is not null) != 1)
            yield return $"Set one of {nameof(Configuration)}, {nameof(ConnectionOptions)} and {nameof(Connection)}.";
        if (Configuration is not null && RedisServers.Check(Configuration) is { } fault)
            yield return $"{nameof(Configuration)}: {fault}";
        if (ConnectionOptions is { EndPoints.Count: 0 })
            yield return $"{nameof(ConnectionOptions)} has no endpoint.";
        if (string.IsNullOrEmpty(Prefix))
            yield return $"{nameof(Prefix)} is empty.";
        if (ResponseTimeout < TimeSpan.FromMilliseconds(100) || ResponseTimeout > TimeSpan.FromHours(1))
            yield return $"{nameof(ResponseTimeout)} is to be from 100 ms to 1 h.";
        if (MaxReconnectDelay < TimeSpan.FromMilliseconds(10) || MaxReconnectDelay > TimeSpan.FromHours(1))
            yield return $"{nameof(MaxReconnectDelay)} is to be from 10 ms to 1 h.";
    }
}
