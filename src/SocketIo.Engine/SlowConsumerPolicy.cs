namespace SocketIo.Engine;

/// <summary>What happens to a connection whose queue of unsent bytes would pass <see cref="EngineOptions.MaxQueuedBytes"/>.</summary>
public enum SlowConsumerPolicy
{
    /// <summary>
    /// The transport is closed (reason "transport error"), and what was queued is dropped. Stock clients reconnect by
    /// themselves, because no DISCONNECT packet is sent.
    /// </summary>
    Disconnect,

    /// <summary>
    /// The message that does not fit is dropped for this connection, counted and logged; the connection goes on. Acknowledgements
    /// and other control packets are never dropped: a connection for which twice <see cref="EngineOptions.MaxQueuedBytes"/> are queued
    /// is closed as with <see cref="Disconnect"/>.
    /// </summary>
    DropNewest,
}
