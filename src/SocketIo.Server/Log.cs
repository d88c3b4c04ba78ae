using Microsoft.Extensions.Logging;
using SocketIo.Engine;

namespace SocketIo;

/// <summary>
/// What the project logs. All in one class: the generator behind it writes several in an order that changes from build to build,
/// and packages must come out the same.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(2, LogLevel.Error, "Middleware or a pattern threw for socket {Socket} of the namespace {Namespace}; the client is refused.")]
    public static partial void JoinFailed(ILogger logger, Exception exception, string socket, string @namespace);

    [LoggerMessage(3, LogLevel.Debug, "The client of socket {Socket} comes back to the namespace {Namespace}; it has missed {Count} events.")]
    public static partial void Recovered(ILogger logger, string socket, string @namespace, int count);

    [LoggerMessage(4, LogLevel.Debug, "The client of socket {Socket} asks to come back to the namespace {Namespace} and starts a new session: it or what it has missed is not kept.")]
    public static partial void NotRecovered(ILogger logger, string socket, string @namespace);

    [LoggerMessage(5, LogLevel.Information, "Socket {Socket} of session {Session} is refused by the namespace {Namespace}: {Reason}")]
    public static partial void Refused(ILogger logger, string socket, SessionLabel session, string @namespace, string reason);

    [LoggerMessage(6, LogLevel.Warning, "The pattern {Pattern} could not be matched with the namespace {Namespace} within {Limit}; it counts as no match, as further ones will without a line.")]
    public static partial void PatternTimedOut(ILogger logger, string pattern, string @namespace, TimeSpan limit);

    [LoggerMessage(7, LogLevel.Debug, "Middleware of the namespace {Namespace} ended with the connection of socket {Socket}: {Reason}")]
    public static partial void JoinEnded(ILogger logger, string @namespace, string socket, string reason);

    [LoggerMessage(21, LogLevel.Error, "The clients that have not come back in time could not be forgotten; this is tried again.")]
    public static partial void ExpiryFailed(ILogger logger, Exception exception);

    [LoggerMessage(10, LogLevel.Error, "A handler of {Event} threw for socket {Socket} of the namespace {Namespace}.")]
    public static partial void HandlerFailed(ILogger logger, Exception exception, string @event, string socket, string @namespace);

    [LoggerMessage(11, LogLevel.Warning, "The event {Event} from socket {Socket} of the namespace {Namespace} was not handled: {Reason}")]
    public static partial void BadArgument(ILogger logger, string @event, string socket, string @namespace, string reason);

    [LoggerMessage(24, LogLevel.Error, "What a handler class needed for {Event} of socket {Socket} of the namespace {Namespace} threw when it was disposed; the handler itself has completed.")]
    public static partial void DisposalFailed(ILogger logger, Exception exception, string @event, string socket, string @namespace);

    [LoggerMessage(25, LogLevel.Error, "A listener of OnNewNamespace threw for the namespace {Namespace}, which is not made: what the listener guards stays guarded. Clients that ask for it are refused.")]
    public static partial void NewNamespaceFailed(ILogger logger, Exception exception, string @namespace);

    [LoggerMessage(12, LogLevel.Error, "A handler of errors (OnError) threw for socket {Socket} of the namespace {Namespace}.")]
    public static partial void ErrorHandlerFailed(ILogger logger, Exception exception, string socket, string @namespace);

    [LoggerMessage(13, LogLevel.Debug, "Nobody handles the event {Event} from socket {Socket} of the namespace {Namespace}.")]
    public static partial void Unhandled(ILogger logger, string @event, string socket, string @namespace);

    [LoggerMessage(14, LogLevel.Warning, "Socket {Socket} of the namespace {Namespace} acknowledged the event {Event} with something else than was asked for: {Reason}")]
    public static partial void BadAcknowledgement(ILogger logger, string socket, string @namespace, string @event, string reason);

    [LoggerMessage(15, LogLevel.Debug, "A handler of {Event} ended because socket {Socket} of the namespace {Namespace} has gone: {Reason}")]
    public static partial void HandlerEnded(ILogger logger, string @event, string socket, string @namespace, string reason);

    [LoggerMessage(22, LogLevel.Warning, "A handler of {Event} did not complete for socket {Socket} of the namespace {Namespace}: {Reason}")]
    public static partial void HandlerStopped(ILogger logger, string @event, string socket, string @namespace, string reason);

    [LoggerMessage(16, LogLevel.Error, "A listener for the rooms of the namespace {Namespace} threw when socket {Socket} joined or left {Room}.")]
    public static partial void RoomListenerFailed(ILogger logger, Exception exception, string @namespace, string socket, string room);

    [LoggerMessage(17, LogLevel.Error, "Socket {Socket} of the namespace {Namespace} failed to {Action}; the others go on.")]
    public static partial void SocketFailed(ILogger logger, Exception exception, string socket, string @namespace, string action);

    [LoggerMessage(20, LogLevel.Warning, "Socket {Socket} of the namespace {Namespace} failed to {Action}: {Reason}")]
    public static partial void SocketLimited(ILogger logger, string socket, string @namespace, string action, string reason);

    [LoggerMessage(18, LogLevel.Error, "A handler of the event {Event} of another server threw in the namespace {Namespace}.")]
    public static partial void ServerEventFailed(ILogger logger, Exception exception, string @event, string @namespace);

    [LoggerMessage(19, LogLevel.Warning, "Server {Node} answered the event {Event} of the namespace {Namespace} with something else than was asked for: {Reason}")]
    public static partial void BadServerAnswer(ILogger logger, string node, string @namespace, string @event, string reason);

    [LoggerMessage(21, LogLevel.Debug, "The backplane's log of the namespace {Namespace} could not be used.")]
    public static partial void LogFailed(ILogger logger, Exception exception, string @namespace);

    [LoggerMessage(22, LogLevel.Debug, "Socket {Socket} of the namespace {Namespace} is connected by session {Session}.")]
    public static partial void Connected(ILogger logger, string socket, string @namespace, SessionLabel session);

    [LoggerMessage(23, LogLevel.Information, "Socket {Socket} of the namespace {Namespace} did not join: its middleware had not decided when its time was up (ConnectTimeout).")]
    public static partial void Undecided(ILogger logger, string socket, string @namespace);

    [LoggerMessage(80, LogLevel.Warning, "The host stops though {Count} handlers of sockets have not ended in their time (HandlerShutdownTimeout, and the host's ShutdownTimeout).")]
    public static partial void HandlersLeft(ILogger logger, int count);
}
