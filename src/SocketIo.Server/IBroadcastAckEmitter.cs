using SocketIo.Handlers;

namespace SocketIo;

/// <summary>Several sockets, as recipients of events that they acknowledge. Emit with <see cref="EmitExtensions"/>.</summary>
/// <remarks>A unit test may implement it, to see what is emitted and to answer.</remarks>
public interface IBroadcastAckEmitter
{
    /// <summary>Emits an event and collects the acknowledgements. Called by <see cref="EmitExtensions"/>; applications call those.</summary>
    /// <param name="eventName">The event's name.</param>
    /// <param name="arguments">The arguments in their order.</param>
    /// <returns>What the clients acknowledged with, and which did not.</returns>
    /// <exception cref="ArgumentException">The name is reserved.</exception>
    Task<AckResults<AckValues>> EmitAndWaitAsync(string eventName, IReadOnlyList<object?> arguments);

    /// <summary>The same, with the acknowledgements read as they are asked for.</summary>
    internal Task<AckResults<TResult>> EmitWithAck<TResult>(string eventName, EventArguments arguments, AckShape<TResult> shape) =>
        shape.OfAsync(EmitAndWaitAsync(eventName, arguments.ToArray()));
}
