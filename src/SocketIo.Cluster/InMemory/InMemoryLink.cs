using System.Collections.Concurrent;

namespace SocketIo.Cluster.InMemory;

/// <summary>A namespace of one node: what arrives waits in a queue, and is handed on one by one.</summary>
internal sealed class InMemoryLink(InMemoryBackplane node, string name, INodeReceiver? receiver) : NamespaceLink
{
    private readonly ConcurrentQueue<Delivery> _arrived = new();

    // Whether broadcasts to the room arrive already.
    private readonly ConcurrentDictionary<string, bool> _rooms = new(StringComparer.Ordinal);
    private int _isDraining;
    private long _receivedCount;

    public InMemoryBackplane Node => node;

    public string Name => name;

    public long ReceivedCount => Volatile.Read(ref _receivedCount);

    /// <summary>When the latest message of each other link is due here; guarded by the lock of the cluster.</summary>
    public Dictionary<InMemoryLink, long> LastDue { get; } = [];

    /// <summary>How far the log was read; guarded by the lock of the cluster.</summary>
    public long ReadTo { get; set; }

    public InMemoryLog? MemoryLog { get; } = node.Cluster.LogOf(name);

    public override ClusterLog? Log => MemoryLog;

    public override bool IsReliable => node.Cluster.Options.Faults is { DuplicateRate: 0, ReorderRate: 0 };

    public override bool CountsMembers => node.Cluster.Options.Members is not MemberKnowledge.ByHeartbeat;

    public override ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        if (receiver is not null)
            node.Cluster.Add(this);
        return ValueTask.CompletedTask;
    }

    public override ValueTask SendAsync(ReadOnlyMemory<ClusterMessage> messages, CancellationToken cancellationToken)
    {
        foreach (var message in messages.Span)
            node.Send(this, message);
        return ValueTask.CompletedTask;
    }

    public override ValueTask<Membership> GetMembersAsync(IReadOnlyCollection<string> known, CancellationToken cancellationToken) =>
        CountsMembers ? ValueTask.FromResult(node.Cluster.MembersOf(this, known)) : base.GetMembersAsync(known, cancellationToken);

    public override async ValueTask OpenRoomAsync(string room)
    {
        _rooms[room] = false;
        if (node.Cluster.OpenRoomDelay() is var delay && delay > TimeSpan.Zero)
            await Task.Delay(delay, node.Cluster.Time).ConfigureAwait(false);
        _rooms.TryUpdate(room, true, false);
    }

    public override void CloseRoom(string room) => _rooms.TryRemove(room, out _);

    public override ValueTask DisposeAsync()
    {
        node.Remove(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Whether a message is for this node, and would arrive.</summary>
    public bool IsFor(ClusterMessage message) =>
        (message.Recipient is null || message.Recipient == node.NodeId)
        && (message.Channel is null || !node.Cluster.Options.ReceiveByRoom || _rooms.GetValueOrDefault(message.Channel))
        && node.IsReachable;

    public void Deliver(in Delivery delivery)
    {
        if (!node.IsReachable)
            return;
        _arrived.Enqueue(delivery);
        if (delivery.Message is not null)
            Interlocked.Increment(ref _receivedCount);
        Drain();
    }

    /// <summary>Hands on what has arrived, one thread at a time, unless the node hangs.</summary>
    public void Drain()
    {
        if (!_arrived.IsEmpty && node.IsRunning && Interlocked.CompareExchange(ref _isDraining, 1, 0) == 0)
            node.Work.Run(HandOn);
    }

    private void HandOn()
    {
        while (node.IsRunning && _arrived.TryDequeue(out var delivery))
            HandOn(delivery);

        // before the look at what has come meanwhile, on any processor
        Interlocked.Exchange(ref _isDraining, 0);
        Drain();
    }

    private void HandOn(in Delivery delivery)
    {
        if (delivery.Message is not null)
            receiver?.Receive(delivery.Message);
        else if (delivery.LostNode is not null)
            receiver?.LoseNode(delivery.LostNode);
        else
            receiver?.ReceiveGap();
    }
}
