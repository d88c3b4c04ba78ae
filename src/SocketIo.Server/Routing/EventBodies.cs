using SocketIo.Protocol;

namespace SocketIo.Routing;

/// <summary>
/// Brings handlers of every shape into the one of <see cref="EventBody"/>: arguments are read in order, then the handler runs.
/// A handler's type decides how its arguments are read, without reflection.
/// </summary>
internal static class EventBodies
{
    public static EventBody Of(Action<Socket> handler) => (Socket socket, ref ArgumentReader arguments, AckReply ack) =>
    {
        handler(socket);
        return ack.Done();
    };

    public static EventBody Of(Func<Socket, Task> handler) => (Socket socket, ref ArgumentReader arguments, AckReply ack) => ack.Done(handler(socket));

    public static EventBody Of<TResult>(Func<Socket, Task<TResult>> handler) => (Socket socket, ref ArgumentReader arguments, AckReply ack) => ack.Done(handler(socket));

    public static EventBody Of<TResult>(Func<Socket, TResult> handler)
    {
        ResultType<TResult>.ThrowIfTask(nameof(handler));
        return (Socket socket, ref ArgumentReader arguments, AckReply ack) => ack.Done(handler(socket));
    }

    public static EventBody Of<T1>(Action<Socket, T1> handler) => (Socket socket, ref ArgumentReader arguments, AckReply ack) =>
    {
        handler(socket, arguments.Read<T1>()!);
        return ack.Done();
    };

    public static EventBody Of<T1>(Func<Socket, T1, Task> handler) => (Socket socket, ref ArgumentReader arguments, AckReply ack) => ack.Done(handler(socket, arguments.Read<T1>()!));

    public static EventBody Of<T1, TResult>(Func<Socket, T1, Task<TResult>> handler) => (Socket socket, ref ArgumentReader arguments, AckReply ack) => ack.Done(handler(socket, arguments.Read<T1>()!));

    public static EventBody Of<T1, TResult>(Func<Socket, T1, TResult> handler)
    {
        ResultType<TResult>.ThrowIfTask(nameof(handler));
        return (Socket socket, ref ArgumentReader arguments, AckReply ack) => ack.Done(handler(socket, arguments.Read<T1>()!));
    }

    public static EventBody Of<T1, T2>(Action<Socket, T1, T2> handler) => (Socket socket, ref ArgumentReader arguments, AckReply ack) =>
    {
        handler(socket, arguments.Read<T1>()!, arguments.Read<T2>()!);
        return ack.Done();
    };

    public static EventBody Of<T1, T2>(Func<Socket, T1, T2, Task> handler) => (Socket socket, ref ArgumentReader arguments, AckReply ack) => ack.Done(handler(socket, arguments.Read<T1>()!, arguments.Read<T2>()!));

    public static EventBody Of<T1, T2, TResult>(Func<Socket, T1, T2, Task<TResult>> handler) => (Socket socket, ref ArgumentReader arguments, AckReply ack) => ack.Done(handler(socket, arguments.Read<T1>()!, arguments.Read<T2>()!));

    public static EventBody Of<T1, T2, TResult>(Func<Socket, T1, T2, TResult> handler)
    {
        ResultType<TResult>.ThrowIfTask(nameof(handler));
        return (Socket socket, ref ArgumentReader arguments, AckReply ack) => ack.Done(handler(socket, arguments.Read<T1>()!, arguments.Read<T2>()!));
    }

    public static EventBody Of<T1, T2, T3>(Action<Socket, T1, T2, T3> handler) => (Socket socket, ref ArgumentReader arguments, AckReply ack) =>
    {
        handler(socket, arguments.Read<T1>()!, arguments.Read<T2>()!, arguments.Read<T3>()!);
        return ack.Done();
    };

    public static EventBody Of<T1, T2, T3>(Func<Socket, T1, T2, T3, Task> handler) => (Socket socket, ref ArgumentReader arguments, AckReply ack) => ack.Done(handler(socket, arguments.Read<T1>()!, arguments.Read<T2>()!, arguments.Read<T3>()!));

    public static EventBody Of<T1, T2, T3, TResult>(Func<Socket, T1, T2, T3, Task<TResult>> handler) => (Socket socket, ref ArgumentReader arguments, AckReply ack) => ack.Done(handler(socket, arguments.Read<T1>()!, arguments.Read<T2>()!, arguments.Read<T3>()!));

    public static EventBody Of<T1, T2, T3, TResult>(Func<Socket, T1, T2, T3, TResult> handler)
    {
        ResultType<TResult>.ThrowIfTask(nameof(handler));
        return (Socket socket, ref ArgumentReader arguments, AckReply ack) => ack.Done(handler(socket, arguments.Read<T1>()!, arguments.Read<T2>()!, arguments.Read<T3>()!));
    }

