using SocketIo.Routing;

namespace SocketIo;

/// <summary>Registers handlers for the events of one socket.</summary>
public static class SocketEventExtensions
{
    /// <summary>Registers a handler of an event, behind those there are.</summary>
    /// <remarks>
    /// Its parameters are the event's arguments in order: one that is missing is default, further ones are not read. When the client
    /// asked for an acknowledgement it gets the handler's result as soon as there is one, or none once a handler without result has
    /// ended; of several handlers the first result counts. An exception, or an argument that does not convert, is logged and told to
    /// <c>OnError</c>; the client gets no acknowledgement then.
    /// </remarks>
    public static void On(this Socket socket, string eventName, Action handler) =>
        socket.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: false));

    /// <inheritdoc cref="On(Socket, string, Action)" />
    public static void On(this Socket socket, string eventName, Func<Task> handler) =>
        socket.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: false));

    /// <inheritdoc cref="On(Socket, string, Action)" />
    public static void On<TResult>(this Socket socket, string eventName, Func<Task<TResult>> handler) =>
        socket.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: false));

    /// <inheritdoc cref="On(Socket, string, Action)" />
    public static void On<TResult>(this Socket socket, string eventName, Func<TResult> handler) =>
        socket.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: false));

    /// <inheritdoc cref="On(Socket, string, Action)" />
    public static void On<T1>(this Socket socket, string eventName, Action<T1> handler) =>
        socket.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: false));

    /// <inheritdoc cref="On(Socket, string, Action)" />
    public static void On<T1>(this Socket socket, string eventName, Func<T1, Task> handler) =>
        socket.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: false));

    /// <inheritdoc cref="On(Socket, string, Action)" />
    public static void On<T1, TResult>(this Socket socket, string eventName, Func<T1, Task<TResult>> handler) =>
        socket.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: false));

    /// <inheritdoc cref="On(Socket, string, Action)" />
    public static void On<T1, TResult>(this Socket socket, string eventName, Func<T1, TResult> handler) =>
        socket.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: false));

    /// <inheritdoc cref="On(Socket, string, Action)" />
    public static void On<T1, T2>(this Socket socket, string eventName, Action<T1, T2> handler) =>
        socket.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: false));

    /// <inheritdoc cref="On(Socket, string, Action)" />
    public static void On<T1, T2>(this Socket socket, string eventName, Func<T1, T2, Task> handler) =>
        socket.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: false));

    /// <inheritdoc cref="On(Socket, string, Action)" />
    public static void On<T1, T2, TResult>(this Socket socket, string eventName, Func<T1, T2, Task<TResult>> handler) =>
        socket.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: false));

    /// <inheritdoc cref="On(Socket, string, Action)" />
    public static void On<T1, T2, TResult>(this Socket socket, string eventName, Func<T1, T2, TResult> handler) =>
        socket.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: false));

    /// <inheritdoc cref="On(Socket, string, Action)" />
    public static void On<T1, T2, T3>(this Socket socket, string eventName, Action<T1, T2, T3> handler) =>
        socket.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: false));

    /// <inheritdoc cref="On(Socket, string, Action)" />
    public static void On<T1, T2, T3>(this Socket socket, string eventName, Func<T1, T2, T3, Task> handler) =>
        socket.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: false));

    /// <inheritdoc cref="On(Socket, string, Action)" />
    public static void On<T1, T2, T3, TResult>(this Socket socket, string eventName, Func<T1, T2, T3, Task<TResult>> handler) =>
        socket.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: false));

    /// <inheritdoc cref="On(Socket, string, Action)" />
    public static void On<T1, T2, T3, TResult>(this Socket socket, string eventName, Func<T1, T2, T3, TResult> handler) =>
        socket.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: false));

    /// <summary>Registers a handler of an event that is removed before it first runs.</summary>
    public static void Once(this Socket socket, string eventName, Action handler) =>
        socket.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: true));

    /// <inheritdoc cref="Once(Socket, string, Action)" />
    public static void Once(this Socket socket, string eventName, Func<Task> handler) =>
        socket.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: true));

    /// <inheritdoc cref="Once(Socket, string, Action)" />
    public static void Once<TResult>(this Socket socket, string eventName, Func<Task<TResult>> handler) =>
        socket.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: true));

    /// <inheritdoc cref="Once(Socket, string, Action)" />
    public static void Once<TResult>(this Socket socket, string eventName, Func<TResult> handler) =>
        socket.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: true));

    /// <inheritdoc cref="Once(Socket, string, Action)" />
    public static void Once<T1>(this Socket socket, string eventName, Action<T1> handler) =>
        socket.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: true));

    /// <inheritdoc cref="Once(Socket, string, Action)" />
    public static void Once<T1>(this Socket socket, string eventName, Func<T1, Task> handler) =>
        socket.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: true));

    /// <inheritdoc cref="Once(Socket, string, Action)" />
    public static void Once<T1, TResult>(this Socket socket, string eventName, Func<T1, Task<TResult>> handler) =>
        socket.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: true));

    /// <inheritdoc cref="Once(Socket, string, Action)" />
    public static void Once<T1, TResult>(this Socket socket, string eventName, Func<T1, TResult> handler) =>
        socket.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: true));

    /// <inheritdoc cref="Once(Socket, string, Action)" />
    public static void Once<T1, T2>(this Socket socket, string eventName, Action<T1, T2> handler) =>
        socket.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: true));

    /// <inheritdoc cref="Once(Socket, string, Action)" />
    public static void Once<T1, T2>(this Socket socket, string eventName, Func<T1, T2, Task> handler) =>
        socket.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: true));

    /// <inheritdoc cref="Once(Socket, string, Action)" />
    public static void Once<T1, T2, TResult>(this Socket socket, string eventName, Func<T1, T2, Task<TResult>> handler) =>
        socket.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: true));

    /// <inheritdoc cref="Once(Socket, string, Action)" />
    public static void Once<T1, T2, TResult>(this Socket socket, string eventName, Func<T1, T2, TResult> handler) =>
        socket.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: true));

    /// <inheritdoc cref="Once(Socket, string, Action)" />
    public static void Once<T1, T2, T3>(this Socket socket, string eventName, Action<T1, T2, T3> handler) =>
        socket.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: true));

    /// <inheritdoc cref="Once(Socket, string, Action)" />
    public static void Once<T1, T2, T3>(this Socket socket, string eventName, Func<T1, T2, T3, Task> handler) =>
        socket.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: true));

    /// <inheritdoc cref="Once(Socket, string, Action)" />
    public static void Once<T1, T2, T3, TResult>(this Socket socket, string eventName, Func<T1, T2, T3, Task<TResult>> handler) =>
        socket.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: true));

    /// <inheritdoc cref="Once(Socket, string, Action)" />
    public static void Once<T1, T2, T3, TResult>(this Socket socket, string eventName, Func<T1, T2, T3, TResult> handler) =>
        socket.Add(eventName, new EventListener(handler, EventBodies.Of(handler), isOnce: true));
}
