using Microsoft.Extensions.Logging;

namespace SocketIo.Engine;

public sealed partial class EngineSession
{
    [LoggerMessage(1, LogLevel.Debug, "A connection closed: {Reason}.")]
    private static partial void LogClosed(ILogger logger, DisconnectReason reason);

    [LoggerMessage(2, LogLevel.Debug, "A connection was upgraded from polling to WebSocket.")]
    private static partial void LogUpgraded(ILogger logger);

    [LoggerMessage(3, LogLevel.Information, "A client is closed, {Reason}: {Description}")]
    private static partial void LogBroken(ILogger logger, DisconnectReason reason, string? description);

    [LoggerMessage(4, LogLevel.Warning, "A slow client is disconnected: {QueuedBytes} bytes wait for it.")]
    private static partial void LogSlowConsumer(ILogger logger, int queuedBytes);

    [LoggerMessage(5, LogLevel.Warning, "Messages to a slow client are dropped: {QueuedBytes} bytes wait for it.")]
    private static partial void LogMessageDropped(ILogger logger, int queuedBytes);

    [LoggerMessage(6, LogLevel.Error, "The connection handler threw.")]
    private static partial void LogHandlerFailed(ILogger logger, Exception exception);
}
