using Microsoft.Extensions.Logging;

namespace SocketIo;

public partial class Namespace
{
    [LoggerMessage(10, LogLevel.Error, "A handler of {Event} in namespace {Namespace} threw.")]
    private static partial void LogHandlerFailed(ILogger logger, Exception exception, string @event, string @namespace);

    [LoggerMessage(11, LogLevel.Warning, "An event {Event} in namespace {Namespace} was not handled: {Reason}")]
    private static partial void LogBadArgument(ILogger logger, string @event, string @namespace, string reason);

    [LoggerMessage(12, LogLevel.Error, "A handler of errors or room events threw.")]
    private static partial void LogErrorHandlerFailed(ILogger logger, Exception exception);

    [LoggerMessage(13, LogLevel.Debug, "Nobody handles the event {Event} in namespace {Namespace}.")]
    private static partial void LogUnhandled(ILogger logger, string @event, string @namespace);
}
