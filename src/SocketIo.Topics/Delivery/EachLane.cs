using System.Buffers;

namespace SocketIo.Topics;

/// <summary>One receiver of every event: how far it has got, and what of that it has not acknowledged.</summary>
internal sealed class EachLane(EachSubscription subscription, ITopicReceiver receiver, SubscribeOptions options, long position, long sent)
    : Follower, ITopicLane
{
    // at most so many are sent at once
    private const int MaxSent = 64;

    // guarded by the subscription's lock
    private SequenceRing _inFlight;
    private long _position = position;
    private long _since;
    private bool _isBlocked;
    private bool _awaitsCursor;
    private bool _isStopped;
    private bool _isNoticed;
    private bool _isClosed;

    // used by the pass only: the receiver had no room for the next event
    private bool _isFull;

    public ITopicReceiver Receiver => receiver;

    public string TopicId => subscription.TopicId;

    public override long Position => Volatile.Read(ref _position);

    private Topic Topic => subscription.Topic;

    public void Acknowledge(long sequence)
    {
        bool isFree;
        lock (subscription.Lock)
        {
            if (!_inFlight.Remove(sequence))
                return;
            subscription.Acknowledge(sequence);
            isFree = _isStopped || (_isBlocked && 2 * _inFlight.Count <= options.Window);
            _since = _inFlight.Count > 0 ? subscription.Time.GetTimestamp() : 0;
            _isStopped = false;
        }
        subscription.Move();
        if (isFree)
            Signal();
    }

    public void Leave()
    {
        lock (subscription.Lock)
            _isClosed = true;
        subscription.Leave(this);
    }

    /// <summary>Under the subscription's lock.</summary>
    public void Close() => _isClosed = true;

    /// <summary>The store knows of more acknowledgements; under the subscription's lock.</summary>
    public void Unblock()
    {
        if (_isBlocked)
            Signal();
    }

    /// <summary>Looks whether it acknowledges, and whether there is something that it was not told of.</summary>
    public void Tick()
    {
        bool isLate, awaitsCursor;
        lock (subscription.Lock)
        {
            isLate = _inFlight.Count > 0 && !_isStopped && !_isNoticed && !_isClosed
                && subscription.Time.GetElapsedTime(_since) >= options.AckTimeout;
            awaitsCursor = _awaitsCursor;
        }

        // another server may have the acknowledgement that is missing here
        if (awaitsCursor)
            subscription.Move(evenIfKnown: true);
        if (isLate)
            GiveUp();
        else if (Position < Topic.Last)
            Signal();
    }

    protected override ValueTask PassAsync()
    {
        try
        {
            while (true)
            {
                var room = Room(out var after);
                if (room <= 0 || after >= Topic.Last)
                    return ValueTask.CompletedTask;
                if (_isFull)
                    return new(WaitForRoomAsync());
                if (!DeliverRecent(after, room))
                    return new(ReadAsync(after));
            }
        }
        catch (Exception exception)
        {
            subscription.Fault(exception);
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>How many events may be sent now.</summary>
    private int Room(out long after)
    {
        lock (subscription.Lock)
        {
            after = _position;
            if (_isClosed || _isStopped)
                return 0;
            var room = CountRoom();
            _isBlocked = room <= 0;
            return room;
        }
    }

    // Under the subscription's lock.
    private int CountRoom()
    {
        var room = options.Window - _inFlight.Count;
        var beyond = _position >= subscription.Acknowledged ? subscription.Stored + options.Window - _position : room;
        _awaitsCursor = beyond <= 0 && room > 0;
        return (int)Math.Min(room, beyond);
    }

    private bool DeliverRecent(long after, int room)
    {
        var events = ArrayPool<StoredEvent>.Shared.Rent(Math.Min(room, MaxSent));
        var count = Topic.CopyRecent(after, events.AsSpan(0, Math.Min(room, MaxSent)));
        Deliver(events.AsSpan(0, count));
        ArrayPool<StoredEvent>.Shared.Return(events, clearArray: true);
        return count > 0;
    }

    private async Task WaitForRoomAsync()
    {
        if (!await receiver.WhenRoomAsync().ConfigureAwait(false))
            return;
        _isFull = false;
        Signal();
    }

    private async Task ReadAsync(long after)
    {
        int room;
        // The backlog is read by half a window at least, not event by event as acknowledgements come.
        lock (subscription.Lock)
        {
            room = CountRoom();
            _isBlocked = 2 * room < options.Window && _inFlight.Count > 0;
            if (_isBlocked)
                return;
        }
        try
        {
            var page = await Topic.ReadAsync(after, room, subscription.Stopping).ConfigureAwait(false);
            Deliver(page, after);
        }
        catch (TopicStoreException)
        {
            await WaitAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // the server stops
        }
        catch (Exception exception)
        {
            subscription.Fault(exception);
        }
    }

    private async Task WaitAsync()
    {
        try
        {
            await subscription.Health.DelayAsync(subscription.Stopping).ConfigureAwait(false);
            Signal();
        }
        catch (OperationCanceledException)
        {
            // the server stops
        }
    }

    private void Deliver(in TopicPage page, long after)
    {
        var next = page.Events.Count > 0 ? page.Events[0].Sequence : page.Kept.First;
        if (next > after + 1)
            Skip(next - 1);
        StoredEvent[] events = [.. page.Events];
        for (var start = 0; start < events.Length && !_isFull; start += MaxSent)
            Deliver(events.AsSpan(start, Math.Min(MaxSent, events.Length - start)));

        // a page without anything new is not asked for again before somebody says that there is something
        if (page.Events.Count > 0 || next > after + 1)
            Signal();
    }

    private void Deliver(ReadOnlySpan<StoredEvent> events)
    {
        var deliveries = ArrayPool<TopicDelivery>.Shared.Rent(events.Length);
        var count = Take(events, deliveries);
        if (count > 0)
            receiver.Deliver(this, deliveries.AsSpan(0, count));
        ArrayPool<TopicDelivery>.Shared.Return(deliveries, clearArray: true);
    }

    /// <summary>What of these events is to be sent now, as far as the receiver has room.</summary>
    private int Take(ReadOnlySpan<StoredEvent> events, Span<TopicDelivery> deliveries)
    {
        var (count, bytes) = (0, 0);
        lock (subscription.Lock)
        {
            foreach (var stored in events)
            {
                if (_isClosed || stored.Sequence <= _position)
                    continue;
                var size = StoredEvent.SizeOf(stored.Data);
                _isFull = !receiver.HasRoom(bytes, size);
                if (_isFull)
                    break;
                bytes += size;
                if (TryTake(stored, out deliveries[count]))
                    count++;
            }
        }
        return count;
    }

    /// <summary>Moves behind an event; false when it was acknowledged before. Under the subscription's lock.</summary>
    private bool TryTake(StoredEvent stored, out TopicDelivery delivery)
    {
        Volatile.Write(ref _position, stored.Sequence);
        delivery = new(stored, stored.Sequence <= sent);
        if (delivery.IsRedelivered && subscription.IsAcknowledged(stored.Sequence))
            return false;
        if (_inFlight.Count == 0)
            _since = subscription.Time.GetTimestamp();
        _inFlight.Add(stored.Sequence);
        subscription.Sending(stored.Sequence);
        return true;
    }

    /// <summary>Events up to this one were deleted.</summary>
    private void Skip(long last)
    {
        SequenceRange missed;
        lock (subscription.Lock)
        {
            if (_isClosed || last <= _position)
                return;
            Volatile.Write(ref _position, last);
            missed = subscription.Miss(last);
        }
        subscription.Move();
        if (missed.Count <= 0)
            return;
        subscription.Missed(missed);
        receiver.Missed(missed);
    }

    private void GiveUp()
    {
        subscription.Notice(options.Unacknowledged);
        switch (options.Unacknowledged)
        {
            case Unacknowledged.Disconnect:
                lock (subscription.Lock)
                    _isNoticed = true;
                receiver.Disconnect();
                break;
            case Unacknowledged.Continue:
                AcknowledgeAll();
                break;
            default:
                lock (subscription.Lock)
                    _isStopped = true;
                break;
        }
    }

    private void AcknowledgeAll()
    {
        lock (subscription.Lock)
        {
            foreach (var sequence in _inFlight.Drain())
                subscription.Acknowledge(sequence);
        }
        subscription.Move();
        Signal();
    }
}
