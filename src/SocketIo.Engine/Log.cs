using System.Net;
using Microsoft.Extensions.Logging;

namespace SocketIo.Engine;

/// <summary>
/// What the project logs. All in one class: the generator behind it writes several in an order that changes from build to build,
/// and packages must come out the same.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Debug, "Session {Session} closed: {Reason}.")]
    public static partial void Closed(ILogger logger, SessionLabel session, string reason);

    [LoggerMessage(2, LogLevel.Debug, "Session {Session} was upgraded from polling to WebSocket.")]
    public static partial void Upgraded(ILogger logger, SessionLabel session);

    [LoggerMessage(3, LogLevel.Information, "Session {Session}{Who} is closed: {Reason}.")]
    public static partial void Broken(ILogger logger, SessionLabel session, string who, string reason);

    [LoggerMessage(4, LogLevel.Warning, "Session {Session}{Who} is closed, its client is slow: {QueuedBytes} bytes are queued and not taken, and MaxQueuedBytes is {Limit}. A larger message is queued where nothing else is, and does not count for those that follow it.")]
    public static partial void SlowConsumer(ILogger logger, SessionLabel session, string who, int queuedBytes, int limit);

    [LoggerMessage(5, LogLevel.Warning, "Messages of session {Session}{Who} are dropped, its client is slow: {QueuedBytes} bytes are queued and not taken, and MaxQueuedBytes is {Limit}.")]
    public static partial void MessageDropped(ILogger logger, SessionLabel session, string who, int queuedBytes, int limit);

    [LoggerMessage(6, LogLevel.Error, "The handler of session {Session} threw.")]
    public static partial void HandlerFailed(ILogger logger, SessionLabel session, Exception exception);

    [LoggerMessage(7, LogLevel.Error, "A listener of {Event} of session {Session}{Who} threw.")]
    public static partial void ListenerFailed(ILogger logger, string @event, SessionLabel session, string who, Exception exception);

    [LoggerMessage(8, LogLevel.Error, "Session {Session} is closed: its transport threw when it wrote.")]
    public static partial void WriteFailed(ILogger logger, SessionLabel session, Exception exception);

    [LoggerMessage(9, LogLevel.Error, "Session {Session} is closed: the heartbeat or the end of all sessions threw for it.")]
    public static partial void SessionFailed(ILogger logger, SessionLabel session, Exception exception);

    [LoggerMessage(10, LogLevel.Error, "A transport of session {Session} threw when it was ended.")]
    public static partial void EndFailed(ILogger logger, SessionLabel session, Exception exception);

    [LoggerMessage(11, LogLevel.Error, "The TimeProvider threw; the last time that it gave is used.")]
    public static partial void ClockFailed(ILogger logger, Exception exception);

    [LoggerMessage(12, LogLevel.Error, "A service of a session threw when it was disposed.")]
    public static partial void ServicesFailed(ILogger logger, Exception exception);

    [LoggerMessage(13, LogLevel.Warning, "A handler has blocked the thread that reads session {Session}{Who} for {Seconds} seconds. Until it returns nothing that this client sends is read, neither events nor the acknowledgements that it may wait for. A handler that waits has to await: in place of .Result, .Wait(), GetAwaiter().GetResult() and Thread.Sleep.")]
    public static partial void HandlerBlocks(ILogger logger, SessionLabel session, string who, long seconds);

    [LoggerMessage(EventId = 14, Message = "No more lines about {Kind} are written for session {Session}; they are counted and told at its end.")]
    public static partial void LinesEnd(ILogger logger, LogLevel level, string kind, SessionLabel session);

    [LoggerMessage(EventId = 15, Message = "Session {Session} has ended; {Count} more lines about {Kind} were not written.")]
    public static partial void LinesOmitted(ILogger logger, LogLevel level, SessionLabel session, long count, string kind);

    [LoggerMessage(20, LogLevel.Debug, "A request was refused with code {Code} ({Message}): {Detail}")]
    public static partial void Refused(ILogger logger, int code, string message, string? detail);

    [LoggerMessage(21, LogLevel.Error, "AllowRequest threw; the request is refused.")]
    public static partial void AllowRequestFailed(ILogger logger, Exception exception);

    [LoggerMessage(22, LogLevel.Error, "GenerateId threw; the request is refused.")]
    public static partial void GenerateIdFailed(ILogger logger, Exception exception);

    [LoggerMessage(23, LogLevel.Error, "GenerateId gave an id that {Why}; it begins with \"{Id}\", and the request is refused.")]
    public static partial void IdRefused(ILogger logger, string why, string id);

    [LoggerMessage(31, LogLevel.Warning, "{Option} has not answered for {Seconds} seconds; the request is refused.")]
    public static partial void NoAnswer(ILogger logger, string option, double seconds);

    [LoggerMessage(24, LogLevel.Information, "A POST of session {Session} is refused with 413: it has {Size} bytes or more, and MaxHttpBufferSize is {Limit}.")]
    public static partial void BodyTooLarge(ILogger logger, SessionLabel session, long size, int limit);

    [LoggerMessage(25, LogLevel.Error, "{Option} of the application threw; the request is answered with 500.")]
    public static partial void CallbackFailed(ILogger logger, string option, Exception exception);

    [LoggerMessage(26, LogLevel.Error, "OnConnectionError threw; the request is refused as it would have been.")]
    public static partial void ErrorListenerFailed(ILogger logger, Exception exception);

    [LoggerMessage(27, LogLevel.Warning, "A request for a WebSocket came without the headers \"Connection: Upgrade\" and \"Upgrade: websocket\" and is refused, as further ones will be. If clients cannot upgrade, a proxy in front of the server takes these headers away: let it pass them on (nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection \"upgrade\").")]
    public static partial void NoUpgrade(ILogger logger);

    [LoggerMessage(28, LogLevel.Warning, "Handshakes are refused: {Max} sessions are open, which is MaxSessions. Refused since the last such line: {Count}. The next one comes in a minute at the earliest.")]
    public static partial void TooManySessions(ILogger logger, int max, int count);

    [LoggerMessage(29, LogLevel.Warning, "Handshakes from {Address} are refused: it has {Max} sessions, which is MaxSessionsPerAddress. Refused since the last such line, this and other addresses: {Count}. The next one comes in a minute at the earliest. If the address is a proxy's, let UseForwardedHeaders put the clients' in its place, or raise MaxSessionsPerAddress.")]
    public static partial void TooManySessionsOfAddress(ILogger logger, IPAddress address, int max, int count);

    [LoggerMessage(30, LogLevel.Error, "{Option} of the application threw for a request of session {Session}, which is answered with 500; the session goes on.")]
    public static partial void SessionCallbackFailed(ILogger logger, string option, SessionLabel session, Exception exception);

    [LoggerMessage(40, LogLevel.Warning, "A connection could not be accepted: {Why}")]
    public static partial void NotAccepted(ILogger logger, string why);

    [LoggerMessage(41, LogLevel.Error, "A callback of a connection threw; the connection is closed.")]
    public static partial void ConnectionFailed(ILogger logger, Exception exception);

    [LoggerMessage(42, LogLevel.Error, "A poller whose thread is blocked could not be given another thread; this is tried again.")]
    public static partial void NotReplaced(ILogger logger, Exception exception);
}
