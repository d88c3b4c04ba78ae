using SocketIo.Cluster.Nodes;

namespace SocketIo.Cluster.InMemory;

/// <summary>One server of an <see cref="InMemoryCluster"/>, and what can happen to it.</summary>
public sealed class InMemoryBackplane : Backplane
{
    private readonly Lock _sync = new();

    // guarded by _sync
    private readonly List<InMemoryLink> _links = [];
    private readonly List<(InMemoryLink Link, ClusterMessage Message)> _held = [];
    private bool _isCut;
    private bool _isHung;
    private bool _isKilled;
    private bool _isStarted;

    internal InMemoryBackplane(InMemoryCluster cluster, TimeProvider time, WorkQueue work) : base(time)
    {
        Cluster = cluster;
        Work = work;
    }

    /// <inheritdoc />
    public override string Name => "in-memory";

    /// <summary>How many messages this node was given: what it has to read and decode.</summary>
    public long ReceivedCount
    {
        get
        {
            lock (_sync)
                return _links.Sum(static link => link.ReceivedCount);
        }
    }

    internal InMemoryCluster Cluster { get; }

    internal WorkQueue Work { get; }

    /// <summary>Whether messages to this node arrive at its door.</summary>
    internal bool IsReachable
    {
        get
        {
            lock (_sync)
                return !_isCut && !_isKilled;
        }
    }

    /// <summary>Whether the process does anything.</summary>
    internal bool IsRunning
    {
        get
        {
            lock (_sync)
                return !_isHung && !_isKilled;
        }
    }

    /// <inheritdoc />
    public override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            _isStarted = true;
            if (_isCut)
                return ValueTask.CompletedTask;
        }
        ReportConnected();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public override NamespaceLink Open(string namespaceName, INodeReceiver? receiver)
    {
        var link = new InMemoryLink(this, namespaceName, receiver);
        lock (_sync)
            _links.Add(link);
        return link;
    }

    /// <summary>Cuts the connection to the other nodes. The node knows it.</summary>
    public void Cut()
    {
        lock (_sync)
            _isCut = true;
        ReportAway("cut off");
        Cluster.Lose(this);
    }

    /// <summary>Connects the node again.</summary>
    public void Restore()
    {
        InMemoryLink[] links;
        lock (_sync)
        {
            _isCut = false;
            if (!_isStarted)
                return;
            links = [.. _links];
        }
        foreach (var link in links)
            Cluster.ReadLog(link);
        ReportConnected();
    }

    /// <summary>Stops the node from doing anything, while its connection stays: like a process that is suspended.</summary>
    public void Hang()
    {
        lock (_sync)
            _isHung = true;
    }

    /// <summary>Lets a node that hangs go on.</summary>
    public void Resume()
    {
        (InMemoryLink Link, ClusterMessage Message)[] held;
        InMemoryLink[] links;
        lock (_sync)
        {
            _isHung = false;
            held = [.. _held];
            links = [.. _links];
            _held.Clear();
        }
        foreach (var (link, message) in held)
            Cluster.Send(link, message);
        foreach (var link in links)
            link.Drain();
    }

    /// <summary>Ends the node without a farewell. What it does from now on has no effect.</summary>
    public void Kill()
    {
        InMemoryLink[] links;
        lock (_sync)
        {
            _isKilled = true;
            links = [.. _links];
            _held.Clear();
        }
        foreach (var link in links)
            Cluster.Remove(link);
    }

    /// <inheritdoc />
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal void Send(InMemoryLink link, ClusterMessage message)
    {
        lock (_sync)
        {
            if (_isKilled)
                return;
            if (_isCut)
                throw new IOException("The node is cut off.");
            if (_isHung)
            {
                _held.Add((link, message));
                return;
            }
        }
        Cluster.Send(link, message);
    }

    internal void Remove(InMemoryLink link)
    {
        lock (_sync)
            _links.Remove(link);
        Cluster.Remove(link);
    }
}
