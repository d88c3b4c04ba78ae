namespace SocketIo;

/// <summary>
/// What is kept for clients that lose their connection, so that they find their id, rooms, data and missed events again. It is kept
/// in memory: a server that restarts has forgotten it.
/// </summary>
/// <remarks>
/// Events that are volatile, or ask for an acknowledgement, are not kept. The others carry their place in the namespace's log as one
/// more argument, a text, which clients send back; and the emits of one namespace take turns, so that all clients see the log's order.
/// </remarks>
public sealed class ConnectionStateRecoveryOptions
{
    /// <summary>How long after a disconnect a client may come back. Default 2 minutes, as in the reference.</summary>
    public TimeSpan MaxDisconnectionDuration { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Whether the middleware of the namespace is not asked about a client that comes back; connection handlers run in any case.
    /// Default true, as in the reference.
    /// </summary>
    public bool SkipMiddlewares { get; set; } = true;

    /// <summary>
    /// The most bytes of events kept for each namespace; beyond them the oldest is dropped, and clients that may have missed it start
    /// anew. Nor does a client recover that missed more than <see cref="Engine.EngineOptions.MaxQueuedBytes"/>. Default 16 MiB.
    /// </summary>
    public int MaxStoredBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>The most disconnected clients kept for each namespace; beyond them the longest gone is dropped. Default 100,000.</summary>
    public int MaxStoredSessions { get; set; } = 100_000;
}
