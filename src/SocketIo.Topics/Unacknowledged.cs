namespace SocketIo;

/// <summary>What is done about a receiver that does not acknowledge in time. It is logged and counted in any case.</summary>
public enum Unacknowledged
{
    /// <summary>
    /// It gets nothing more until it acknowledges. With <see cref="Sharing.OneOf"/> its events are handed to another receiver. The default.
    /// </summary>
    Stop,

    /// <summary>It is disconnected. What it did not acknowledge comes again when it connects.</summary>
    Disconnect,

    /// <summary>What it has got counts as acknowledged, and it gets the events that follow: they may be lost on it.</summary>
    Continue,
}
