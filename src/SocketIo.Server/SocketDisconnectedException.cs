namespace SocketIo;

/// <summary>A socket was disconnected before its client acknowledged an event.</summary>
public sealed class SocketDisconnectedException : IOException
{
    /// <summary>Names the event and the socket.</summary>
    /// <param name="eventName">The event that was emitted.</param>
    /// <param name="socketId">Whom it was emitted to.</param>
    public SocketDisconnectedException(string eventName, string socketId)
        : base($"The socket '{socketId}' is disconnected; the event '{eventName}' was not acknowledged.")
    {
        EventName = eventName;
        SocketId = socketId;
    }

    /// <summary>The event that was emitted.</summary>
    public string EventName { get; }

    /// <summary>The id of the socket it was emitted to.</summary>
    public string SocketId { get; }
}
