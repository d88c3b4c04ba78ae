namespace SocketIo;

/// <summary>A socket cannot join a room: it is in as many as <see cref="SocketIoOptions.MaxRooms"/> allows.</summary>
/// <remarks>A handler that does not catch it ends with a warning in the log, not with an error: clients can cause it where they choose rooms.</remarks>
public sealed class RoomLimitException : InvalidOperationException
{
    /// <summary>Names the socket and the limit.</summary>
    /// <param name="socketId">The socket.</param>
    /// <param name="limit">How many rooms it is in.</param>
    public RoomLimitException(string socketId, int limit)
        : base($"The socket '{socketId}' is in {limit} rooms, which is the most ({nameof(SocketIoOptions.MaxRooms)}).")
    {
        SocketId = socketId;
        Limit = limit;
    }

    /// <summary>The socket.</summary>
    public string SocketId { get; }

    /// <summary>The most rooms that it may be in.</summary>
    public int Limit { get; }
}
