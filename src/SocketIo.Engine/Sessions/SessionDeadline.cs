namespace SocketIo.Engine.Sessions;

/// <summary>
/// When the heartbeat ends a session: an open one unless the layer above clears that in time, and one that closes when it has lingered.
/// The second stays, whoever sets or clears the first late.
/// </summary>
internal struct SessionDeadline()
{
    // A time stamp; below zero, as its negative, once the session closes.
    private long _at = long.MaxValue;

    public bool HasPassed(long now) => now >= Math.Abs(Volatile.Read(ref _at));

    public void Set(long deadline) => Replace(deadline);

    /// <summary>Puts a deadline that has passed off, unless it was replaced meanwhile.</summary>
    public void PutOff(long now, long deadline)
    {
        if (Volatile.Read(ref _at) is > 0 and var before && now >= before)
            Interlocked.CompareExchange(ref _at, deadline, before);
    }

    public void Clear() => Replace(long.MaxValue);

    public void Linger(long deadline) => Volatile.Write(ref _at, -deadline);

    /// <summary>A session that lingers does so until then at most.</summary>
    public void Shorten(long deadline)
    {
        for (var before = Volatile.Read(ref _at); before < -deadline; before = Volatile.Read(ref _at))
        {
            if (Interlocked.CompareExchange(ref _at, -deadline, before) == before)
                return;
        }
    }

    private void Replace(long deadline)
    {
        long before;
        do
            before = Volatile.Read(ref _at);
        while (before > 0 && Interlocked.CompareExchange(ref _at, deadline, before) != before);
    }
}
