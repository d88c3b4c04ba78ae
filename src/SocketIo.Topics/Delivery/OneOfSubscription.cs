using System.Diagnostics.CodeAnalysis;

namespace SocketIo.Topics;

/// <summary>
/// A subscription of which each event goes to one receiver, on any server. This server claims as many events as its receivers have room for,
/// and gives each to the least busy one. What a receiver leaves behind goes to another one first; without any, back to the store.
/// </summary>
internal sealed class OneOfSubscription : Subscription
{
    // A claim is one write of the store; more events than this at once would not make it cheaper.
    private const int MaxClaimed = 256;

    private readonly Dispatcher _dispatcher;

    // guarded by Sync
    private readonly List<OneOfLane> _lanes = [];
    private readonly Dictionary<long, Handout> _handouts = [];
    private readonly PriorityQueue<Handout, long> _ready = new();
    private List<long> _acknowledged = [];
    private bool _isAcknowledging;
    private bool _isClaiming;
    private bool _mayHaveMore;
    private bool _isUncertain;

    public OneOfSubscription(TopicService service, SubscriptionName name, Topic topic) : base(service, name, topic) =>
        _dispatcher = new Dispatcher(this);

    public override bool IsShared => true;

    public override int LaneCount => _lanes.Count;

    protected override bool IsBusy => _isClaiming;

    public override void Tick()
    {
        List<(OneOfLane Lane, Unacknowledged What)> late = [];
        lock (Sync)
        {
            foreach (var lane in _lanes)
            {
                if (lane.Count > 0 && !lane.IsStopped && !lane.IsNoticed && Service.Time.GetElapsedTime(lane.Since) >= lane.Options.AckTimeout)
                    late.Add((lane, lane.Options.Unacknowledged));
            }
        }
        foreach (var (lane, what) in late)
            GiveUp(lane, what);
    }

    public void Acknowledge(OneOfLane lane, long sequence)
    {
        lock (Sync)
        {
            // whoever has it by now: it was received
            if (!_handouts.Remove(sequence, out var handout))
                return;
            handout.Lane?.Remove(sequence);
            _acknowledged.Add(sequence);
            lane.Since = Service.Time.GetTimestamp();
            lane.IsStopped = false;
        }
        SendAcknowledgements();
        _dispatcher.Signal();
    }

    public void Leave(OneOfLane lane)
    {
        lock (Sync)
        {
            if (!_lanes.Remove(lane))
                return;
            TakeBack(lane);
            if (_lanes.Count == 0)
                Topic.Remove(_dispatcher);
        }
        _dispatcher.Signal();
        Reconcile();
    }

    /// <summary>A receiver whose connection was full can take more.</summary>
    public void OnRoom(OneOfLane lane)
    {
        lock (Sync)
            lane.Unblock();
        _dispatcher.Signal();
    }

    protected override ITopicLane StartLane(ITopicReceiver receiver, SubscribeOptions options)
    {
        var lane = new OneOfLane(this, receiver, options);
        if (_lanes.Count == 0)
            Topic.Add(_dispatcher);
        _lanes.Add(lane);
        _dispatcher.Signal();
        return lane;
    }

    protected override ITopicReceiver[] EndLanes()
    {
        ITopicReceiver[] receivers = [.. _lanes.Select(static lane => lane.Receiver)];
        _lanes.Clear();
        Topic.Remove(_dispatcher);
        return receivers;
    }

    protected override void OnAttached(AttachSubscriber attach, int window) => _mayHaveMore = true;

    protected override void Resume() => _dispatcher.Signal();

    protected override (IReadOnlyList<TopicOperation> Last, long Sent) OnDetaching()
    {
        List<TopicOperation> last = [];
        if (_acknowledged.Count > 0)
            last.Add(new AcknowledgeClaims(Name, _acknowledged));
        last.Add(new ReleaseClaims(Name, Service.Owner, []));
        _acknowledged = [];
        _handouts.Clear();
        _ready.Clear();
        _isUncertain = false;
        return (last, 0);
    }

    /// <summary>Gives out what is claimed, and claims more, for as long as somebody has room.</summary>
    private async ValueTask DispatchAsync()
    {
        while (true)
        {
            while (TryGive(out var lane, out var handout))
                lane.Receiver.Deliver(lane, [new TopicDelivery(handout.Stored, handout.Attempt > 1)]);
            if (!TryWant(out var room, out var epoch))
                return;
            await ClaimAsync(room, epoch).ConfigureAwait(false);
        }
    }

