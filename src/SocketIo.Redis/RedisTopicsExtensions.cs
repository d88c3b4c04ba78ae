using SocketIo.Redis;

namespace SocketIo;

/// <summary>Keeps topics in Redis.</summary>
public static class RedisTopicsExtensions
{
    /// <summary>
    /// Keeps topics in Redis Streams, for any number of servers, which deliver what the others store. What survives is what Redis is
    /// configured to keep; see <see cref="RedisTopicStore"/>.
    /// </summary>
    /// <param name="topics">The options of <c>AddTopics</c>.</param>
    /// <param name="configuration">A connection string of StackExchange.Redis, such as <c>localhost:6379</c>.</param>
    /// <returns>The options.</returns>
    /// <exception cref="ArgumentException">The connection string is wrong.</exception>
    public static TopicsOptions UseRedis(this TopicsOptions topics, string configuration) =>
        topics.UseRedis(new RedisTopicOptions { Configuration = configuration });

    /// <summary>Like <see cref="UseRedis(TopicsOptions, string)"/>, with more options.</summary>
    /// <param name="topics">The options of <c>AddTopics</c>.</param>
    /// <param name="options">Where Redis is, and how it is used.</param>
    /// <returns>The options.</returns>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static TopicsOptions UseRedis(this TopicsOptions topics, RedisTopicOptions options)
    {
        ArgumentNullException.ThrowIfNull(topics);
        ArgumentNullException.ThrowIfNull(options);
        options.ThrowIfInvalid();
        return topics.UseStore(_ => new RedisTopicStore(options));
    }
}
