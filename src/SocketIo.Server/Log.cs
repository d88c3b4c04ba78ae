using Microsoft.Extensions.Logging;
using SocketIo.Protocol;

namespace SocketIo;

/// <summary>
/// What the project logs. All in one class: the generator behind it writes several in an order that changes from build to build,
/// and packages must come out the same.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "A client sent a {Type} packet for a namespace that it has not joined.")]
    public static partial void InvalidState(ILogger logger, PacketType type);

    [LoggerMessage(2, LogLevel.Error, "Middleware of the namespace {Namespace} threw; the client is refused.")]
    public static partial void JoinFailed(ILogger logger, Exception exception, string @namespace);

    [LoggerMessage(3, LogLevel.Debug, "The client of socket {Id} comes back to the namespace {Namespace}; it has missed {Count} events.")]
    public static partial void Recovered(ILogger logger, string id, string @namespace, int count);

    [LoggerMessage(4, LogLevel.Debug, "A client that asks to come back to the namespace {Namespace} starts anew: it or what it has missed is not kept.")]
    public static partial void NotRecovered(ILogger logger, string @namespace);

    [LoggerMessage(10, LogLevel.Error, "A handler of {Event} in namespace {Namespace} threw.")]
    public static partial void HandlerFailed(ILogger logger, Exception exception, string @event, string @namespace);

    [LoggerMessage(11, LogLevel.Warning, "An event {Event} in namespace {Namespace} was not handled: {Reason}")]
    public static partial void BadArgument(ILogger logger, string @event, string @namespace, string reason);

    [LoggerMessage(12, LogLevel.Error, "A handler of errors or room events threw.")]
    public static partial void ErrorHandlerFailed(ILogger logger, Exception exception);

    [LoggerMessage(13, LogLevel.Debug, "Nobody handles the event {Event} in namespace {Namespace}.")]
    public static partial void Unhandled(ILogger logger, string @event, string @namespace);
}
