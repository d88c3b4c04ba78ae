using Microsoft.Extensions.Logging;
using SocketIo.Cluster;
using SocketIo.Cluster.Sessions;
using SocketIo.Redis.Connections;
using SocketIo.Redis.Resp;

namespace SocketIo.Redis.Backplanes;

/// <summary>What all kinds of backplanes on Redis have in common.</summary>
internal abstract class RedisBackplane : SessionBackplane<RedisSession>
{
    private readonly RedisConnectionOptions _options;
    private readonly PrefixClaim _claim;
    private readonly RedisNeeds _needs;
    private readonly ILogger _logger;
    private readonly bool _receives;

    /// <param name="options">The options, validated.</param>
    /// <param name="claim">What is used, as other kinds of backplanes see it.</param>
    /// <param name="needs">What Redis must be able to do.</param>
    /// <param name="host">What the process gives.</param>
    protected RedisBackplane(RedisConnectionOptions options, PrefixClaim claim, RedisNeeds needs, RedisHost host)
        : base("Redis", options.MaxReconnectDelay, host.Logger, host.Time)
    {
        _options = options;
        _claim = claim;
        _needs = needs;
        _logger = host.Logger;
        _receives = host.Receives;
        Servers = new RedisServers(options, host.Time);
        Former = new FormerConnections(host.Logger);
    }

    /// <summary>Where the masters are.</summary>
    public RedisServers Servers { get; }

    /// <summary>The connections of sessions that have ended.</summary>
    public FormerConnections Former { get; }

    public sealed override NamespaceLink Open(string namespaceName, INodeReceiver? receiver)
    {
        ArgumentException.ThrowIfNullOrEmpty(namespaceName);
        return CreateLink(namespaceName, receiver);
    }

    /// <summary>Makes the link of a namespace.</summary>
    protected abstract NamespaceLink CreateLink(string namespaceName, INodeReceiver? receiver);

    protected sealed override Task<RedisSession> ConnectAsync(CancellationToken cancellationToken) =>
        RedisSession.OpenAsync(Servers, Former, _receives, _options.ResponseTimeout, Time, cancellationToken);

    protected override Task PrepareAsync(RedisSession session, CancellationToken cancellationToken)
    {
        if (_needs.Check(session.Main, _logger) is { } fault)
            throw new BackplaneRefusedException(fault);
        return _claim.MakeAsync(session, cancellationToken);
    }

    protected sealed override object Describe(RedisSession session) => session.Main.Endpoint.Address;

    protected sealed override string Describe(Exception reason) => reason is RespException or RespFormatException or TimeoutException or EndOfStreamException
        ? reason.Message
        : $"{reason.GetType().Name}: {reason.Message}";

    protected sealed override bool IsRefusal(Exception reason) => reason is RespException refused && !RedisSession.IsPassing(refused);

    protected sealed override ValueTask CloseAsync() => Servers.DisposeAsync();
}
