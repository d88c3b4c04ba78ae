namespace SocketIo.Cluster;

/// <summary>
/// What connects several servers: implemented by packages for Redis, Postgres and others. One per server, made by the services and
/// disposed with them. The members are thread-safe.
/// </summary>
/// <remarks>
/// An implementation moves <see cref="ClusterMessage"/>s and says whether it is connected. Requests and answers, heartbeats,
/// acknowledgements, waiting while the backplane is away, limits and recovery exist once, above it. The conformance tests of
/// SocketIo.Cluster.Testing show that one is right.
/// </remarks>
public abstract class Backplane : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly Lock _sync = new();

    // guarded by _sync
    private BackplaneState _state;

    /// <summary>Makes a backplane that is not connected yet.</summary>
    /// <param name="time">The clock for <see cref="State"/>; null takes the system's.</param>
    protected Backplane(TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _state = new BackplaneState(false, _time.GetUtcNow(), "not started");
    }

    /// <summary>The state has changed. Raised under the lock, so that handlers see the states in their order.</summary>
    internal event Action<BackplaneState>? StateChanged;

    /// <summary>A short name for logs, metrics and the health check, such as "redis-streams".</summary>
    public abstract string Name { get; }

    /// <summary>
    /// The id of this node in all its namespaces: 16 random hexadecimal digits unless overridden. Other nodes know by it who sent what.
    /// </summary>
    public virtual string NodeId { get; } = NewId();

    /// <summary>Whether messages can be sent and received now.</summary>
    public BackplaneState State
    {
        get
        {
            lock (_sync)
                return _state;
        }
    }

    /// <summary>
    /// Begins to connect. Completes when connected, or when the first attempt failed: then the backplane goes on trying by itself, for as
    /// long as it is not disposed. Called once, before the server accepts clients.
    /// </summary>
    /// <exception cref="Exception">
    /// Only for what no retry can heal, such as an option that the backplane refuses: the server then does not start.
    /// </exception>
    public abstract ValueTask StartAsync(CancellationToken cancellationToken);

    /// <summary>Makes the link of a namespace, without touching the network. Called once for each namespace, also before the start.</summary>
    /// <param name="namespaceName">The name, with its leading slash.</param>
    /// <param name="receiver">
    /// Told what arrives. Null for an emitter, which only sends: nothing is subscribed to, and it does not count as a node.
    /// </param>
    public abstract NamespaceLink Open(string namespaceName, INodeReceiver? receiver);

    /// <summary>Disconnects. All links have been disposed before.</summary>
    public abstract ValueTask DisposeAsync();

    /// <summary>Says that the backplane is connected, and that all open links receive.</summary>
    protected void ReportConnected() => Report(true, null);

    /// <summary>Says that the backplane is away.</summary>
    /// <param name="reason">Why, for logs and the health check; without secrets of the connection string.</param>
    protected void ReportAway(string reason) => Report(false, reason);

    /// <summary>16 random hexadecimal digits, as JavaScript nodes have them.</summary>
    internal static string NewId() => Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8));

    private void Report(bool isConnected, string? reason)
    {
        lock (_sync)
        {
            if (_state.IsConnected == isConnected)
            {
                // it may be another one by now
                _state = _state with { Reason = reason };
                return;
            }
            _state = new BackplaneState(isConnected, _time.GetUtcNow(), reason);
            StateChanged?.Invoke(_state);
        }
    }
}
