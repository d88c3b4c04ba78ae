using SocketIo.Handlers;

namespace SocketIo;

/// <summary>A socket, as a recipient of events that it acknowledges. Emit with <see cref="EmitExtensions"/>.</summary>
/// <remarks>A unit test may implement it, to see what is emitted and to answer.</remarks>
public interface IAckEmitter
{
    /// <summary>Emits an event and waits for the acknowledgement. Called by <see cref="EmitExtensions"/>; applications call those.</summary>
    /// <param name="eventName">The event's name.</param>
    /// <param name="arguments">The arguments in their order.</param>
    /// <returns>What the client acknowledged with.</returns>
    /// <exception cref="ArgumentException">The name is reserved.</exception>
    Task<AckValues> EmitAndWaitAsync(string eventName, IReadOnlyList<object?> arguments);

    /// <summary>The same, with the acknowledgement read as it is asked for.</summary>
    internal Task<TResult> EmitWithAck<TResult>(string eventName, EventArguments arguments, AckShape<TResult> shape) =>
        shape.OfAsync(EmitAndWaitAsync(eventName, arguments.ToArray()));
}
