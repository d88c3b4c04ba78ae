using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using SocketIo.Redis.Resp;
using StackExchange.Redis;

namespace SocketIo.Redis.Connections;

/// <summary>
/// Where the masters are, as StackExchange.Redis finds them by the connection string: one server, Sentinel or Redis Cluster. Also its
/// commands, for what does not travel all the time.
/// </summary>
internal sealed class RedisServers(RedisConnectionOptions options) : IAsyncDisposable
{
    // slots that a server said are elsewhere, before the library knew
    private readonly ConcurrentDictionary<int, EndPoint> _redirected = new();
    private IConnectionMultiplexer? _library;
    private ConfigurationOptions? _configuration;
    private bool _isKnown;
    private int _attempt;

    /// <summary>The commands of the database that the connection string names.</summary>
    public IDatabase Database => Library.GetDatabase();

    /// <summary>Whether keys and sharded channels lie on several masters.</summary>
    public bool IsCluster { get; private set; }

    private IConnectionMultiplexer Library => _library ?? throw new InvalidOperationException("Redis was not reached yet.");

    private ConfigurationOptions Configuration => _configuration ??= ConfigurationOptions.Parse(Library.Configuration);

    /// <summary>What is wrong with a connection string, without its secrets; null when it is right.</summary>
    public static string? Check(string configuration)
    {
        try
        {
            return ConfigurationOptions.Parse(configuration).EndPoints.Count == 0 ? "there is no endpoint." : null;
        }
        catch (ArgumentException exception)
        {
            return exception.Message;
        }
    }

    /// <summary>Connects the library, the first time; later it reconnects by itself, and is only told to look now.</summary>
    /// <exception cref="InvalidOperationException">Redis was never reached, so that nothing is known about it.</exception>
    public async Task ConnectAsync(CancellationToken cancellationToken)
    {
        if (_library is null)
            _library = await OpenAsync(cancellationToken).ConfigureAwait(false);
        else
            await LookAsync(cancellationToken).ConfigureAwait(false);
        _isKnown |= _library.IsConnected;
        if (!_isKnown)
            throw new InvalidOperationException("No server was reached.");
        IsCluster = _library.GetServers().Any(static server => server.ServerType == ServerType.Cluster);
    }

    // where one server was once it will be again; a wait for the library would only delay
    private Task LookAsync(CancellationToken cancellationToken)
    {
        var looking = RefreshAsync(cancellationToken);
        return _isKnown ? Task.CompletedTask : looking;
    }

