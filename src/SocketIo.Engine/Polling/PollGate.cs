namespace SocketIo.Engine.Polling;

/// <summary>
/// Where a GET waits until there is something to say, at most one at a time. It parks and releases, and knows nothing of HTTP. Part
/// of a <see cref="PollingTransport"/>; thread-safe.
/// </summary>
internal struct PollGate
{
    private readonly Lock _sync;

    // guarded by _sync
    private Poll? _parked;
    private bool _drainWaits;
    private bool _isLeaving;
    private bool _isDetached;
    private bool _isClosed;

    public PollGate() => _sync = new Lock();

    public readonly bool HasParked
    {
        get
        {
            lock (_sync)
                return _parked is not null;
        }
    }

    /// <summary>Parks a poll, unless nothing can come for it any more.</summary>
    /// <param name="poll">The poll.</param>
    /// <param name="resume">Whether a drain waits for a poll; it is the caller's to go on with.</param>
    public Parking Park(Poll poll, out bool resume)
    {
        lock (_sync)
        {
            resume = false;
            if (_parked is not null)
                return Parking.Overlaps;
            resume = _drainWaits;
            _drainWaits = false;

            // nothing to say and the client about to leave: it is let go, so that it can pause polling
            if ((_isLeaving && !resume) || _isDetached || _isClosed)
                return Parking.Released;
            _parked = poll;
            return Parking.Parked;
        }
    }

    /// <summary>Takes the poll out to answer it; null when none is there.</summary>
    public Poll? Take()
    {
        lock (_sync)
            return TakeParked();
    }

    /// <summary>The same for a drain, which is given to the next poll when none is there.</summary>
    public Poll? TakeOrWait(out bool isDetached)
    {
        lock (_sync)
        {
            isDetached = _isDetached;
            _drainWaits |= _parked is null && !isDetached;
            return TakeParked();
        }
    }

    /// <summary>The client is about to leave: polls are not kept from now on. Returns the one that waits.</summary>
    public Poll? LetGo()
    {
        lock (_sync)
        {
            _isLeaving = true;
            return TakeParked();
        }
    }

    public void Keep()
    {
        lock (_sync)
            _isLeaving = false;
    }

    /// <summary>The session has ended. Returns the poll that waits.</summary>
    public Poll? Close()
    {
        lock (_sync)
        {
            _isClosed = true;
            return TakeParked();
        }
    }

    /// <summary>Another transport has taken over. Returns the poll that waits.</summary>
    /// <param name="drainWaited">Whether a drain waited for a poll; it is the caller's now.</param>
    public Poll? Detach(out bool drainWaited)
    {
        lock (_sync)
        {
            _isDetached = true;
            drainWaited = _drainWaits;
            _drainWaits = false;
            return TakeParked();
        }
    }

    private Poll? TakeParked()
    {
        var poll = _parked;
        _parked = null;
        return poll;
    }
}
