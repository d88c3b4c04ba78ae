using Microsoft.Extensions.Logging;
using SocketIo.Engine;

namespace SocketIo.Sockets;

/// <summary>
/// Calls what the application has registered on a namespace and on its sockets. An exception is logged, told, and nobody else's concern.
/// </summary>
internal sealed class NamespaceHandlers(Namespace @namespace)
{
    private static readonly LineKind BadArguments = new("events with bad arguments", LogLevel.Warning);
    private static readonly LineKind BadAcknowledgements = new("bad acknowledgements", LogLevel.Warning);
    private static readonly LineKind Limits = new("limits and missing acknowledgements", LogLevel.Warning);

    private static readonly ConnectResult Disconnected = ConnectResult.Refuse("The connection was refused");

    private ILogger Logger => @namespace.Server.Logger;

    public async ValueTask<ConnectResult> RunMiddlewareAsync(Socket socket)
    {
        foreach (var middleware in @namespace.Middleware)
        {
            var result = await middleware(socket).ConfigureAwait(false)
                ?? throw new InvalidOperationException($"The middleware returned null instead of a {nameof(ConnectResult)}.");
            if (result.IsRefused)
                return result;
            if (socket.Life.CloseReason is not null)
                return Disconnected;
        }
        return ConnectResult.Accept;
    }

    public async ValueTask TellConnectionAsync(Socket socket)
    {
        foreach (var handler in @namespace.Connection)
            await Guard(socket, handler, static (handler, socket, _) => handler(socket), default, "connection").ConfigureAwait(false);
    }

    public async Task TellDisconnectingAsync(Socket socket, DisconnectReason reason)
    {
        foreach (var handler in @namespace.Disconnecting)
            await Guard(socket, handler, static (handler, socket, reason) => handler(socket, reason), reason, "disconnecting").ConfigureAwait(false);
        foreach (var handler in socket.Listeners?.Disconnecting ?? [])
            await Guard(socket, handler, static (handler, _, reason) => handler(reason), reason, "disconnecting").ConfigureAwait(false);
    }

    public async Task TellDisconnectAsync(Socket socket, DisconnectReason reason)
    {
        foreach (var handler in @namespace.Disconnect)
            await Guard(socket, handler, static (handler, socket, reason) => handler(socket, reason), reason, "disconnect").ConfigureAwait(false);
        foreach (var handler in socket.Listeners?.Disconnect ?? [])
            await Guard(socket, handler, static (handler, _, reason) => handler(reason), reason, "disconnect").ConfigureAwait(false);
    }

    /// <summary>An exception of the user's code: logged, told, and nobody else's concern.</summary>
    public void Report(Socket socket, Exception exception, string eventName) => Report(socket, exception, eventName, LogText.Of(eventName));

    /// <summary>The same of a listener for outgoing events.</summary>
    public void ReportOutgoing(Socket socket, Exception exception, string eventName) =>
        Report(socket, exception, eventName, $"OnAnyOutgoing ({LogText.Of(eventName)})");

    /// <summary>A handler class or a service of its scope failed when it was disposed: the handler has done its work.</summary>
    public void ReportDisposal(Socket socket, Exception exception, string eventName) =>
        Log.DisposalFailed(Logger, exception, LogText.Of(eventName), socket.Id, @namespace.Name);

    /// <summary>A client acknowledged a broadcast with something else than was asked for.</summary>
    public void ReportAck(Socket socket, EventArgumentException exception, string eventName)
    {
        if (socket.Connection.MayLog(BadAcknowledgements))
            ReportAck(socket.Id, exception, eventName);
        TellError(socket, exception, eventName);
    }

    /// <summary>The same for a socket of another server, whose handlers of errors are there.</summary>
    public void ReportAck(string socketId, EventArgumentException exception, string eventName) =>
        Log.BadAcknowledgement(Logger, socketId, @namespace.Name, LogText.Of(eventName), exception.Message);

    /// <summary>A socket is in too many rooms for what is done to several.</summary>
    public void ReportLimit(Socket socket, RoomLimitException exception, string action)
    {
        if (socket.Connection.MayLog(Limits))
            Log.SocketLimited(Logger, socket.Id, @namespace.Name, action, exception.Message);
    }

    public void ReportUnhandled(Socket socket, ReadOnlySpan<byte> eventName)
    {
        if (Logger.IsEnabled(LogLevel.Debug))
            Log.Unhandled(Logger, LogText.Of(eventName), socket.Id, @namespace.Name);
    }

    private void Report(Socket socket, Exception exception, string eventName, string name)
    {
        if (IsEndOf(socket, exception))
        {
            Log.HandlerEnded(Logger, name, socket.Id, @namespace.Name, exception.Message);
            return;
        }
        LogFailure(socket, exception, name);
        TellError(socket, exception, eventName);
    }

    // The socket has gone: the normal end of a handler that waits for the client.
    private static bool IsEndOf(Socket socket, Exception exception) => exception switch
    {
        SocketDisconnectedException disconnected => disconnected.SocketId == socket.Id,
        OperationCanceledException => socket.HasLeft || !socket.Connection.IsOpen,
        _ => false,
    };

    // What a client causes is a warning, of which it has no more than a few: where it happened does not help.
    private void LogFailure(Socket socket, Exception exception, string name)
    {
        switch (exception)
        {
            case EventArgumentException:
                if (socket.Connection.MayLog(BadArguments))
                    Log.BadArgument(Logger, name, socket.Id, @namespace.Name, exception.Message);
                break;
            case RoomLimitException or EventDroppedException or AckTimeoutException:
                if (socket.Connection.MayLog(Limits))
                    Log.HandlerStopped(Logger, name, socket.Id, @namespace.Name, exception.Message);
                break;
            default:
                Log.HandlerFailed(Logger, exception, name, socket.Id, @namespace.Name);
                break;
        }
    }

    private async Task Guard<THandler>(
        Socket socket, THandler handler, Func<THandler, Socket, DisconnectReason, ValueTask> call, DisconnectReason reason, string name)
    {
        try
        {
            await call(handler, socket, reason).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Report(socket, exception, name);
        }
    }

    private void TellError(Socket socket, Exception exception, string eventName)
    {
        foreach (var handler in @namespace.Error)
            Tell(handler, static (handler, socket, exception, name) => handler(socket, exception, name), socket, exception, eventName);
        foreach (var handler in socket.Listeners?.Error ?? [])
            Tell(handler, static (handler, _, exception, _) => handler(exception), socket, exception, eventName);
    }

    // One error handler's failure is logged, the others are called all the same; nobody waits for them.
    private void Tell<THandler>(
        THandler handler, Func<THandler, Socket, Exception, string, ValueTask> call, Socket socket, Exception exception, string eventName)
    {
        try
        {
            var told = call(handler, socket, exception, eventName);
            if (!told.IsCompletedSuccessfully)
                _ = TellAsync(told, socket);
        }
        catch (Exception second)
        {
            Log.ErrorHandlerFailed(Logger, second, socket.Id, @namespace.Name);
        }
    }

    private async Task TellAsync(ValueTask told, Socket socket)
    {
        try
        {
            await told.ConfigureAwait(false);
        }
        catch (Exception second)
        {
            Log.ErrorHandlerFailed(Logger, second, socket.Id, @namespace.Name);
        }
    }
}
