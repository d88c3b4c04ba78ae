using SocketIo.Engine;

namespace SocketIo;

/// <summary>
/// What is kept for clients that lose their connection, so that they find their id, rooms, data and missed events again. It is kept
/// in memory: a server that restarts has forgotten it, and so has any other server.
/// </summary>
/// <remarks>
/// <para>
/// With a backplane that keeps a log (such as Redis Streams) it is kept there: a client recovers on any server, also when its own was killed
/// (<see cref="Cluster.ClusterOptions.SaveLiveSessions"/>). Events then come from the log, on every server in the same order, an emit to one
/// socket too; what can't be serialized of <see cref="Socket.Data"/> is lost, and the rest is what an argument of type <c>object</c> is read as. While the
/// backplane is away own clients get events at once; a client that loses its connection then starts anew.
/// </para>
/// <para>
/// A client whose connection is lost before its connection handlers have ended (or within 5 s, where they take longer) starts anew: else it
/// would come back without the rooms that they had not joined yet, to handlers that see <see cref="Socket.Recovered"/> and join none.
/// </para>
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
    public bool SkipMiddleware { get; set; } = true;

    /// <summary>
    /// The most bytes of events kept for each namespace; beyond them the oldest is dropped, and clients that may have missed it start
    /// anew. Nor does a client recover that missed more than <see cref="EngineOptions.MaxQueuedBytes"/>. As many bytes again are kept of
    /// the names of disconnected clients' rooms; beyond them the longest gone is dropped. Default 16 MiB.
    /// </summary>
    public int MaxStoredBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>The most disconnected clients kept for each namespace; beyond them the longest gone is dropped. Default 100,000.</summary>
    public int MaxStoredSessions { get; set; } = 100_000;

    internal void Check(OptionCheck check)
    {
        const string Prefix = nameof(SocketIoOptions.ConnectionStateRecovery) + ".";
        check.Positive(MaxDisconnectionDuration, Prefix + nameof(MaxDisconnectionDuration));
        check.Positive(MaxStoredBytes, Prefix + nameof(MaxStoredBytes));
        check.Positive(MaxStoredSessions, Prefix + nameof(MaxStoredSessions));
    }
}
