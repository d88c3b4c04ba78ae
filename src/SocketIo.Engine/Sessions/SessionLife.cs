namespace SocketIo.Engine.Sessions;

/// <summary>
/// How far a session's life has gone, who ended it and why, what the handler knows of it, and whether its services are still wanted. Bits
/// are only ever added, so that each transition is one atomic operation that happens once, whoever comes first.
/// </summary>
internal struct SessionLife
{
    private const int OpenBit = 1;
    private const int ClaimedBit = 2;
    private const int ClosingBit = 4;
    private const int ClosedBit = 8;

    // Who sets the second of the two raises OnClosed: once, and after OnOpened.
    private const int OpeningToldBit = 16;
    private const int CloseReadyBit = 32;
    private const int BothTold = OpeningToldBit | CloseReadyBit;

    // Above the bits: how many may still want the session's services, the session itself until its end has been told.
    private const int Hold = 256;

    private int _bits = Hold;

    // A DisconnectReason, written by the first closer before the state moves to Closing. Boxed: an open session has none.
    private object? _reason;

    public SessionLife()
    {
    }

    public SessionState State => Volatile.Read(ref _bits) switch
    {
        var bits when (bits & ClosedBit) != 0 => SessionState.Closed,
        var bits when (bits & ClosingBit) != 0 => SessionState.Closing,
        var bits when (bits & OpenBit) != 0 => SessionState.Open,
        _ => SessionState.Opening,
    };

    public bool IsOpen => (Volatile.Read(ref _bits) & (ClosingBit | ClosedBit)) == 0;

    /// <summary>Why the session closed; meaningful once it has.</summary>
    public readonly DisconnectReason Reason => _reason is DisconnectReason reason ? reason : default;

    /// <summary>Whether the services may still be wanted; not again once it is false.</summary>
    public readonly bool HoldsServices => Volatile.Read(in _bits) >= Hold;

    /// <summary>Keeps the services for who is told of the end; false when they have ended.</summary>
    public bool TryHoldServices()
    {
        for (var bits = Volatile.Read(ref _bits); bits >= Hold; bits = Volatile.Read(ref _bits))
        {
            if (Interlocked.CompareExchange(ref _bits, bits + Hold, bits) == bits)
                return true;
        }
        return false;
    }

    /// <summary>Keeps them no more.</summary>
    /// <returns>Whether nobody does, so that the caller ends them.</returns>
    public bool ReleaseServices() => Interlocked.Add(ref _bits, -Hold) < Hold;

    /// <summary>The handler knows of the session.</summary>
    /// <returns>Whether a close has come meanwhile, and is the caller's to tell.</returns>
    public bool Open() => Interlocked.Or(ref _bits, OpenBit | OpeningToldBit) is var bits && (bits & BothTold) == CloseReadyBit;

    /// <summary>Begins to close, for the first closer's reason; false for those who come later.</summary>
    public bool TryClose(DisconnectReason reason)
    {
        if ((Interlocked.Or(ref _bits, ClaimedBit) & ClaimedBit) != 0)
            return false;
        _reason = reason;
        Interlocked.Or(ref _bits, ClosingBit);
        return true;
    }

    /// <summary>The first closer has queued what is to leave last.</summary>
    /// <returns>Whether the close is the caller's to tell: the handler knows of the opening.</returns>
    public bool MayTellOfClose() => (Interlocked.Or(ref _bits, CloseReadyBit) & BothTold) == OpeningToldBit;

    /// <summary>Ends what is left, for good; false for those who come later.</summary>
    public bool TryEnd() => (Interlocked.Or(ref _bits, ClosedBit) & ClosedBit) == 0;
}
