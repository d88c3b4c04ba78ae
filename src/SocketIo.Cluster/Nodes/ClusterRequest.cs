namespace SocketIo.Cluster.Nodes;

/// <summary>
/// A request to the other nodes: ends when all have answered that can, when the time is up, or when the backplane is away. It never
/// fails; who did not answer is named.
/// </summary>
internal abstract class ClusterRequest : IDisposable
{
    private readonly ITimer _timer;

    // guarded by Sync
    private bool _hasEnded;

    protected ClusterRequest(string id, TimeSpan timeout, TimeProvider time)
    {
        Id = id;
        SentAt = time.GetTimestamp();
        _timer = time.CreateTimer(static request => ((ClusterRequest)request!).End(isAway: false), this, timeout, Timeout.InfiniteTimeSpan);
    }

    /// <summary>By which answers find it.</summary>
    public string Id { get; }

    /// <summary>When it was made, as a timestamp.</summary>
    public long SentAt { get; }

    /// <summary>A node of which it must be known whether it is there, though it may never have been heard; null for none.</summary>
    public virtual string? Asked => null;

    /// <summary>Called when it ends, whatever the cause.</summary>
    public Action<ClusterRequest>? Ended { get; init; }

    protected Lock Sync { get; } = new();

    protected Expectation Expectation { get; } = new();

    /// <summary>All nodes are known by id.</summary>
    public void Await(IEnumerable<string> ids)
    {
        lock (Sync)
        {
            Expectation.Await(ids);
            EndIfComplete();
        }
    }

    /// <inheritdoc cref="Nodes.Expectation.Sample" />
    public void Sample(in Membership members, IReadOnlySet<string> asked, Func<string, bool> isAwaited)
    {
        lock (Sync)
        {
            if (_hasEnded)
                return;
            Expectation.Sample(members, asked, isAwaited);
            LoseOwing(members.Connected, asked);
            EndIfComplete();
        }
    }

    /// <summary>An answer has come.</summary>
    public void Receive(ClusterMessage answer)
    {
        lock (Sync)
        {
            if (_hasEnded)
                return;
            Take(answer);
            EndIfComplete();
        }
    }

    /// <summary>A node is gone.</summary>
    public void Lose(string nodeId)
    {
        lock (Sync)
        {
            if (_hasEnded)
                return;
            Expectation.Lose(nodeId);
            OnLost(nodeId);
            EndIfComplete();
        }
    }

    /// <summary>Nothing more is waited for.</summary>
    public void End(bool isAway)
    {
        lock (Sync)
        {
            if (_hasEnded)
                return;
            _hasEnded = true;
            _timer.Dispose();
            Ended?.Invoke(this);
            Complete(Expectation.Missing(isAway));
        }
    }

    public void Dispose() => End(isAway: true);

    /// <summary>The nodes that have answered and of which more is waited for; under the lock.</summary>
    protected virtual IEnumerable<string> Owing => [];

    /// <summary>Whether there is nothing to wait for; under the lock.</summary>
    protected virtual bool IsComplete => Expectation.IsComplete;

    /// <summary>Keeps an answer; under the lock.</summary>
    protected abstract void Take(ClusterMessage answer);

    /// <summary>A node will not answer any more; under the lock.</summary>
    protected virtual void OnLost(string nodeId)
    {
    }

    /// <summary>Hands on what has come; under the lock, so it runs no user code.</summary>
    protected abstract void Complete(in MissingNodes missing);

    private void LoseOwing(IReadOnlyCollection<string> connected, IReadOnlySet<string> asked)
    {
        foreach (var id in Owing.Where(id => asked.Contains(id) && !connected.Contains(id)).ToArray())
            OnLost(id);
    }

    private void EndIfComplete()
    {
        if (IsComplete)
            End(isAway: false);
    }
}
