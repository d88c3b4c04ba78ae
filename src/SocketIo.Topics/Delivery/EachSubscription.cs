namespace SocketIo.Topics;

/// <summary>
/// A subscription whose receivers get every event each. The cursor is where all before it is acknowledged, by any of them. Nothing is sent
/// farther than a window beyond the cursor that is stored, so that a window is the most that comes twice.
/// </summary>
internal sealed class EachSubscription : Subscription
{
    private readonly CursorPump _cursor;

    // guarded by Sync
    private readonly List<EachLane> _lanes = [];
    private long _stored;
    private long _acknowledged;
    private long _sent;
    private bool _asksStore;

    // acknowledged beyond one that is not
    private HashSet<long>? _ahead;

    public EachSubscription(TopicService service, SubscriptionName name, Topic topic) : base(service, name, topic) => _cursor = new CursorPump(this);

    public override bool IsShared => false;

    public override int LaneCount => _lanes.Count;

    /// <summary>The lock of the lanes too.</summary>
    public Lock Lock => Sync;

    /// <summary>All events up to this one are acknowledged; under <see cref="Lock"/>.</summary>
    public long Acknowledged => _acknowledged;

    /// <summary>What the store knows of that; under <see cref="Lock"/>.</summary>
    public long Stored => _stored;

    public TimeProvider Time => Service.Time;

    public StoreHealth Health => Service.Health;

    public CancellationToken Stopping => Service.Stopping;

    public override void Tick()
    {
        EachLane[] lanes;
        lock (Sync)
            lanes = [.. _lanes];
        foreach (var lane in lanes)
            lane.Tick();
    }

    /// <summary>Whether an event needs not be sent again; under <see cref="Lock"/>.</summary>
    public bool IsAcknowledged(long sequence) => sequence <= _acknowledged || (_ahead?.Contains(sequence) ?? false);

    /// <summary>An event goes out; under <see cref="Lock"/>.</summary>
    public void Sending(long sequence) => _sent = Math.Max(_sent, sequence);

    /// <summary>A receiver has acknowledged an event; under <see cref="Lock"/>. <see cref="Move"/> is called behind it.</summary>
    public void Acknowledge(long sequence)
    {
        if (sequence == _acknowledged + 1)
            AdvanceTo(sequence);
        else if (sequence > _acknowledged)
            (_ahead ??= []).Add(sequence);
    }

    /// <summary>Events were deleted: they count as acknowledged. What of them was not yet; under <see cref="Lock"/>.</summary>
    public SequenceRange Miss(long last)
    {
        var missed = new SequenceRange(_acknowledged + 1, last);
        if (last > _acknowledged)
            AdvanceTo(last);
        return missed;
    }

    /// <summary>Tells the store how far all is acknowledged: once for what comes until the pool gets to it.</summary>
    /// <param name="evenIfKnown">Also when it knows, to hear what other servers have told it.</param>
    public void Move(bool evenIfKnown = false)
    {
        lock (Sync)
        {
            _asksStore |= evenIfKnown;
            if (!MayMove)
                return;
        }
        _cursor.Signal();
    }

    public void Leave(EachLane lane)
    {
        lock (Sync)
        {
            if (!_lanes.Remove(lane))
                return;
            Topic.Remove(lane);
        }
        Reconcile();
    }

    /// <summary>A lane was given up on; logs and counts it.</summary>
    public void Notice(Unacknowledged what) => Service.NoticeUnacknowledged(Name, what);

    /// <summary>Something that must not happen has happened in a lane.</summary>
    public void Fault(Exception exception) => Log.DeliveryFailed(Service.Logger, exception, Name);

    /// <summary>Counts.</summary>
    public void Missed(SequenceRange range) => Service.NoticeMissed(Name, range);

    protected override ITopicLane StartLane(ITopicReceiver receiver, SubscribeOptions options)
    {
        var lane = new EachLane(this, receiver, options, _acknowledged, _sent);
        _lanes.Add(lane);
        Topic.Add(lane);
        lane.Signal();
        return lane;
    }

    protected override ITopicReceiver[] EndLanes()
    {
        ITopicReceiver[] receivers = [.. _lanes.Select(static lane => lane.Receiver)];
        foreach (var lane in _lanes)
        {
            lane.Close();
            Topic.Remove(lane);
        }
        _lanes.Clear();
        return receivers;
    }

    protected override void OnAttached(AttachSubscriber attach, int window)
    {
        // What a server that died may have sent is within a window, and was stored by now.
        var sent = attach.Sent ?? Math.Min(attach.Cursor + window, attach.Kept.Last);
        _sent = Math.Max(_sent, Math.Max(sent, attach.Cursor));
        _stored = attach.Cursor;
        if (_stored > _acknowledged)
            AdvanceTo(_stored);
    }

    protected override void Resume() => Move();

    protected override (IReadOnlyList<TopicOperation> Last, long Sent) OnDetaching() =>
        (_acknowledged > _stored ? [new MoveCursor(Name, _acknowledged)] : [], _sent);

    // under Sync
    private bool MayMove => IsAttached && (_acknowledged > _stored || _asksStore);

    private void AdvanceTo(long sequence)
    {
        _acknowledged = sequence;
        if (_ahead is null)
            return;
        if (_ahead.Count > 0 && sequence > _ahead.Min())
            _ahead.RemoveWhere(one => one <= sequence);
        while (_ahead.Remove(_acknowledged + 1))
            _acknowledged++;
        if (_ahead.Count == 0)
            _ahead = null;
    }

    private async ValueTask MoveAsync()
    {
        MoveCursor move;
        lock (Sync)
        {
            if (!MayMove)
                return;
            _asksStore = false;
            move = new MoveCursor(Name, _acknowledged);
        }
        try
        {
            await Service.Queue.ExecuteAsync(move, isPatient: true).ConfigureAwait(false);
            OnMoved(move.Cursor);
        }
        catch (TopicStoreException exception)
        {
            Service.NoticeUnwritten(Name, exception);
        }
        catch (Exception exception)
        {
            Fault(exception);
        }
    }

    private void OnMoved(long? stored)
    {
        if (stored is not { } cursor)
        {
            End();
            return;
        }
        lock (Sync)
        {
            _stored = Math.Max(_stored, cursor);
            if (_stored > _acknowledged)
                AdvanceTo(_stored);
            foreach (var lane in _lanes)
                lane.Unblock();
        }

        // what was acknowledged ahead may follow what another server has acknowledged
        Move();
    }

    private sealed class CursorPump(EachSubscription subscription) : Pump
    {
        protected override ValueTask PassAsync() => subscription.MoveAsync();
    }
}