    /// <summary>Asks anew who has which slots, and who is master.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await Library.ConfigureAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        _redirected.Clear();
    }

    /// <summary>A master that takes messages which are not sharded.</summary>
    public RespEndpoint FindMaster() => Describe(Choose().EndPoint);

    /// <summary>The master of a key or a sharded channel.</summary>
    public RespEndpoint FindMaster(string key)
    {
        if (!IsCluster)
            return FindMaster();
        if (_redirected.TryGetValue(Library.HashSlot(key), out var endpoint))
            return Describe(endpoint);
        return Describe(Library.GetServer((RedisKey)key).EndPoint);
    }

    /// <summary>A server said where a slot is: <c>MOVED 3999 127.0.0.1:6381</c>.</summary>
    /// <returns>Whether that could be understood.</returns>
    public bool Redirect(RespException moved, RespEndpoint from)
    {
        if (moved.Code != "MOVED" || moved.Message.Split(' ') is not [_, var number, _] || !int.TryParse(number, out var slot))
            return false;
        _redirected[slot] = ParseTarget(moved, from);
        return true;
    }

    /// <summary>The server that a refusal names.</summary>
    public static EndPoint ParseTarget(RespException refusal, RespEndpoint from) =>
        ParseAddress(refusal.Message[(refusal.Message.LastIndexOf(' ') + 1)..], from.Address)
        ?? throw new RespFormatException("a refusal that names no server");

    // an IPv6 address stands there without brackets; no host at all means the server's own
    private static EndPoint? ParseAddress(string address, EndPoint from)
    {
        var colon = address.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(address.AsSpan(colon + 1), out var port))
            return null;
        var host = address[..colon];
        if (IPAddress.TryParse(host, out var ip))
            return new IPEndPoint(ip, port);
        return (host, from) switch
        {
            ({ Length: > 0 }, _) => new DnsEndPoint(host, port),
            (_, IPEndPoint own) => new IPEndPoint(own.Address, port),
            (_, DnsEndPoint own) => new DnsEndPoint(own.Host, port),
            _ => null,
        };
    }

    /// <summary>Counts the subscribers of channels, on all masters together.</summary>
    /// <param name="command">NUMSUB or SHARDNUMSUB.</param>
    /// <param name="channels">The channels.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<long[]> CountSubscribersAsync(string command, IReadOnlyList<string> channels, CancellationToken cancellationToken)
    {
        var masters = Library.GetServers().Where(static server => !server.IsReplica);
        object[] arguments = [command, .. channels];
        var answers = await Task.WhenAll(masters.Select(master => master.ExecuteAsync("PUBSUB", arguments)))
            .WaitAsync(cancellationToken).ConfigureAwait(false);
        var counts = new long[channels.Count];
        foreach (var answer in answers)
        {
            for (var i = 0; i < counts.Length; i++)
                counts[i] += (long)answer[2 * i + 1];
        }
        return counts;
    }

    private Task<IConnectionMultiplexer> OpenAsync(CancellationToken cancellationToken) => options.Connection is { } connection
        ? connection(cancellationToken)
        : OpenOwnAsync(cancellationToken);

    private async Task<IConnectionMultiplexer> OpenOwnAsync(CancellationToken cancellationToken) =>
        await ConnectionMultiplexer.ConnectAsync(Configure()).WaitAsync(cancellationToken).ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        if (_library is not null && options.Connection is null)
            await _library.DisposeAsync().ConfigureAwait(false);
    }

    private ConfigurationOptions Configure()
    {
        var configuration = (options.ConnectionOptions ?? ConfigurationOptions.Parse(options.Configuration!)).Clone();
        configuration.AbortOnConnectFail = false;
        return _configuration = configuration;
    }

    // another one at each attempt, as long as none is known to be connected
    private IServer Choose()
    {
        var masters = Library.GetServers().Where(static server => !server.IsReplica).ToArray();
        return Array.Find(masters, static server => server.IsConnected)
            ?? (masters.Length > 0
                ? masters[Interlocked.Increment(ref _attempt) % masters.Length]
                : throw new InvalidOperationException("No master is known."));
    }

    /// <summary>How to come in at a server.</summary>
    internal static RespEndpoint Describe(EndPoint address, ConfigurationOptions configuration, RedisConnectionOptions options, int database) => new()
    {
        Address = address,
        User = configuration.User,
        Password = configuration.Password,
        Tls = configuration.Ssl ? DescribeTls(address, configuration, options) : null,
        ClientName = configuration.ClientName,
        Database = database,
        Timeout = options.ResponseTimeout,
    };

    // Redis Cluster has one database only
    private RespEndpoint Describe(EndPoint address) =>
        Describe(address, Configuration, options, IsCluster ? 0 : Configuration.DefaultDatabase ?? 0);

    private static SslClientAuthenticationOptions DescribeTls(EndPoint address, ConfigurationOptions configuration, RedisConnectionOptions options)
    {
        var host = configuration.SslHost ?? (address as DnsEndPoint)?.Host ?? (address as IPEndPoint)?.Address.ToString() ?? "";
        var tls = configuration.SslClientAuthenticationOptions?.Invoke(host) ?? new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = configuration.SslProtocols ?? default,
        };
        tls.TargetHost ??= host;
        options.ConfigureTls?.Invoke(tls);
        return tls;
    }
}
