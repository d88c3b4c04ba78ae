namespace SocketIo.Engine.Sessions;

/// <summary>The states of a session, each of which leads to the next or to one further on.</summary>
internal enum SessionState
{
    Opening,
    Open,

    /// <summary>The handler has been told; what was queued still leaves.</summary>
    Closing,
    Closed,
}
