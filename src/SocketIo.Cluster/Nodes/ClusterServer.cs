using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace SocketIo.Cluster.Nodes;

/// <summary>This server as a member of the cluster: its namespaces' nodes, the backplane they share, and who else is there.</summary>
internal sealed class ClusterServer : IAsyncDisposable
{
    // For what is not exact: a hung node is given up, members are counted again.
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(250);

    private const int MaxNamedAtOnce = 20;

    private readonly ConcurrentDictionary<ClusterNode, bool> _nodes = new();
    private readonly ConcurrentDictionary<string, Task> _leaving = new(StringComparer.Ordinal);
    private readonly Lock _sync = new();
    private readonly Meter? _ownMeter;

    // guarded by _sync
    private ITimer? _timer;
    private ClusterNode? _root;
    private long _heartbeatAt;
    private int _isTicking;

    // whether the first attempt to connect has ended
    private bool _isStarted;

    /// <param name="backplane">Not started yet. Disposed by who made it, behind this.</param>
    /// <param name="options">How to take part.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Gets what operators need to know.</param>
    /// <param name="meters">Makes the meter; null for one of its own.</param>
    /// <param name="work">Runs what must not run on the caller's thread; null takes the thread pool.</param>
    public ClusterServer(Backplane backplane, ClusterOptions options, TimeProvider time, ILogger logger, IMeterFactory? meters = null, WorkQueue? work = null)
    {
        Backplane = backplane;
        Options = options;
        Time = time;
        Work = work ?? WorkQueue.OfThreadPool;
        Budget = new QueueBudget(options.MaxQueuedBytes);
        Peers = new Peers(options, time);
        Meter = meters?.Create(NodeMetrics.MeterName) ?? (_ownMeter = new Meter(NodeMetrics.MeterName));
        Reports = new NodeReports(logger, new NodeMetrics(Meter, () => IsConnected, () => Budget.Bytes, () => Peers.Count), time);
    }

    public Backplane Backplane { get; }

    public ClusterOptions Options { get; }

    public TimeProvider Time { get; }

    public WorkQueue Work { get; }

    public QueueBudget Budget { get; }

    public Peers Peers { get; }

    public NodeReports Reports { get; }

    public Meter Meter { get; }

    public bool IsConnected => Backplane.State.IsConnected;

    /// <summary>Makes a namespace a member. It opens by itself as soon as the backplane is connected.</summary>
    public ClusterNode Open(string name, ILocalNamespace local)
    {
        var node = new ClusterNode(this, name);
        Begin(node, local);
        return node;
    }

    /// <summary>The same for a node that the local namespace has to know first.</summary>
    public void Begin(ClusterNode node, ILocalNamespace local)
    {
        node.Begin(local);
        _nodes[node] = true;
        lock (_sync)
            _root ??= node;
        if (IsConnected)
            node.OnConnected();
        else if (Volatile.Read(ref _isStarted))
            node.OnAway();
    }

    /// <summary>Begins to connect; completes when connected, or when that failed and goes on by itself.</summary>
    public async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        Backplane.StateChanged += OnStateChanged;
        lock (_sync)
            _timer = Time.CreateTimer(static server => ((ClusterServer)server!).Tick(), this, TickInterval, TickInterval);
        await Backplane.StartAsync(cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _isStarted, true);
        if (IsConnected)
            return;
        NodeLog.Away(Reports.Logger, Backplane.Name, Sentence.Of(Backplane.State.Reason));
        foreach (var node in _nodes.Keys)
            node.OnAway();
    }

    /// <summary>Completes when a namespace of that name has left.</summary>
    public Task LeavingOf(string name) => _leaving.GetValueOrDefault(name, Task.CompletedTask);

    /// <summary>A namespace leaves.</summary>
    public void Remove(ClusterNode node, Task leaving)
    {
        _nodes.TryRemove(node, out _);
        if (!leaving.IsCompleted)
        {
            _leaving[node.Name] = leaving;
            leaving.ContinueWith(done => _leaving.TryRemove(new(node.Name, done)), TaskScheduler.Default);
        }
        lock (_sync)
        {
            if (_root == node)
                _root = _nodes.Keys.FirstOrDefault();
        }
    }

    /// <summary>Another node has left a namespace. One of ours does not stop before it has left all of them.</summary>
    public void OnLeft(string id)
    {
        if (_nodes.Keys.Any(node => node.HasMember(id)))
            return;
        Peers.Leave(id);
        NodeLog.NodeLeft(Reports.Logger, id);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_nodes.Keys.Select(static node => node.DisposeAsync().AsTask())).ConfigureAwait(false);
        Backplane.StateChanged -= OnStateChanged;
        lock (_sync)
        {
            _timer?.Dispose();
            _timer = null;
        }
        Reports.Flush();
        _ownMeter?.Dispose();
    }

    private void OnStateChanged(BackplaneState state)
    {
        if (state.IsConnected)
            NodeLog.Connected(Reports.Logger, Backplane.Name, Backplane.NodeId);
        else
            NodeLog.Away(Reports.Logger, Backplane.Name, Sentence.Of(state.Reason));
        if (state.IsConnected)
            Peers.Excuse();
        foreach (var node in _nodes.Keys)
        {
            if (state.IsConnected)
                node.OnConnected();
            else
                node.OnAway();
        }
    }

    // A timer does not wait for the tick before.
    private void Tick()
    {
        if (Interlocked.Exchange(ref _isTicking, 1) == 1)
            return;
        try
        {
            Reports.Flush();
            SendHeartbeat();
            GiveUpSilent();
            foreach (var node in _nodes.Keys)
                node.Tick();
        }
        catch (Exception exception)
        {
            // of the backplane or the clock, on a thread where it would end the process
            NodeLog.TickFailed(Reports.Logger, exception);
        }
        finally
        {
            Volatile.Write(ref _isTicking, 0);
        }
    }

    private void SendHeartbeat()
    {
        ClusterNode? root;
        lock (_sync)
            root = _root;
        if (root is null || !IsConnected || Time.GetElapsedTime(_heartbeatAt) < Options.HeartbeatInterval)
            return;
        _heartbeatAt = Time.GetTimestamp();
        root.SendHeartbeat(MessageType.Heartbeat);
    }

    // While the backplane is away everybody is silent.
    private void GiveUpSilent()
    {
        if (!IsConnected)
            return;
        var lost = Peers.Sweep();
        foreach (var id in lost)
        {
            // who makes names up fills no log
            if (lost.Count <= MaxNamedAtOnce)
                NodeLog.NodeLost(Reports.Logger, id);
            foreach (var node in _nodes.Keys)
                node.Lose(id);
        }
        if (lost.Count > MaxNamedAtOnce)
            NodeLog.NodesLost(Reports.Logger, lost.Count, lost[0]);
    }
}
