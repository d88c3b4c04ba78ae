namespace SocketIo.Engine.Sessions;

/// <summary>
/// How far a session's life has gone, who ended it and why, and what the handler knows of it. Bits are only ever added, so that each
/// transition is one atomic operation that happens once, whoever comes first.
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

    private int _bits;

    // A DisconnectReason, written by the first closer before the state moves to Closing. Boxed: an open session has none.
    private object? _reason;

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
