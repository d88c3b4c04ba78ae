using System.Text;
using SocketIo.Handlers;
using SocketIo.Protocol;

namespace SocketIo.Routing;

/// <summary>
/// Brings the events of one socket to its handlers: so many at once as the options allow, the others in arrival order behind
/// them. An event that has to wait owns its memory; one that need not is read where it lies. Locks itself, see <see cref="Client"/>.
/// </summary>
internal sealed class EventDispatch(Socket socket)
{
    // A queue that was longer does not stay when it is empty.
    private const int SmallQueue = 16;

    // guarded by the lock
    private Queue<IncomingEvent>? _waiting;
    private int _running;
    private bool _isOver;

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
        var handlers = socket.Namespace.Handlers.TellConnectionAsync(socket).Preserve();
        socket.Namespace.Delivery.OnHandlersStarted(socket, handlers);
        while (TakeHeld() is { } next)
        {
            Client.RemovePending(next.Size);
            FinishWith(Invoke(next));
        }
        FinishWith(handlers);
    }

    /// <summary>Takes an event in; the task is not complete while the client's waiting events hold too much.</summary>
    public ValueTask Receive(ReadOnlySpan<byte> packet, in PacketHeader header, byte[][] attachments)
    {
        if (TryStart())
        {
            FinishWith(Invoke(packet, header, attachments));
            return ValueTask.CompletedTask;
        }

        var incoming = new IncomingEvent(Server.Parser.OpenEvent(packet, header, attachments), header.AckId);
        switch (StartOrWait(incoming))
        {
            case Turn.Now:
                FinishWith(Invoke(incoming));
                return ValueTask.CompletedTask;
            case Turn.Later:
                return Client.AddPending(incoming.Size);
            default:
                return ValueTask.CompletedTask;
        }
    }

    /// <summary>The socket disconnects: what waits is not handled any more.</summary>
    public void Drop()
    {
        Queue<IncomingEvent>? dropped;
        lock (this)
        {
            _isOver = true;
            dropped = _waiting;
            _waiting = null;
        }
        if (dropped is { Count: > 0 })
            Client.RemovePending(dropped.Sum(static incoming => (long)incoming.Size));
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

    private Turn StartOrWait(IncomingEvent incoming)
    {
        lock (this)
        {
            if (_isOver)
                return Turn.Never;
            if (MayStart)
            {
                _running++;
                return Turn.Now;
            }
            (_waiting ??= new Queue<IncomingEvent>()).Enqueue(incoming);
            return Turn.Later;
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
            return Dequeue();
        }
    }

    /// <summary>A handler has ended: the next event takes its place; null when none waits.</summary>
    private IncomingEvent? Finish()
    {
        lock (this)
        {
            if (_waiting is { Count: > 0 })
                return Dequeue();
            _running--;
            return null;
        }
    }

    // guarded by the lock
    private IncomingEvent Dequeue()
    {
        var next = _waiting!.Dequeue();
        if (_waiting is { Count: 0, Capacity: > SmallQueue })
            _waiting = null;
        return next;
    }

    private void FinishWith(ValueTask handlers)
    {
        while (handlers.IsCompletedSuccessfully)
        {
            if (Finish() is not { } next)
                return;
            Client.RemovePending(next.Size);
            handlers = Invoke(next);
        }
        _ = FinishLaterAsync(handlers);
    }

    private async Task FinishLaterAsync(ValueTask handlers)
    {
        // for what the handler does behind the disconnect
        var holdsServices = socket.Connection.TryHoldServices();
        using (Server.Unfinished.Begin())
            await handlers.ConfigureAwait(false);
        if (holdsServices)
            socket.Connection.ReleaseServices();
        FinishWith(ValueTask.CompletedTask);
    }

    private ValueTask Invoke(ReadOnlySpan<byte> packet, in PacketHeader header, byte[][] attachments)
    {
        var arguments = Server.Parser.OpenEvent(packet, header, attachments);
        if (socket.Listeners is { Any.Length: > 0 } or { Middleware.Length: > 0 })
            return Invoke(new IncomingEvent(arguments, header.AckId));
        return Call(arguments.EventName, arguments, header.AckId);
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
                socket.Report(exception, incoming.Name);
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
            socket.Report(exception, incoming.Name);
        }

        Task Next(int index) => index == middleware.Length
            ? Call(incoming).AsTask()
            : HandlerTask.NotNull(middleware[index](incoming, () => Next(index + 1)), "middleware");
    }

    private ValueTask Call(IncomingEvent incoming)
    {
        var arguments = incoming.Open();
        return Call(arguments.EventName, arguments, incoming.AckId);
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
                socket.Namespace.Handlers.ReportUnhandled(socket, name);
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
        if (!listener.TryUse(socket, name))
            return ValueTask.CompletedTask;
        try
        {
            var call = new EventCall(listener, socket, arguments, ack);
            var task = listener.Body(ref call);
            return task.IsCompletedSuccessfully ? task : Guard(task, Encoding.UTF8.GetString(name));
        }
        catch (Exception exception)
        {
            socket.Report(exception, Encoding.UTF8.GetString(name));
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
            socket.Report(exception, name);
        }
    }

    private enum Turn
    {
        Now,
        Later,
        Never,
    }
}
