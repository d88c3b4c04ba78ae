namespace SocketIo.Topics;

/// <summary>One receiver among several of which each event goes to one; what it has is guarded by the subscription's lock.</summary>
internal sealed class OneOfLane(OneOfSubscription subscription, ITopicReceiver receiver, SubscribeOptions options) : ITopicLane
{
    private HashSet<long> _inFlight = [];

    // Whether the receiver is waited for.
    private bool _isFull;

    public ITopicReceiver Receiver => receiver;

    public string TopicId => subscription.TopicId;

    public SubscribeOptions Options => options;

    /// <summary>How many events it has that it has not acknowledged.</summary>
    public int Count => _inFlight.Count;

    /// <summary>How many more it may have now; none while its connection is full, which is waited for.</summary>
    public int FindRoom()
    {
        if (IsStopped || _isFull)
            return 0;
        if (receiver.HasRoom(0, 0))
            return options.Window - Count;
        _isFull = true;
        _ = WaitForRoomAsync();
        return 0;
    }

    public bool IsStopped { get; set; }

    public bool IsNoticed { get; set; }

    /// <summary>When it last acknowledged, or began to have something.</summary>
    public long Since { get; set; }

    public void Acknowledge(long sequence) => subscription.Acknowledge(this, sequence);

    public void Leave() => subscription.Leave(this);

    /// <summary>The receiver has room again.</summary>
    public void Unblock() => _isFull = false;

    public void Add(long sequence) => _inFlight.Add(sequence);

    public void Remove(long sequence) => _inFlight.Remove(sequence);

    /// <summary>All that it has, and has not any more.</summary>
    public IReadOnlyCollection<long> Drain()
    {
        var all = _inFlight;
        _inFlight = [];
        return all;
    }

    private async Task WaitForRoomAsync()
    {
        var hasRoom = await receiver.WhenRoomAsync().ConfigureAwait(false);
        if (hasRoom)
            subscription.OnRoom(this);
    }
}
