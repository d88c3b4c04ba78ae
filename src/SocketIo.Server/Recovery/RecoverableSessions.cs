namespace SocketIo.Recovery;

/// <summary>
/// The clients of a namespace that could come back, by private id: those that are connected, since the server may be the last to
/// notice that a connection is dead, and those that have gone. The latter end in the order of their going: each that goes or comes clears
/// what is too old, and <see cref="RecoveryExpiry"/> does where none does.
/// </summary>
internal sealed class RecoverableSessions(ConnectionStateRecoveryOptions options, TimeProvider time, RecoveryExpiry expiry)
{
    private readonly Lock _sync = new();

    // guarded by _sync
    private readonly Dictionary<string, RecoverableSession> _byPid = new(StringComparer.Ordinal);
    private readonly LinkedList<RecoverableSession> _kept = new();
    private long _keptRoomBytes;

    /// <summary>How many clients that have gone are kept.</summary>
    public int KeptCount
    {
        get
        {
            lock (_sync)
                return _kept.Count;
        }
    }

    public void Add(RecoverableSession session)
    {
        lock (_sync)
            _byPid[session.Pid] = session;
    }

    public void Remove(RecoverableSession session)
    {
        lock (_sync)
        {
            if (_byPid.GetValueOrDefault(session.Pid) == session)
                _byPid.Remove(session.Pid);
        }
    }

    /// <summary>The client's connection has gone; one that is claimed already is its claimer's.</summary>
    public void Keep(RecoverableSession session)
    {
        lock (_sync)
        {
            if (_byPid.GetValueOrDefault(session.Pid) == session)
                AddKept(session, time.GetTimestamp());
        }
        expiry.Run();
    }

    /// <summary>A claimed client did not get back after all: it may try again, as long as it could before.</summary>
    public void GiveBack(RecoverableSession session)
    {
        lock (_sync)
        {
            if (_byPid.TryAdd(session.Pid, session))
                AddKept(session, session.KeptAt);
        }
        expiry.Run();
    }

    /// <summary>Takes a client for the caller alone; null when it is unknown or has been gone for too long.</summary>
    public RecoverableSession? TryClaim(string pid)
    {
        lock (_sync)
        {
            RemoveExpired();
            if (_byPid.Remove(pid, out var session))
                RemoveKept(session);
            return session;
        }
    }

    /// <summary>Forgets who has been gone for too long; whether others are kept.</summary>
    public bool ForgetGone()
    {
        lock (_sync)
        {
            RemoveExpired();
            return _kept.Count > 0;
        }
    }

    private void AddKept(RecoverableSession session, long since)
    {
        session.KeptAt = since;
        var before = _kept.Last;
        while (before is not null && before.Value.KeptAt > since)
            before = before.Previous;
        session.Kept = before is null ? _kept.AddFirst(session) : _kept.AddAfter(before, session);
        _keptRoomBytes += session.RoomBytes;
        RemoveExpired();
        while (_kept.Count > options.MaxStoredSessions || _keptRoomBytes > options.MaxStoredBytes)
            RemoveOldest();
    }

    private void RemoveExpired()
    {
        while (_kept.First is { } oldest && time.GetElapsedTime(oldest.Value.KeptAt) > options.MaxDisconnectionDuration)
            RemoveOldest();
    }

    private void RemoveOldest()
    {
        var oldest = _kept.First!.Value;
        _byPid.Remove(oldest.Pid);
        RemoveKept(oldest);
    }

    private void RemoveKept(RecoverableSession session)
    {
        if (session.Kept is { } node)
        {
            _kept.Remove(node);
            _keptRoomBytes -= session.RoomBytes;
        }
        session.Kept = null;
    }
}
