namespace SocketIo;

/// <summary>A socket was, or became, disconnected before it acknowledged an event.</summary>
public sealed class SocketDisconnectedException : IOException
{
    /// <summary>Names the event and the socket.</summary>
    public SocketDisconnectedException(string eventName, string socketId)
        : base($"The socket '{socketId}' is disconnected; the event '{eventName}' was not acknowledged.")
    {
        EventName = eventName;
        SocketId = socketId;
    }

    /// <summary>The event that was sent.</summary>
    public string EventName { get; }

    /// <summary>Whom it was sent to.</summary>
    public string SocketId { get; }
}
