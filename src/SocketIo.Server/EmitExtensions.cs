using SocketIo.Protocol;

namespace SocketIo;

/// <summary>
/// Emits events without waiting for an acknowledgement. The returned task has completed: the event is serialised and queued for
/// its receivers, in the caller's order. No cancellation, since nothing is waited for.
/// </summary>
public static class EmitExtensions
{
    /// <summary>Emits an event without arguments.</summary>
    /// <exception cref="ArgumentException">The name is reserved: connect, connect_error, disconnect, disconnecting, newListener or removeListener.</exception>
    public static ValueTask EmitAsync<TEmitter>(this TEmitter emitter, string eventName) where TEmitter : IEmitter
    {
        emitter.Emit(eventName, default(Args0));
        return ValueTask.CompletedTask;
    }

    /// <summary>Emits an event with one argument; an array is one argument too.</summary>
    /// <inheritdoc cref="EmitAsync{TEmitter}(TEmitter, string)" path="/exception" />
    public static ValueTask EmitAsync<TEmitter, T1>(this TEmitter emitter, string eventName, T1 arg1) where TEmitter : IEmitter
    {
        emitter.Emit(eventName, new Args<T1>(arg1));
        return ValueTask.CompletedTask;
    }

    /// <summary>Emits an event with two arguments.</summary>
    /// <inheritdoc cref="EmitAsync{TEmitter}(TEmitter, string)" path="/exception" />
    public static ValueTask EmitAsync<TEmitter, T1, T2>(this TEmitter emitter, string eventName, T1 arg1, T2 arg2) where TEmitter : IEmitter
    {
        emitter.Emit(eventName, new Args<T1, T2>(arg1, arg2));
        return ValueTask.CompletedTask;
    }

    /// <summary>Emits an event with three arguments.</summary>
    /// <inheritdoc cref="EmitAsync{TEmitter}(TEmitter, string)" path="/exception" />
    public static ValueTask EmitAsync<TEmitter, T1, T2, T3>(this TEmitter emitter, string eventName, T1 arg1, T2 arg2, T3 arg3)
        where TEmitter : IEmitter
    {
        emitter.Emit(eventName, new Args<T1, T2, T3>(arg1, arg2, arg3));
        return ValueTask.CompletedTask;
    }

    /// <summary>Emits an event with any number of arguments: <c>EmitAsync("hello", [1, "2", new { three = 4 }])</c>.</summary>
    /// <inheritdoc cref="EmitAsync{TEmitter}(TEmitter, string)" path="/exception" />
    public static ValueTask EmitAsync<TEmitter>(this TEmitter emitter, string eventName, EventArguments arguments)
        where TEmitter : IEmitter
    {
        emitter.Emit(eventName, arguments);
        return ValueTask.CompletedTask;
    }
}
