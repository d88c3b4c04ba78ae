using Microsoft.Extensions.Logging;

namespace SocketIo.Recovery;

internal sealed partial class NamespaceRecovery
{
    [LoggerMessage(1, LogLevel.Debug, "The client of socket {Id} comes back to the namespace {Namespace}; it has missed {Count} events.")]
    private static partial void LogRecovered(ILogger logger, string id, string @namespace, int count);

    [LoggerMessage(2, LogLevel.Debug, "A client that asks to come back to the namespace {Namespace} starts anew: it or what it has missed is not kept.")]
    private static partial void LogNotRecovered(ILogger logger, string @namespace);
}
