using SocketIo.Protocol;

namespace SocketIo;

/// <summary>Something that events can be emitted to: a socket, a namespace, rooms. Emit with <see cref="EmitExtensions"/>.</summary>
/// <remarks>A unit test may implement it, to see what is emitted.</remarks>
public interface IEmitter
{
    /// <summary>Emits an event. Called by <see cref="EmitExtensions"/>; applications call those.</summary>
    /// <param name="eventName">The event's name.</param>
    /// <param name="arguments">The arguments in their order.</param>
    /// <exception cref="ArgumentException">The name is reserved.</exception>
    void Emit(string eventName, IReadOnlyList<object?> arguments);

    /// <summary>Serialises the event once and queues it for every receiver.</summary>
    internal void Emit<TArgs>(string eventName, in TArgs args) where TArgs : struct, IEventArguments, allows ref struct =>
        Emit(eventName, args.ToArray());
}
