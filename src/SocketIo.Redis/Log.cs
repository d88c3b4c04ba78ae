using Microsoft.Extensions.Logging;

namespace SocketIo.Redis;

/// <summary>What the project logs. All in one class, so that packages come out the same from every build.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "The former connection to Redis at {Address} cannot be ended: {Reason} A message that is held up in it may arrive behind later ones.")]
    public static partial void FormerConnection(ILogger logger, object address, string reason);

    [LoggerMessage(2, LogLevel.Warning, "The connection to Redis for topics was lost and is made again: {Reason}")]
    public static partial void TopicConnectionLost(ILogger logger, string reason);

    [LoggerMessage(3, LogLevel.Warning, "{Count} messages on Redis' channel {Channel} since the last such line are not of this library and were ignored.")]
    public static partial void BadNews(ILogger logger, long count, string channel);

    [LoggerMessage(4, LogLevel.Warning, "The stream {Stream}, to which programs in JavaScript write, cannot be used: {Reason} Their events there do not arrive.")]
    public static partial void StrayRefused(ILogger logger, string stream, string reason);

    [LoggerMessage(5, LogLevel.Warning, "Redis at {Address} is set up to delete keys when its memory is full (maxmemory-policy {Policy}), with them what it keeps of {Use}. Set maxmemory-policy noeviction.")]
    public static partial void Evicts(ILogger logger, object address, string policy, string use);
}
