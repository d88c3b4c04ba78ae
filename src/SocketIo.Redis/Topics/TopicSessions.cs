using System.Runtime.CompilerServices;
using SocketIo.Redis.Connections;
using SocketIo.Redis.Resp;
using SocketIo.Topics;

namespace SocketIo.Redis.Topics;

/// <summary>The connections to Redis, made again whenever they are lost, and the news of all servers that arrive by them.</summary>
internal sealed class TopicSessions : IAsyncDisposable
{
    // half of it, or more: many servers should not come back at the same moment
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(50);

    // Between the masters of a Redis Cluster news can be lost without a word.
    private static readonly TimeSpan ClusterDoubt = TimeSpan.FromSeconds(30);

    private readonly RedisTopicOptions _options;
    private readonly RedisServers _servers;
    private readonly TopicStoreContext _context;
    private readonly TopicKeys _keys;
    private readonly FormerConnections _former;
    private readonly NewsChannel _news;
    private readonly RedisNeeds _needs = RedisNeeds.Topics();
    private readonly ConditionalWeakTable<RedisNode, Task> _loading = [];
    private readonly CancellationTokenSource _stop = new();
    private volatile RedisSession? _session;
    private volatile Exception? _failure;
    private Task _running = Task.CompletedTask;

    public TopicSessions(RedisTopicOptions options, RedisServers servers, TopicKeys keys, TopicStoreContext context)
    {
        _options = options;
        _servers = servers;
        _keys = keys;
        _context = context;
        _former = new FormerConnections(context.Logger);
        _news = new NewsChannel(keys, context);
    }

    /// <summary>The connections.</summary>
    /// <exception cref="TopicStoreException">Redis is away.</exception>
    public RedisSession Current => _session is { Ended.IsCompleted: false } session
        ? session
        : throw new TopicStoreException($"Redis is away: {_failure?.Message}", _failure);

    /// <summary>Connects, the first time. Once that has succeeded it connects again by itself.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var session = await OpenAsync(cancellationToken).ConfigureAwait(false);
        _running = RunAsync(session);
    }

    /// <summary>The master of a key, which knows the scripts.</summary>
    public async ValueTask<RedisNode> GetAsync(RedisSession session, string key)
    {
        var node = await session.GetAsync(key).ConfigureAwait(false);
        await _loading.GetValue(node, LoadAsync).ConfigureAwait(false);
        return node;
    }

    /// <summary>Makes the scripts known to a server.</summary>
    public static async Task LoadAsync(RedisNode node) =>
        await Task.WhenAll(TopicScripts.All.Select(script => node.AskAsync(static reply => reply.Read(), "SCRIPT", "LOAD", script.Text))).ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync(RedisSession session)
    {
        for (RedisSession? next = session; next is not null; next = await ReopenAsync().ConfigureAwait(false))
        {
            _failure = await EndAsync(next).ConfigureAwait(false);
            await next.DisposeAsync().ConfigureAwait(false);
            if (!_stop.IsCancellationRequested)
                Log.TopicConnectionLost(_context.Logger, _failure.Message);
        }
    }

    private async Task<Exception> EndAsync(RedisSession session)
    {
        using var registration = _stop.Token.UnsafeRegister(
            static state => ((RedisSession)state!).End(new ObjectDisposedException(nameof(RedisTopicStore))), session);
        while (_servers.IsCluster && await Task.WhenAny(session.Ended, Task.Delay(ClusterDoubt, session.Ending)).ConfigureAwait(false) != session.Ended)
            _context.News.Lost();
        return await session.Ended.ConfigureAwait(false);
    }

    // null when disposed
    private async Task<RedisSession?> ReopenAsync()
    {
        for (var delay = FirstDelay; ; delay = delay * 2 < _options.MaxReconnectDelay ? delay * 2 : _options.MaxReconnectDelay)
        {
            try
            {
                await Task.Delay(delay * (0.5 + Random.Shared.NextDouble() / 2), _stop.Token).ConfigureAwait(false);
                var session = await OpenAsync(_stop.Token).ConfigureAwait(false);

                // what came before may have been missed
                _context.News.Lost();
                return session;
            }
            catch (Exception) when (_stop.IsCancellationRequested)
            {
                return null;
            }
            catch (Exception exception)
            {
                _failure = exception;
            }
        }
    }

    // The watch over a connection is the system's: the store's clock tells the time of events.
    private async Task<RedisSession> OpenAsync(CancellationToken cancellationToken)
    {
        var session = await RedisSession.OpenAsync(_servers, _former, receives: true, _options.ResponseTimeout, TimeProvider.System, cancellationToken)
            .ConfigureAwait(false);
        try
        {
            await session.SubscribeAsync(ChannelKind.Channel, _keys.Channel, _news).WaitAsync(cancellationToken).ConfigureAwait(false);
            await CheckAsync(session, cancellationToken).ConfigureAwait(false);
            return _session = session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Whether Redis can be used, and how its keys are to be read.</summary>
    private async Task CheckAsync(RedisSession session, CancellationToken cancellationToken)
    {
        if (_needs.Check(session.Main, _context.Logger) is { } fault)
            throw new TopicStoreException(fault) { IsPermanent = true };
        var version = "";
        RedisCall[] calls =
        [
            new PlainCall(_keys.Version, static _ => { }, "SET", _keys.Version, TopicScripts.Version, "NX"),
            new PlainCall(_keys.Version, reply => version = reply.ReadString(), "GET", _keys.Version),
        ];
        await GetAsync(session, _keys.Version).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        await new RedisPipeline(_servers, this).RunAsync(session, calls, cancellationToken).ConfigureAwait(false);
        if (version != TopicScripts.Version)
        {
            throw new TopicStoreException($"The topics of the prefix {_options.Prefix} are of version {version}, here {TopicScripts.Version}.")
            {
                IsPermanent = true,
            };
        }
    }
}
