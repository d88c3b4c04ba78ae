using SocketIo.Routing;

namespace SocketIo;

/// <summary>Registers handlers for the events of all sockets of a namespace. They run before a socket's own.</summary>
public static class NamespaceEventExtensions
{
    /// <summary>Registers a handler of an event, behind those there are.</summary>
    /// <remarks>
    /// Its parameters are the event's arguments in order: one that is missing is default, further ones are not read. When the client
    /// asked for an acknowledgement it gets the handler's result as soon as there is one, or none once a handler without result has
    /// ended; of several handlers the first result counts. An exception, or an argument that does not convert, is logged and told to
    /// <c>OnError</c>; the client gets no acknowledgement then.
    /// </remarks>
    public static void On(this NamespaceEvents events, string eventName, Action<Socket> handler) =>
        events.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: false));

    /// <inheritdoc cref="On(NamespaceEvents, string, Action{Socket})" />
    public static void On(this NamespaceEvents events, string eventName, Func<Socket, Task> handler) =>
        events.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: false));

    /// <inheritdoc cref="On(NamespaceEvents, string, Action{Socket})" />
    public static void On<TResult>(this NamespaceEvents events, string eventName, Func<Socket, Task<TResult>> handler) =>
        events.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: false));

    /// <inheritdoc cref="On(NamespaceEvents, string, Action{Socket})" />
    public static void On<TResult>(this NamespaceEvents events, string eventName, Func<Socket, TResult> handler) =>
        events.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: false));

    /// <inheritdoc cref="On(NamespaceEvents, string, Action{Socket})" />
    public static void On<T1>(this NamespaceEvents events, string eventName, Action<Socket, T1> handler) =>
        events.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: false));

    /// <inheritdoc cref="On(NamespaceEvents, string, Action{Socket})" />
    public static void On<T1>(this NamespaceEvents events, string eventName, Func<Socket, T1, Task> handler) =>
        events.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: false));

    /// <inheritdoc cref="On(NamespaceEvents, string, Action{Socket})" />
    public static void On<T1, TResult>(this NamespaceEvents events, string eventName, Func<Socket, T1, Task<TResult>> handler) =>
        events.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: false));

    /// <inheritdoc cref="On(NamespaceEvents, string, Action{Socket})" />
    public static void On<T1, TResult>(this NamespaceEvents events, string eventName, Func<Socket, T1, TResult> handler) =>
        events.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: false));

    /// <inheritdoc cref="On(NamespaceEvents, string, Action{Socket})" />
    public static void On<T1, T2>(this NamespaceEvents events, string eventName, Action<Socket, T1, T2> handler) =>
        events.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: false));

    /// <inheritdoc cref="On(NamespaceEvents, string, Action{Socket})" />
    public static void On<T1, T2>(this NamespaceEvents events, string eventName, Func<Socket, T1, T2, Task> handler) =>
        events.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: false));

    /// <inheritdoc cref="On(NamespaceEvents, string, Action{Socket})" />
    public static void On<T1, T2, TResult>(this NamespaceEvents events, string eventName, Func<Socket, T1, T2, Task<TResult>> handler) =>
        events.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: false));

    /// <inheritdoc cref="On(NamespaceEvents, string, Action{Socket})" />
    public static void On<T1, T2, TResult>(this NamespaceEvents events, string eventName, Func<Socket, T1, T2, TResult> handler) =>
        events.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: false));

    /// <inheritdoc cref="On(NamespaceEvents, string, Action{Socket})" />
    public static void On<T1, T2, T3>(this NamespaceEvents events, string eventName, Action<Socket, T1, T2, T3> handler) =>
        events.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: false));

    /// <inheritdoc cref="On(NamespaceEvents, string, Action{Socket})" />
    public static void On<T1, T2, T3>(this NamespaceEvents events, string eventName, Func<Socket, T1, T2, T3, Task> handler) =>
        events.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: false));

    /// <inheritdoc cref="On(NamespaceEvents, string, Action{Socket})" />
    public static void On<T1, T2, T3, TResult>(this NamespaceEvents events, string eventName, Func<Socket, T1, T2, T3, Task<TResult>> handler) =>
        events.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: false));

    /// <inheritdoc cref="On(NamespaceEvents, string, Action{Socket})" />
    public static void On<T1, T2, T3, TResult>(this NamespaceEvents events, string eventName, Func<Socket, T1, T2, T3, TResult> handler) =>
        events.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: false));

    /// <summary>Registers a handler that takes the arguments by itself, however many there are.</summary>
    public static void On(this NamespaceEvents events, string eventName, Func<Socket, IncomingEvent, Task> handler) =>
        events.Add(eventName, new EventListener(handler, EventBodies.OfIncoming(handler), isOnce: false));

    /// <summary>Registers a handler that takes the arguments by itself, however many there are; its result is the acknowledgement.</summary>
    public static void On<TResult>(this NamespaceEvents events, string eventName, Func<Socket, IncomingEvent, Task<TResult>> handler) =>
        events.Add(eventName, new EventListener(handler, EventBodies.OfIncoming(handler), isOnce: false));
}
