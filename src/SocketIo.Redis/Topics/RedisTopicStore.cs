using System.Runtime.CompilerServices;
using SocketIo.Redis.Connections;
using SocketIo.Redis.Topics;
using SocketIo.Topics;

namespace SocketIo.Redis;

/// <summary>Keeps topics in Redis Streams, for several servers: each hears at once what the others store. Needs Redis 6.2.</summary>
/// <remarks>
/// An event is stored when Redis has it, and survives what Redis is configured to survive: with <c>appendonly yes</c> and <c>appendfsync
/// always</c> it is on disk then; with <c>appendfsync everysec</c> the last second or two can be lost when the machine is, and not when the
/// process is; without <c>appendonly</c> everything since the last snapshot can. When a replica takes over, what it had not got is lost: see
/// <see cref="RedisTopicOptions.Replicas"/>. Keys have no time to live; a Redis with a limit of memory must not delete such keys
/// (<c>maxmemory-policy noeviction</c>, or one of <c>volatile-*</c>): when it is full, emits fail.
/// Each topic of a batch is one script, that is one step for all who read or write.
/// </remarks>
public sealed class RedisTopicStore : ITopicStore
{
    private readonly RedisTopicOptions _options;
    private readonly RedisServers _servers;
    private readonly TopicKeys _keys;
    private Opened? _opened;

    /// <summary>Makes a store that connects later.</summary>
    /// <param name="configuration">A connection string of StackExchange.Redis, such as <c>localhost:6379</c>.</param>
    /// <exception cref="ArgumentException">The connection string is wrong.</exception>
    public RedisTopicStore(string configuration) : this(new RedisTopicOptions { Configuration = configuration })
    {
    }

    /// <summary>Makes a store that connects later.</summary>
    /// <param name="options">Where Redis is, and how it is used.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public RedisTopicStore(RedisTopicOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.ThrowIfInvalid();
        _options = options;
        _servers = new RedisServers(options, TimeProvider.System);
        _keys = new TopicKeys(options.Prefix);
    }

    /// <inheritdoc />
    public string Name => "redis";

    /// <inheritdoc />
    public bool IsShared => true;

    private Opened Open => _opened ?? throw new InvalidOperationException("The store was not opened.");

    /// <inheritdoc />
    public async ValueTask OpenAsync(TopicStoreContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var sessions = new TopicSessions(_options, _servers, _keys, context);
        try
        {
            await sessions.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (RedisTopicErrors.IsOfRedis(exception))
        {
            throw RedisTopicErrors.Translate(exception, "open the topics");
        }
        var pipeline = new RedisPipeline(_servers, sessions);
        _opened = new(sessions, new TopicWriter(_options, sessions, _keys, pipeline), new TopicReader(sessions, _keys, pipeline));
    }

    /// <inheritdoc />
    public async ValueTask ExecuteAsync(TopicBatch batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        await Open.Writer.ExecuteAsync(batch, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async ValueTask<TopicPage> ReadAsync(TopicName topic, long after, int maxCount, int maxBytes, CancellationToken cancellationToken) =>
        await Open.Reader.ReadPageAsync(topic, after, maxCount, maxBytes, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc />
    public async IAsyncEnumerable<TopicInfo> ListTopicsAsync(TopicName? topic, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (topic is { } one)
        {
            foreach (var info in await Open.Reader.ReadTopicsAsync([one], cancellationToken).ConfigureAwait(false))
                yield return info;
            yield break;
        }
        await foreach (var info in Open.Reader.ListTopicsAsync(cancellationToken).ConfigureAwait(false))
            yield return info;
    }

    /// <inheritdoc />
    public IAsyncEnumerable<SubscriptionInfo> ListSubscriptionsAsync(TopicName topic, CancellationToken cancellationToken) =>
        Open.Reader.ListSubscriptionsAsync(topic, cancellationToken);

    /// <inheritdoc />
    public async ValueTask CheckAsync(CancellationToken cancellationToken) => await Open.Reader.CheckAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Closes the connections, but for one of the application's.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _opened, null) is { } opened)
            await opened.Sessions.DisposeAsync().ConfigureAwait(false);
        await _servers.DisposeAsync().ConfigureAwait(false);
    }

    private sealed record Opened(TopicSessions Sessions, TopicWriter Writer, TopicReader Reader);
}
