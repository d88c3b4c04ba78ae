using Microsoft.Extensions.Logging;

namespace SocketIo.Postgres;

/// <summary>What the project logs. All in one class: the generator behind it writes several in an order that changes from build to build.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "The connection that listens to PostgreSQL was lost and is made again: {Reason}")]
    public static partial void ListenerLost(ILogger logger, string reason);

    [LoggerMessage(2, LogLevel.Warning, "{Count} notifications on PostgreSQL's channel {Channel} since the last such line are not of this library and were ignored.")]
    public static partial void BadNotification(ILogger logger, long count, string channel);
}
