using SocketIo.Engine.Frames;

namespace SocketIo.Engine.Sessions;

/// <summary>
/// A session's way out: its queue, the drain that empties it through the session's transport, those who wait for that, and what
/// happens when it is full.
/// </summary>
internal struct Sender(int maxQueuedBytes)
{
    // Once is enough for the log and for giving the session up; the metric counts every frame.
    private const int DropsLogged = 1;
    private const int GivenUp = 2;

    private readonly Outbox _outbox = new(maxQueuedBytes);

    // Who waits for an empty queue; null as long as nobody does.
    private DrainWaiter? _waiters;
    private int _wasFull;

    public readonly int QueuedBytes => _outbox.QueuedBytes;

    /// <summary>Queues a frame; false when it was not accepted. The thread that finds nothing queued drains, or its cork does.</summary>
    public bool Enqueue(EngineSession session, Frame frame, bool isControl)
    {
        switch (_outbox.Enqueue(frame, isControl))
        {
            case EnqueueResult.Owner:
                Cork.Drain(session);
                return true;
            case EnqueueResult.Queued:
                return true;
            case EnqueueResult.Full:
                OnFull(session, isControl);
                return false;
            default:
                return false;
        }
    }

    /// <summary>Queues a frame only if nothing else waits; the drain is the caller's to arrange then.</summary>
    public readonly bool TryEnqueueIdle(Frame frame) => _outbox.TryEnqueueIdle(frame);

    /// <summary>
    /// Writes until the queue is empty or the transport is busy; called by the drain owner, never under a lock. It does not throw,
    /// since others' drains follow on the same thread: what a transport throws ends its session.
    /// </summary>
    public void Drain(EngineSession session)
    {
        try
        {
            do
            {
                if (!_outbox.Take(session.CurrentTransport.Deflater))
                {
                    // while it was taken it did not look ended
                    TellWaiters();
                    return;
                }
                if (!WritePending(session))
                    return;
            }
            while (!_outbox.TryRelease());
            OnReleased(session);
        }
        catch (Exception exception)
        {
            session.OnWriteFailed(exception);
        }
    }

    /// <summary>Goes on with a drain that waited for its transport, by what has become of that.</summary>
    public void Resume(EngineSession session, WriteResult result)
    {
        if (GoesOn(session, result))
            Drain(session);
    }

    /// <summary>
    /// Waits until everything sent so far has been handed to the operating system: true then, at once when nothing is queued.
    /// False when the session ended first.
    /// </summary>
    public Task<bool> WhenDrainedAsync(CancellationToken cancellationToken)
    {
        if (_outbox.IsIdle)
            return Task.FromResult(true);
        var added = new DrainWaiter();
        var waiter = Interlocked.CompareExchange(ref _waiters, added, null) ?? added;
        TellWaiters();
        return waiter.Task.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Tells those who wait if the queue is empty now, or has ended. They are taken out first: each has come after what it waits
    /// for was queued, so a queue that is empty after that has none of it. One that was empty before may hold a newcomer's.
    /// </summary>
    public void TellWaiters()
    {
        while (_outbox.IsIdle || _outbox.IsSealed)
        {
            if (Interlocked.Exchange(ref _waiters, null) is not { } waiters)
                return;
            if (_outbox.IsSealed)
                Tell(waiters, isDrained: false);
            else if (_outbox.IsIdle)
                Tell(waiters, isDrained: true);
            else
                PutBack(waiters);
        }
    }

    /// <summary>The queue was empty, and nobody drains any more. It may be otherwise by now.</summary>
    public void OnReleased(EngineSession session)
    {
        // a full fence lies between a wait's publication and its look, as between the release and this look
        if (Volatile.Read(ref _waiters) is not null)
            TellWaiters();
        session.TellDrained();
    }

    /// <summary>The end: what is queued is dropped, what comes later is refused.</summary>
    public void End()
    {
        _outbox.Seal();
        TellWaiters();
    }

    /// <summary>False when the drain is over for this thread.</summary>
    private bool WritePending(EngineSession session)
    {
        while (_outbox.HasPending)
        {
            if (!GoesOn(session, session.CurrentTransport.TryWrite(_outbox)))
                return false;
        }
        return true;
    }

    private bool GoesOn(EngineSession session, WriteResult result)
    {
        switch (result)
        {
            case WriteResult.Busy:
                return false;
            case WriteResult.Closed:
                OnClosed(session);
                return false;
            case WriteResult.Ended:
                OnClosed(session);
                session.Terminate();
                return false;
            default:
                return true;
        }
    }

    /// <summary>A close was written, and everything before it.</summary>
    private void OnClosed(EngineSession session)
    {
        var waiters = Interlocked.Exchange(ref _waiters, null);
        var hasLeft = _outbox.Seal();
        if (waiters is not null)
            Tell(waiters, hasLeft);
        session.TellDrained();
    }

    private void OnFull(EngineSession session, bool isControl)
    {
        var queuedBytes = _outbox.QueuedBytes;
        var server = session.Server;
        server.Metrics.DroppedAtFullQueue();
        if (isControl || server.Options.SlowConsumerPolicy is SlowConsumerPolicy.Disconnect)
        {
            if (IsFirst(GivenUp))
                session.OnSlow(queuedBytes);
        }
        else if (IsFirst(DropsLogged))
        {
            session.OnDropped(queuedBytes);
        }
    }

    private bool IsFirst(int what) => (Interlocked.Or(ref _wasFull, what) & what) == 0;

    private void PutBack(DrainWaiter? waiter)
    {
        while (waiter is not null)
        {
            var next = waiter.Next;
            do
                waiter.Next = Volatile.Read(ref _waiters);
            while (Interlocked.CompareExchange(ref _waiters, waiter, waiter.Next) != waiter.Next);
            waiter = next;
        }
    }

    private static void Tell(DrainWaiter? waiter, bool isDrained)
    {
        for (; waiter is not null; waiter = waiter.Next)
            waiter.TrySetResult(isDrained);
    }
}
