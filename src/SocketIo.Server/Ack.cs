namespace SocketIo;

/// <summary>
/// The acknowledgement of an event, as the last parameter of its handler. The handler then decides whether to acknowledge, and when: nothing is sent
/// when it completes.
/// </summary>
/// <example>
/// <code>
/// io.On("order", async (Socket socket, Order order, Ack ack) =>
/// {
///     await ack.SendAsync("accepted");
///     await PrepareAsync(order);
/// });
/// </code>
/// </example>
/// <remarks>Thread-safe. It may be kept after the handler has completed, and used while the socket is connected. A unit test may derive its own.</remarks>
public abstract class Ack
{
    /// <summary>Whether the client asked for an acknowledgement. If not, <see cref="SendAsync"/> does nothing.</summary>
    public abstract bool IsWanted { get; }

    /// <summary>
    /// Sends the acknowledgement. Only the first one of an event is sent, be it by this or as another handler's result; further ones are ignored, as in
    /// the reference.
    /// </summary>
    /// <param name="values">What the client's callback gets: any number of values, also as a collection expression. A list is one value.</param>
    /// <returns>A task that has completed: the acknowledgement is serialized and queued.</returns>
    /// <exception cref="NotSupportedException">A value can't be serialized; nothing is sent then, and another acknowledgement may follow.</exception>
    public abstract ValueTask SendAsync(params EventArguments values);
}
