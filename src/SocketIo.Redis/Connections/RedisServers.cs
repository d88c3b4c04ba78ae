using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using SocketIo.Redis.Resp;
using StackExchange.Redis;

namespace SocketIo.Redis.Connections;

/// <summary>
/// Where the masters are: by the connection string, as StackExchange.Redis finds them, for one server and for Redis Cluster; with Sentinel
/// as the sentinels say. Also the library's commands, for what does not travel all the time.
/// </summary>
internal sealed class RedisServers(RedisConnectionOptions options, TimeProvider time) : IAsyncDisposable
{
    private const int SentinelPort = 26379;

    // slots that a server said are elsewhere, before the library knew
    private readonly ConcurrentDictionary<int, EndPoint> _redirected = new();
    private IConnectionMultiplexer? _library;
    private ConfigurationOptions? _configuration;
    private RedisSentinels? _sentinels;
    private EndPoint? _master; // as the sentinels say
    private bool _isKnown;
    private int _attempt;

    /// <summary>The commands of the database that the connection string names.</summary>
    public IDatabase Database => Library.GetDatabase();

    /// <summary>Whether keys and sharded channels lie on several masters.</summary>
    public bool IsCluster { get; private set; }

    private IConnectionMultiplexer Library => _library ?? throw new InvalidOperationException("Redis was not reached yet.");

    private ConfigurationOptions Configuration => _configuration ?? throw new InvalidOperationException("Redis was not reached yet.");

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
        if (options.Connection is { } connection)
            _library ??= await connection(cancellationToken).ConfigureAwait(false);
        _configuration ??= _library is null ? Configure() : ConfigurationOptions.Parse(_library.Configuration);

        // before the library connects, which leaves connections behind whenever it finds no sentinel
        if (!string.IsNullOrEmpty(_configuration.ServiceName))
            _master = await (_sentinels ??= DescribeSentinels(_configuration)).FindMasterAsync(cancellationToken).ConfigureAwait(false);
        if (_library is null)
            _library = await OpenAsync(_configuration).WaitAsync(cancellationToken).ConfigureAwait(false);
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
    public RespEndpoint FindMaster() => Describe(_master ?? Choose().EndPoint);

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

    private static async Task<IConnectionMultiplexer> OpenAsync(ConfigurationOptions configuration) =>
        await ConnectionMultiplexer.ConnectAsync(configuration).ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        if (_library is not null && options.Connection is null)
            await _library.DisposeAsync().ConfigureAwait(false);
    }

    private ConfigurationOptions Configure()
    {
        var configuration = (options.ConnectionOptions ?? ConfigurationOptions.Parse(options.Configuration!)).Clone();
        configuration.AbortOnConnectFail = false;

        // a connection string has no place for callbacks, with which these would clash
        if (options is { Configuration: not null, ConfigureTls: not null })
            configuration.SslClientAuthenticationOptions = host => DescribeTls(host, configuration, options);
        return configuration;
    }

    private RedisSentinels DescribeSentinels(ConfigurationOptions configuration) => new(
        configuration.ServiceName!,
        configuration.EndPoints.Select(address => Describe(WithPort(address), configuration, options, 0) with
        {
            User = configuration.SentinelUser,
            Password = configuration.SentinelPassword,
        }),
        time);

    private static EndPoint WithPort(EndPoint sentinel) => sentinel switch
    {
        IPEndPoint { Port: 0 } ip => new IPEndPoint(ip.Address, SentinelPort),
        DnsEndPoint { Port: 0 } dns => new DnsEndPoint(dns.Host, SentinelPort),
        _ => sentinel,
    };

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
        Tls = configuration.Ssl ? DescribeTls(HostOf(address, configuration), configuration, options) : null,
        ClientName = configuration.ClientName,
        Database = database,
        Timeout = options.ResponseTimeout,
    };

    // Redis Cluster has one database only
    private RespEndpoint Describe(EndPoint address) =>
        Describe(address, Configuration, options, IsCluster ? 0 : Configuration.DefaultDatabase ?? 0);

    private static string HostOf(EndPoint address, ConfigurationOptions configuration) =>
        configuration.SslHost ?? (address as DnsEndPoint)?.Host ?? (address as IPEndPoint)?.Address.ToString() ?? "";

    private static SslClientAuthenticationOptions DescribeTls(string host, ConfigurationOptions configuration, RedisConnectionOptions options)
    {
        var tls = options.Configuration is null ? configuration.SslClientAuthenticationOptions?.Invoke(host) : null;
        tls ??= new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = configuration.SslProtocols ?? default,
            CertificateRevocationCheckMode = configuration.CheckCertificateRevocation ? X509RevocationMode.Online : X509RevocationMode.NoCheck,
        };
        tls.TargetHost ??= host;
        options.ConfigureTls?.Invoke(tls);
        return tls;
    }
}
