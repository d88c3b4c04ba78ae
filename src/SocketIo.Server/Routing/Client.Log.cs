using Microsoft.Extensions.Logging;
using SocketIo.Protocol;

namespace SocketIo.Routing;

internal sealed partial class Client
{
    [LoggerMessage(1, LogLevel.Information, "A client sent a {Type} packet for a namespace that it has not joined.")]
    private static partial void LogInvalidState(ILogger logger, PacketType type);

    [LoggerMessage(2, LogLevel.Error, "Middleware of the namespace {Namespace} threw; the client is refused.")]
    private static partial void LogJoinFailed(ILogger logger, Exception exception, string @namespace);
}
