namespace SocketIo.Cluster;

/// <summary>How a server takes part in a cluster. The same on all servers, unless said otherwise.</summary>
public sealed class ClusterOptions
{
    /// <summary>
    /// How often a server tells the others that it is alive. One message for each server, whatever the number of namespaces; a second
    /// set every 5 s for each namespace where JavaScript nodes need it. Default 1 s.
    /// </summary>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>After how long a silent .NET server is given up: requests stop waiting for it. Default 3 s.</summary>
    public TimeSpan HeartbeatTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// After how long a silent JavaScript node is given up, on backplanes where heartbeats are all that tells. Such nodes send one
    /// every 5 s. Default 10 s, the reference's.
    /// </summary>
    public TimeSpan ForeignHeartbeatTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long requests wait for the other servers' answers. Default 5 s, the reference's; at most a day.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The most bytes of messages to other servers that may wait, in all namespaces together, while the backplane is away or slow.
    /// What comes beyond is dropped for the others, counted and logged; own clients get it. Default 64 MiB.
    /// </summary>
    public long MaxQueuedBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// Whether the headers of the handshake, and what the client sent as auth, are told to other servers that fetch sockets. They hold
    /// cookies and tokens, and whoever can read the backplane can read them. Default false; JavaScript nodes always tell them.
    /// </summary>
    public bool ShareHandshakeSecrets { get; set; }

    /// <summary>
    /// Whether sessions are saved while their clients are connected and not only when they leave, so that clients can recover when a
    /// server was killed. Costs a write for each connect, when the connection handlers have ended, and each change of rooms. Default true;
    /// only with a backplane that keeps a log and <c>ConnectionStateRecovery</c>.
    /// </summary>
    public bool SaveLiveSessions { get; set; } = true;

    /// <summary>What is wrong with the options, all at once.</summary>
    internal List<string> FindFaults()
    {
        List<string> faults = [];
        Check(HeartbeatInterval > TimeSpan.Zero, nameof(HeartbeatInterval), "be positive");
        Check(HeartbeatTimeout > HeartbeatInterval, nameof(HeartbeatTimeout), $"be longer than {nameof(HeartbeatInterval)}");
        Check(ForeignHeartbeatTimeout > TimeSpan.Zero, nameof(ForeignHeartbeatTimeout), "be positive");
        Check(RequestTimeout > TimeSpan.Zero && RequestTimeout <= TimeSpan.FromDays(1), nameof(RequestTimeout), "be positive and at most a day");
        Check(MaxQueuedBytes > 0, nameof(MaxQueuedBytes), "be positive");
        return faults;

        void Check(bool isGood, string name, string rule)
        {
            if (!isGood)
                faults.Add($"{nameof(ClusterOptions)}.{name} must {rule}.");
        }
    }
}
