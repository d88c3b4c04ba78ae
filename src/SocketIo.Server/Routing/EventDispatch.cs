using System.Text;
using SocketIo.Protocol;

namespace SocketIo.Routing;

/// <summary>
/// Brings the events of one socket to its handlers: so many at once as the options allow, the others in arrival order behind
/// them. An event that has to wait owns its memory; one that need not is read where it lies. Locks itself, see <see cref="Client"/>.
/// </summary>
internal sealed class EventDispatch(Socket socket)
{
    // guarded by the lock
    private Queue<IncomingEvent>? _waiting;
    private int _running;

    // Until the connection handlers have been started: they register the handlers of what the client sends. Guarded by the lock.
    private bool _held = true;

    private Client Client => socket.Client;

    private SocketIoServer Server => Client.Server;

    // guarded by the lock
    private bool MayStart => !_held && _running < Server.Options.MaxConcurrentHandlers && _waiting is not { Count: > 0 };

    /// <summary>Starts the connection handlers, which take the place of a handler, and lets the events that came go on behind them.</summary>
    public void RunConnectionHandlers()
    {
        lock (this)
            _running++;
        var handlers = socket.Namespace.TellConnectionAsync(socket);
        while (TakeHeld() is { } next)
        {
            Client.RemovePending();
            FinishWith(Invoke(next));
        }
        FinishWith(handlers);
    }

    /// <summary>Takes an event in; the task is not complete while the client's events pile up.</summary>
    public ValueTask Receive(ReadOnlySpan<byte> packet, in PacketHeader header, byte[][] attachments)
    {
        if (TryStart())
        {
            FinishWith(Invoke(packet, header, attachments));
            return ValueTask.CompletedTask;
        }

        var incoming = new IncomingEvent(Server.Parser, packet, header, attachments);
        if (!TryStartOrWait(incoming))
            return Client.AddPending();
        FinishWith(Invoke(incoming));
        return ValueTask.CompletedTask;
    }

    private bool TryStart()
    {
        lock (this)
        {
            if (!MayStart)
                return false;
            _running++;
            return true;
        }
    }

    private bool TryStartOrWait(IncomingEvent incoming)
    {
        lock (this)
        {
            if (MayStart)
            {
                _running++;
                return true;
            }
            (_waiting ??= new Queue<IncomingEvent>()).Enqueue(incoming);
            return false;
        }
    }

    /// <summary>The next event that was held back and may start now; the hold ends when there is none.</summary>
    private IncomingEvent? TakeHeld()
    {
        lock (this)
        {
            _held = _running < Server.Options.MaxConcurrentHandlers && _waiting is { Count: > 0 };
            if (!_held)
                return null;
            _running++;
            return _waiting!.Dequeue();
        }
    }

    /// <summary>A handler has ended: the next event takes its place; null when none waits.</summary>
    private IncomingEvent? Finish()
    {
        lock (this)
        {
            if (_waiting is { Count: > 0 })
                return _waiting.Dequeue();
            _running--;
            return null;
        }
    }

    private void FinishWith(ValueTask handlers)
    {
        while (handlers.IsCompletedSuccessfully)
        {
            if (Finish() is not { } next)
                return;
            Client.RemovePending();
            handlers = Invoke(next);
        }
        _ = FinishLaterAsync(handlers);
    }

    private async Task FinishLaterAsync(ValueTask handlers)
    {
        await handlers.ConfigureAwait(false);
        FinishWith(ValueTask.CompletedTask);
    }

    private ValueTask Invoke(ReadOnlySpan<byte> packet, in PacketHeader header, byte[][] attachments)
    {
        if (socket.Listeners is { Any.Length: > 0 } or { Middleware.Length: > 0 })
            return Invoke(new IncomingEvent(Server.Parser, packet, header, attachments));
        var arguments = Server.Parser.OpenEvent(packet, header, attachments, out var name);
        return Call(name, arguments, header.AckId);
    }

    private ValueTask Invoke(IncomingEvent incoming)
    {
        foreach (var listener in socket.Listeners?.Any ?? [])
        {
            try
            {
                listener(incoming);
            }
            catch (Exception exception)
            {
                socket.Namespace.Report(socket, exception, incoming.Name);
            }
        }
        return socket.Listeners?.Middleware is { Length: > 0 } middleware ? RunMiddlewareAsync(middleware, incoming) : Call(incoming);
    }

    private async ValueTask RunMiddlewareAsync(Func<IncomingEvent, Func<Task>, Task>[] middleware, IncomingEvent incoming)
    {
        try
        {
            await Next(0).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            socket.Namespace.Report(socket, exception, incoming.Name);
        }

        Task Next(int index) => index == middleware.Length
            ? Call(incoming).AsTask()
            : middleware[index](incoming, () => Next(index + 1));
    }

    private ValueTask Call(IncomingEvent incoming)
    {
        var arguments = incoming.Open(out var name);
        return Call(name, arguments, incoming.Header.AckId);
    }

    /// <summary>Runs the handlers of an event: the namespace's, then the socket's. The task does not fail.</summary>
    private ValueTask Call(ReadOnlySpan<byte> name, in ArgumentReader arguments, long ackId)
    {
        // what arrived before the disconnect but waited is not handled after it
        if (!socket.IsConnected)
            return ValueTask.CompletedTask;
        var common = socket.Namespace.Events.Find(name);
        var own = socket.Listeners?.Events.Find(name) ?? [];
        switch (common.Length + own.Length)
        {
            case 0:
                socket.Namespace.ReportUnhandled(name);
                return ValueTask.CompletedTask;
            case 1:
                return Call(common.Length == 1 ? common[0] : own[0], name, arguments, new AckReply(socket, ackId, null));
            default:
                return CallAll([.. common, .. own], name, arguments, new AckReply(socket, ackId, new AckReply.AckOnce()));
        }
    }

    private ValueTask CallAll(EventListener[] listeners, ReadOnlySpan<byte> name, in ArgumentReader arguments, AckReply ack)
    {
        List<Task>? running = null;
        foreach (var listener in listeners)
        {
            var task = Call(listener, name, arguments, ack);
            if (!task.IsCompletedSuccessfully)
                (running ??= []).Add(task.AsTask());
        }
        return running is null ? ValueTask.CompletedTask : new ValueTask(Task.WhenAll(running));
    }

    private ValueTask Call(EventListener listener, ReadOnlySpan<byte> name, ArgumentReader arguments, AckReply ack)
    {
        if (!listener.TryUse())
            return ValueTask.CompletedTask;
        if (listener.IsOnce)
            socket.Listeners?.Events.Remove(name, listener);
        try
        {
            var task = listener.Body(socket, ref arguments, ack);
            return task.IsCompletedSuccessfully ? task : Guard(task, Encoding.UTF8.GetString(name));
        }
        catch (Exception exception)
        {
            socket.Namespace.Report(socket, exception, Encoding.UTF8.GetString(name));
            return ValueTask.CompletedTask;
        }
    }

    private async ValueTask Guard(ValueTask task, string name)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            socket.Namespace.Report(socket, exception, name);
        }
    }
}
