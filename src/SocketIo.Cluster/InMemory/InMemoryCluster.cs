using System.Buffers;
using SocketIo.Cluster.Nodes;

namespace SocketIo.Cluster.InMemory;

/// <summary>
/// Several servers in one process: makes a backplane for each. For tests of applications and of the cluster itself, where nodes can be
/// cut off, hung and killed. Thread-safe.
/// </summary>
public sealed class InMemoryCluster
{
    private readonly TimeProvider _time;
    private readonly WorkQueue _work;
    private readonly Random _random;
    private readonly ITimer _timer;
    private readonly Lock _sync = new();

    // guarded by _sync
    private readonly List<InMemoryLink> _links = [];
    private readonly PriorityQueue<Delivery, (long Due, long Number)> _onTheWay = new();
    private readonly Dictionary<string, InMemoryLog> _logs = new(StringComparer.Ordinal);
    private long _lastNumber;

    /// <summary>Makes a cluster without nodes.</summary>
    /// <param name="options">What it is like; null takes the defaults.</param>
    /// <param name="time">The clock of delays; null takes the system's.</param>
    public InMemoryCluster(InMemoryClusterOptions? options = null, TimeProvider? time = null) : this(options, time, WorkQueue.OfThreadPool)
    {
    }

    internal InMemoryCluster(InMemoryClusterOptions? options, TimeProvider? time, WorkQueue work)
    {
        Options = options ?? new InMemoryClusterOptions();
        _time = time ?? TimeProvider.System;
        _work = work;
        _random = new Random(Options.Faults.Seed);
        _timer = _time.CreateTimer(static cluster => ((InMemoryCluster)cluster!).DeliverDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    internal InMemoryClusterOptions Options { get; }

    internal TimeProvider Time => _time;

    /// <summary>How many namespaces of nodes there are.</summary>
    internal int LinkCount
    {
        get
        {
            lock (_sync)
                return _links.Count;
        }
    }

    /// <summary>How many messages are on their way.</summary>
    internal int OnTheWayCount
    {
        get
        {
            lock (_sync)
                return _onTheWay.Count;
        }
    }

    /// <summary>Makes the backplane of one server.</summary>
    public InMemoryBackplane CreateBackplane() => new(this, _time, _work);

    internal InMemoryLog? LogOf(string namespaceName)
    {
        if (Options.LogSize == 0)
            return null;
        lock (_sync)
        {
            if (!_logs.TryGetValue(namespaceName, out var log))
                _logs[namespaceName] = log = new InMemoryLog(Options.LogSize, _time, FailsToSave);
            return log;
        }
    }

    internal void Add(InMemoryLink link)
    {
        lock (_sync)
        {
            link.ReadTo = link.MemoryLog?.Newest ?? 0;
            _links.Add(link);
        }
    }

    internal void Remove(InMemoryLink link)
    {
        lock (_sync)
        {
            if (!_links.Remove(link))
                return;
            TellLost(link);
            foreach (var other in _links)
                other.LastDue.Remove(link);
        }
    }

    /// <summary>A node's connection has ended: the others see it go. What it has sent still comes before what it sends when it is back.</summary>
    internal void Lose(InMemoryBackplane node)
    {
        lock (_sync)
        {
            foreach (var link in _links.Where(link => link.Node == node).ToArray())
                TellLost(link);
        }
    }

    internal void Send(InMemoryLink from, ClusterMessage message)
    {
        lock (_sync)
        {
            if (from.MemoryLog is { } log && IsKept(message))
            {
                log.Append(message);
                ReadLog(from.Name);
                return;
            }
            foreach (var to in _links)
            {
                if (to != from && to.Name == from.Name && to.IsFor(message) && !IsFault(Options.Faults.DropRate))
                    Send(from, to, message);
            }
        }
    }

    /// <summary>Reads on in the log, for a node that was cut off.</summary>
    internal void ReadLog(InMemoryLink link)
    {
        lock (_sync)
        {
            if (link.MemoryLog is not { } log)
                return;
            if (link.ReadTo < log.Oldest - 1)
            {
                link.ReadTo = log.Oldest - 1;
                Dispatch(new Delivery(link, null, null, IsGap: true), Due(link, link));
            }
            while (link.ReadTo < log.Newest)
                Dispatch(new Delivery(link, log[++link.ReadTo], null), Due(link, link));
        }
    }

    internal Membership MembersOf(InMemoryLink asking, IReadOnlyCollection<string> known)
    {
        lock (_sync)
        {
            var others = _links.Where(link => link != asking && link.Name == asking.Name && link.Node.IsReachable).Select(static link => link.Node.NodeId).ToArray();
            return new Membership(others.Length + 1, Options.Members is MemberKnowledge.ById ? others : [.. others.Where(known.Contains)]);
        }
    }

    internal TimeSpan OpenRoomDelay()
    {
        lock (_sync)
            return _random.NextDouble() * Options.Faults.MaxOpenRoomDelay;
    }

    private static bool IsKept(ClusterMessage message) =>
        message is { Type: MessageType.Broadcast, RequestId: null, Flags.IsVolatile: false };

    private void ReadLog(string namespaceName)
    {
        foreach (var link in _links)
        {
            if (link.Name == namespaceName && link.Node.IsReachable)
                ReadLog(link);
        }
    }

    private void Send(InMemoryLink from, InMemoryLink to, ClusterMessage message)
    {
        var arriving = Options.Serialize ? Serialized(message) : message;
        Dispatch(new Delivery(to, arriving, null), Due(from, to));
        if (IsFault(Options.Faults.DuplicateRate))
            Dispatch(new Delivery(to, arriving, null), Due(from, to));
    }

    // In the order of the sender, unless that is a fault that is wanted.
    private long Due(InMemoryLink from, InMemoryLink to)
    {
        var due = _time.GetTimestamp() + (long)(_random.NextDouble() * Options.Faults.MaxDelay.TotalSeconds * _time.TimestampFrequency);
        if (IsFault(Options.Faults.ReorderRate))
            return due;
        due = Math.Max(due, to.LastDue.GetValueOrDefault(from));
        to.LastDue[from] = due;
        return due;
    }

    private bool FailsToSave()
    {
        lock (_sync)
            return IsFault(Options.Faults.SaveFailureRate);
    }

    private bool IsFault(double rate) => rate > 0 && _random.NextDouble() < rate;

    private void TellLost(InMemoryLink gone)
    {
        foreach (var link in _links)
        {
            if (link != gone && link.Name == gone.Name && Options.Members is MemberKnowledge.ById)
                Dispatch(new Delivery(link, null, gone.Node.NodeId), Due(gone, link));
        }
    }

    private void Dispatch(in Delivery delivery, long due)
    {
        // not past what is due and waits for the timer
        if (_onTheWay.Count == 0 && due <= _time.GetTimestamp())
        {
            delivery.To.Deliver(delivery);
            return;
        }
        _onTheWay.Enqueue(delivery, (due, ++_lastNumber));
        SetTimer();
    }

    private void DeliverDue()
    {
        lock (_sync)
        {
            while (_onTheWay.TryPeek(out var delivery, out var place) && place.Due <= _time.GetTimestamp())
            {
                _onTheWay.Dequeue();
                delivery.To.Deliver(delivery);
            }
            SetTimer();
        }
    }

    private void SetTimer()
    {
        if (!_onTheWay.TryPeek(out _, out var next))
            return;
        var wait = TimeSpan.FromSeconds((next.Due - _time.GetTimestamp()) / (double)_time.TimestampFrequency);
        _timer.Change(TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(wait.TotalMilliseconds))), Timeout.InfiniteTimeSpan);
    }

    // What only the way tells is told by the way.
    private static ClusterMessage Serialized(ClusterMessage message)
    {
        var bytes = new ArrayBufferWriter<byte>();
        ClusterMessagePack.Write(message, bytes, MessagePackFlavor.Official);
        if (!ClusterMessagePack.TryRead(bytes.WrittenMemory, out var read, out var error))
            throw new InvalidOperationException($"What was written cannot be read: {error}.");
        return read;
    }
}
