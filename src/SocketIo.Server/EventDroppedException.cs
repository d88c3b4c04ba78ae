namespace SocketIo;

/// <summary>
/// An event that asks for an acknowledgement was not sent to a connected socket: it was volatile and could not leave at once, the
/// socket's queue is full, or too many acknowledgements of it are pending.
/// </summary>
public sealed class EventDroppedException : IOException
{
    /// <summary>Names the event and the socket.</summary>
    /// <param name="eventName">The event.</param>
    /// <param name="socketId">Whom it was for.</param>
    /// <param name="why">Why it was not sent, as the end of a sentence.</param>
    public EventDroppedException(string eventName, string socketId, string why)
        : base($"The event '{eventName}' was not sent to the socket '{socketId}': {why}.")
    {
        EventName = eventName;
        SocketId = socketId;
    }

    /// <summary>The event.</summary>
    public string EventName { get; }

    /// <summary>Whom it was for.</summary>
    public string SocketId { get; }
}
