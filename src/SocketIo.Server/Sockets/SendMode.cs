namespace SocketIo.Sockets;

/// <summary>How a frame is sent to a socket.</summary>
internal enum SendMode
{
    /// <summary>It waits its turn in the queue.</summary>
    Queued,

    /// <summary>It leaves at once or is dropped.</summary>
    Volatile,

    /// <summary>It is in the log: nothing follows one that was refused, as the client's last offset would hide the gap.</summary>
    Logged,
}
