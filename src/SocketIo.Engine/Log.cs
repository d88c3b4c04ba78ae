using Microsoft.Extensions.Logging;

namespace SocketIo.Engine;

/// <summary>
/// What the project logs. All in one class: the generator behind it writes several in an order that changes from build to build,
/// and packages must come out the same.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Debug, "A connection closed: {Reason}.")]
    public static partial void Closed(ILogger logger, DisconnectReason reason);

    [LoggerMessage(2, LogLevel.Debug, "A connection was upgraded from polling to WebSocket.")]
    public static partial void Upgraded(ILogger logger);

    [LoggerMessage(3, LogLevel.Information, "A client is closed, {Reason}: {Description}")]
    public static partial void Broken(ILogger logger, DisconnectReason reason, string? description);

    [LoggerMessage(4, LogLevel.Warning, "A slow client is disconnected: {QueuedBytes} bytes wait for it.")]
    public static partial void SlowConsumer(ILogger logger, int queuedBytes);

    [LoggerMessage(5, LogLevel.Warning, "Messages to a slow client are dropped: {QueuedBytes} bytes wait for it.")]
    public static partial void MessageDropped(ILogger logger, int queuedBytes);

    [LoggerMessage(6, LogLevel.Error, "The connection handler threw.")]
    public static partial void HandlerFailed(ILogger logger, Exception exception);

    [LoggerMessage(7, LogLevel.Error, "A listener of the connection's events threw.")]
    public static partial void ListenerFailed(ILogger logger, Exception exception);

    [LoggerMessage(20, LogLevel.Debug, "A request was refused with code {Code} ({Message}): {Detail}")]
    public static partial void Refused(ILogger logger, int code, string message, string? detail);

    [LoggerMessage(21, LogLevel.Error, "AllowRequest threw; the request is refused.")]
    public static partial void AllowRequestFailed(ILogger logger, Exception exception);

    [LoggerMessage(22, LogLevel.Error, "GenerateId threw; the request is refused.")]
    public static partial void GenerateIdFailed(ILogger logger, Exception exception);

    [LoggerMessage(23, LogLevel.Error, "GenerateId gave an id that is in use, or not 1 to 128 characters that a URL may have; the request is refused.")]
    public static partial void IdRefused(ILogger logger);

    [LoggerMessage(40, LogLevel.Warning, "A connection could not be accepted: {Why}")]
    public static partial void NotAccepted(ILogger logger, string why);
}