    public static EventBody Of(Action handler) => (Socket _, ref ArgumentReader arguments, AckReply ack) =>
    {
        handler();
        return ack.Done();
    };

    public static EventBody Of(Func<Task> handler) => (Socket _, ref ArgumentReader arguments, AckReply ack) => ack.Done(handler());

    public static EventBody Of<TResult>(Func<Task<TResult>> handler) => (Socket _, ref ArgumentReader arguments, AckReply ack) => ack.Done(handler());

    public static EventBody Of<TResult>(Func<TResult> handler)
    {
        ResultType<TResult>.ThrowIfTask(nameof(handler));
        return (Socket _, ref ArgumentReader arguments, AckReply ack) => ack.Done(handler());
    }

    public static EventBody Of<T1>(Action<T1> handler) => (Socket _, ref ArgumentReader arguments, AckReply ack) =>
    {
        handler(arguments.Read<T1>()!);
        return ack.Done();
    };

    public static EventBody Of<T1>(Func<T1, Task> handler) => (Socket _, ref ArgumentReader arguments, AckReply ack) => ack.Done(handler(arguments.Read<T1>()!));

    public static EventBody Of<T1, TResult>(Func<T1, Task<TResult>> handler) => (Socket _, ref ArgumentReader arguments, AckReply ack) => ack.Done(handler(arguments.Read<T1>()!));

    public static EventBody Of<T1, TResult>(Func<T1, TResult> handler)
    {
        ResultType<TResult>.ThrowIfTask(nameof(handler));
        return (Socket _, ref ArgumentReader arguments, AckReply ack) => ack.Done(handler(arguments.Read<T1>()!));
    }

    public static EventBody Of<T1, T2>(Action<T1, T2> handler) => (Socket _, ref ArgumentReader arguments, AckReply ack) =>
    {
        handler(arguments.Read<T1>()!, arguments.Read<T2>()!);
        return ack.Done();
    };

    public static EventBody Of<T1, T2>(Func<T1, T2, Task> handler) => (Socket _, ref ArgumentReader arguments, AckReply ack) => ack.Done(handler(arguments.Read<T1>()!, arguments.Read<T2>()!));

    public static EventBody Of<T1, T2, TResult>(Func<T1, T2, Task<TResult>> handler) => (Socket _, ref ArgumentReader arguments, AckReply ack) => ack.Done(handler(arguments.Read<T1>()!, arguments.Read<T2>()!));

    public static EventBody Of<T1, T2, TResult>(Func<T1, T2, TResult> handler)
    {
        ResultType<TResult>.ThrowIfTask(nameof(handler));
        return (Socket _, ref ArgumentReader arguments, AckReply ack) => ack.Done(handler(arguments.Read<T1>()!, arguments.Read<T2>()!));
    }

    public static EventBody Of<T1, T2, T3>(Action<T1, T2, T3> handler) => (Socket _, ref ArgumentReader arguments, AckReply ack) =>
    {
        handler(arguments.Read<T1>()!, arguments.Read<T2>()!, arguments.Read<T3>()!);
        return ack.Done();
    };

    public static EventBody Of<T1, T2, T3>(Func<T1, T2, T3, Task> handler) => (Socket _, ref ArgumentReader arguments, AckReply ack) => ack.Done(handler(arguments.Read<T1>()!, arguments.Read<T2>()!, arguments.Read<T3>()!));

    public static EventBody Of<T1, T2, T3, TResult>(Func<T1, T2, T3, Task<TResult>> handler) => (Socket _, ref ArgumentReader arguments, AckReply ack) => ack.Done(handler(arguments.Read<T1>()!, arguments.Read<T2>()!, arguments.Read<T3>()!));

    public static EventBody Of<T1, T2, T3, TResult>(Func<T1, T2, T3, TResult> handler)
    {
        ResultType<TResult>.ThrowIfTask(nameof(handler));
        return (Socket _, ref ArgumentReader arguments, AckReply ack) => ack.Done(handler(arguments.Read<T1>()!, arguments.Read<T2>()!, arguments.Read<T3>()!));
    }

    public static EventBody OfIncoming(Func<Socket, IncomingEvent, Task> handler) =>
        (Socket socket, ref ArgumentReader arguments, AckReply ack) => ack.Done(handler(socket, IncomingEvent.Of(socket, arguments)));

    public static EventBody OfIncoming<TResult>(Func<Socket, IncomingEvent, Task<TResult>> handler) =>
        (Socket socket, ref ArgumentReader arguments, AckReply ack) => ack.Done(handler(socket, IncomingEvent.Of(socket, arguments)));
}
