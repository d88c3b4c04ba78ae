using SocketIo.Engine;
using SocketIo.Handlers;

namespace SocketIo.Sockets;

/// <summary>
/// What is registered on one socket; most sockets have none. Lists are replaced whole under the lock and read without. Locks itself, as
/// nobody else can.
/// </summary>
internal sealed class SocketListeners
{
    // guarded by the lock: the namespace's handlers that run once for each socket, and have for this one
    private HashSet<EventListener>? _used;

    public EventTable Events { get; } = new();

    public Action<IncomingEvent>[] Any { get; private set; } = [];

    public Action<OutgoingEvent>[] AnyOutgoing { get; private set; } = [];

    public Func<IncomingEvent, Func<Task>, Task>[] Middleware { get; private set; } = [];

    public Func<DisconnectReason, ValueTask>[] Disconnecting { get; private set; } = [];

    public Func<DisconnectReason, ValueTask>[] Disconnect { get; private set; } = [];

    public Func<Exception, ValueTask>[] Error { get; private set; } = [];

    public void AddAny(Action<IncomingEvent> listener, bool isFirst)
    {
        lock (this)
            Any = isFirst ? [listener, .. Any] : [.. Any, listener];
    }

    public void AddAnyOutgoing(Action<OutgoingEvent> listener, bool isFirst)
    {
        lock (this)
            AnyOutgoing = isFirst ? [listener, .. AnyOutgoing] : [.. AnyOutgoing, listener];
    }

    public void AddMiddleware(Func<IncomingEvent, Func<Task>, Task> middleware)
    {
        lock (this)
            Middleware = [.. Middleware, middleware];
    }

    public void AddDisconnecting(Func<DisconnectReason, ValueTask> handler)
    {
        lock (this)
            Disconnecting = [.. Disconnecting, handler];
    }

    public void AddDisconnect(Func<DisconnectReason, ValueTask> handler)
    {
        lock (this)
            Disconnect = [.. Disconnect, handler];
    }

    public void AddError(Func<Exception, ValueTask> handler)
    {
        lock (this)
            Error = [.. Error, handler];
    }

    /// <summary>Removes a listener, or all.</summary>
    public void RemoveAny(Action<IncomingEvent>? listener)
    {
        lock (this)
            Any = Without(Any, listener);
    }

    /// <inheritdoc cref="RemoveAny" />
    public void RemoveAnyOutgoing(Action<OutgoingEvent>? listener)
    {
        lock (this)
            AnyOutgoing = Without(AnyOutgoing, listener);
    }

    /// <summary>Whether a handler of the namespace that runs once for each socket has not run for this one.</summary>
    public bool TryUseOnce(EventListener listener)
    {
        lock (this)
            return (_used ??= []).Add(listener);
    }

    private static T[] Without<T>(T[] listeners, T? listener) where T : Delegate
    {
        var index = listener is null ? -1 : Array.IndexOf(listeners, listener);
        return listener is null ? [] : [.. listeners.Where((_, at) => at != index)];
    }
}