    private bool TryGive([NotNullWhen(true)] out OneOfLane? lane, [NotNullWhen(true)] out Handout? handout)
    {
        lock (Sync)
        {
            lane = LeastBusy();
            handout = null;
            while (lane is not null && _ready.TryDequeue(out handout, out var sequence))
            {
                // acknowledged meanwhile by who had it before
                if (!_handouts.ContainsKey(sequence))
                    continue;
                if (lane.Count == 0)
                    lane.Since = Service.Time.GetTimestamp();
                lane.Add(sequence);
                handout.Give(lane);
                return true;
            }
            lane = null;
            return false;
        }
    }

    private OneOfLane? LeastBusy()
    {
        OneOfLane? least = null;
        foreach (var lane in _lanes)
        {
            if (lane.FindRoom() > 0 && (least is null || lane.Count < least.Count))
                least = lane;
        }
        return least;
    }

    private bool TryWant(out int room, out int epoch)
    {
        lock (Sync)
        {
            epoch = Epoch;
            room = Math.Min(MaxClaimed, _lanes.Sum(static lane => Math.Max(0, lane.FindRoom())) - _ready.Count);
            if (room <= 0 || !_mayHaveMore || !IsAttached)
                return false;
            _mayHaveMore = false;
            return _isClaiming = true;
        }
    }

    private async Task ClaimAsync(int room, int epoch)
    {
        try
        {
            await ReleaseUnknownAsync().ConfigureAwait(false);
            var claim = new ClaimEvents(Name, Service.Owner, room);
            await Service.Queue.ExecuteAsync(claim, isPatient: true).ConfigureAwait(false);
            if (claim.Claims is null)
            {
                End();
                return;
            }
            TellMissed(claim.Missed);
            var stored = await FetchAsync(claim.Claims).ConfigureAwait(false);
            Keep(claim, room, stored, epoch);
        }
        catch (TopicStoreException exception)
        {
            Service.NoticeUnwritten(Name, exception);
        }
        catch (OperationCanceledException)
        {
            // the server stops
        }
        finally
        {
            EndClaim();
        }
    }

    private void EndClaim()
    {
        bool isAttached;
        lock (Sync)
        {
            _isClaiming = false;
            isAttached = IsAttached;
        }

        // it may be all that kept the subscription
        if (!isAttached)
            Reconcile();
    }

    /// <summary>What an attempt may have claimed whose answer was lost.</summary>
    private async Task ReleaseUnknownAsync()
    {
        ReleaseClaims release;
        lock (Sync)
        {
            if (!_isUncertain)
                return;
            _isUncertain = false;
            release = new ReleaseClaims(Name, Service.Owner, [.. _handouts.Keys, .. _acknowledged]);
        }
        await Service.Queue.ExecuteAsync(release, isPatient: true).ConfigureAwait(false);
    }

    private void Keep(ClaimEvents claim, int room, Dictionary<long, StoredEvent> stored, int epoch)
    {
        lock (Sync)
        {
            // The last receiver has left meanwhile, and what was claimed before that is released. This may have come behind it.
            if (!IsAttached)
            {
                Service.Forget(new ReleaseClaims(Name, Service.Owner, []));
                return;
            }
            _isUncertain |= claim.MayBeStored || epoch != Epoch;
            _mayHaveMore |= claim.Claims!.Count == room || _isUncertain;
            if (epoch != Epoch)
                return;
            foreach (var (sequence, attempt) in claim.Claims)
            {
                if (stored.TryGetValue(sequence, out var found))
                    Keep(new Handout(found, attempt));
                else
                    _acknowledged.Add(sequence);
            }
        }
        SendAcknowledgements();
    }

    private void Keep(Handout handout)
    {
        _handouts[handout.Stored.Sequence] = handout;
        _ready.Enqueue(handout, handout.Stored.Sequence);
    }

    /// <summary>The events that were claimed; those that were deleted just now are missed.</summary>
    private async Task<Dictionary<long, StoredEvent>> FetchAsync(IReadOnlyList<EventClaim> claims)
    {
        var found = new Dictionary<long, StoredEvent>(claims.Count);
        foreach (var range in SequenceRange.Collect(claims.Select(static claim => claim.Sequence)))
            await FetchAsync(range, found).ConfigureAwait(false);
        TellMissed(SequenceRange.Collect(claims.Select(static claim => claim.Sequence).Where(sequence => !found.ContainsKey(sequence))));
        return found;
    }

