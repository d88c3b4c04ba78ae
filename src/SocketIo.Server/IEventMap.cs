namespace SocketIo;

/// <summary>Says which method of a handler class handles which event. The lambdas are best static.</summary>
/// <typeparam name="THandlers">The handler class.</typeparam>
public interface IEventMap<THandlers> where THandlers : class
{
    /// <summary>Maps an event without arguments.</summary>
    IEventMap<THandlers> Event(string eventName, Func<THandlers, Socket, Task> handler);

    /// <summary>Maps an event with one argument.</summary>
    IEventMap<THandlers> Event<T1>(string eventName, Func<THandlers, Socket, T1, Task> handler);

    /// <summary>Maps an event with two arguments.</summary>
    IEventMap<THandlers> Event<T1, T2>(string eventName, Func<THandlers, Socket, T1, T2, Task> handler);

    /// <summary>Maps an event with three arguments.</summary>
    IEventMap<THandlers> Event<T1, T2, T3>(string eventName, Func<THandlers, Socket, T1, T2, T3, Task> handler);

    /// <summary>Maps an event without arguments; the result is the acknowledgement.</summary>
    IEventMap<THandlers> Event<TResult>(string eventName, Func<THandlers, Socket, Task<TResult>> handler);

    /// <summary>Maps an event with one argument; the result is the acknowledgement.</summary>
    IEventMap<THandlers> Event<T1, TResult>(string eventName, Func<THandlers, Socket, T1, Task<TResult>> handler);

    /// <summary>Maps an event with two arguments; the result is the acknowledgement.</summary>
    IEventMap<THandlers> Event<T1, T2, TResult>(string eventName, Func<THandlers, Socket, T1, T2, Task<TResult>> handler);

    /// <summary>Maps an event with three arguments; the result is the acknowledgement.</summary>
    IEventMap<THandlers> Event<T1, T2, T3, TResult>(string eventName, Func<THandlers, Socket, T1, T2, T3, Task<TResult>> handler);
}
