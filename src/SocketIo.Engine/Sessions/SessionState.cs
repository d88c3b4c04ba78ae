namespace SocketIo.Engine.Sessions;

/// <summary>The states of a session: Opening, Open, (Upgrading, Open), Closing, Closed.</summary>
internal enum SessionState
{
    Opening,
    Open,
    Upgrading,

    /// <summary>The handler has been told; what was queued still leaves.</summary>
    Closing,
    Closed,
}