    private async Task FetchAsync(SequenceRange range, Dictionary<long, StoredEvent> found)
    {
        var recent = new StoredEvent[range.Count];
        var next = range.First;
        while (next <= range.Last)
        {
            var count = Topic.CopyRecent(next - 1, recent.AsSpan(0, (int)(range.Last - next + 1)));
            var events = count > 0 ? recent[..count] : await ReadAsync(next - 1, (int)(range.Last - next + 1)).ConfigureAwait(false);
            if (events.Count == 0)
                return;
            foreach (var stored in events.TakeWhile(stored => stored.Sequence <= range.Last))
                found[stored.Sequence] = stored;
            next = events[^1].Sequence + 1;
        }
    }

    private async Task<IReadOnlyList<StoredEvent>> ReadAsync(long after, int count)
    {
        while (true)
        {
            try
            {
                return (await Topic.ReadAsync(after, count, Service.Stopping).ConfigureAwait(false)).Events;
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // whatever it was: what is claimed goes to nobody else meanwhile
                await Service.Health.DelayAsync(Service.Stopping).ConfigureAwait(false);
            }
        }
    }

    private void TellMissed(IEnumerable<SequenceRange> missed)
    {
        foreach (var range in missed)
        {
            Service.NoticeMissed(Name, range);
            ITopicReceiver? receiver;
            lock (Sync)
                receiver = _lanes.FirstOrDefault()?.Receiver;
            receiver?.Missed(range);
        }
    }

    private void SendAcknowledgements()
    {
        lock (Sync)
        {
            if (_isAcknowledging || _acknowledged.Count == 0)
                return;
            _isAcknowledging = true;
        }
        _ = SendAcknowledgementsAsync();
    }

    private async Task SendAcknowledgementsAsync()
    {
        while (true)
        {
            AcknowledgeClaims acknowledge;
            lock (Sync)
            {
                if (_acknowledged.Count == 0)
                {
                    _isAcknowledging = false;
                    return;
                }
                acknowledge = new AcknowledgeClaims(Name, _acknowledged);
                _acknowledged = [];
            }
            try
            {
                await Service.Queue.ExecuteAsync(acknowledge, isPatient: true).ConfigureAwait(false);
            }
            catch (TopicStoreException exception)
            {
                Service.NoticeUnwritten(Name, exception);
            }
        }
    }

    /// <summary>What a receiver has goes to others; under Sync.</summary>
    private void TakeBack(OneOfLane lane)
    {
        foreach (var sequence in lane.Drain())
        {
            if (!_handouts.TryGetValue(sequence, out var handout))
                continue;
            handout.TakeBack();
            _ready.Enqueue(handout, sequence);
        }
    }

    private void GiveUp(OneOfLane lane, Unacknowledged what)
    {
        Service.NoticeUnacknowledged(Name, what);
        lock (Sync)
        {
            lane.IsNoticed = what is Unacknowledged.Disconnect;
            lane.IsStopped = what is Unacknowledged.Stop;
            if (what is Unacknowledged.Stop)
                TakeBack(lane);
            if (what is Unacknowledged.Continue)
                AcknowledgeAll(lane);
        }
        if (what is Unacknowledged.Disconnect)
            lane.Receiver.Disconnect();
        SendAcknowledgements();
        _dispatcher.Signal();
    }

    private void AcknowledgeAll(OneOfLane lane)
    {
        foreach (var sequence in lane.Drain())
        {
            _handouts.Remove(sequence);
            _acknowledged.Add(sequence);
        }
    }

    /// <summary>Follows the topic for the subscription.</summary>
    private sealed class Dispatcher(OneOfSubscription subscription) : Follower
    {
        // what is claimed is held by the subscription
        public override long Position => long.MaxValue;

        public override void OnNews()
        {
            lock (subscription.Sync)
                subscription._mayHaveMore = true;
            Signal();
        }

        protected override async ValueTask PassAsync()
        {
            try
            {
                await subscription.DispatchAsync().ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                Log.DeliveryFailed(subscription.Service.Logger, exception, subscription.Name);
            }
        }
    }
}
