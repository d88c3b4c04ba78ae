namespace SocketIo.Engine.Sessions;

/// <summary>
/// When a session's next ping is due, or the client's answer to the last one. A client is late only while the server reads: as long
/// as the application handles an earlier message, the answer may lie unread behind it. In protocol 3 it is the client that pings:
/// its next ping is always awaited.
/// </summary>
internal struct HeartbeatClock(long deadline, bool awaitsClient)
{
    // All written by the heartbeat and, when the client answers, by the thread that reads.
    private long _deadline = deadline;
    private bool _awaitsClient = awaitsClient;

    // Whether the server was seen not to read while the answer was awaited.
    private bool _hasRested;

    /// <summary>Whether it is the client's turn.</summary>
    public bool AwaitsClient => Volatile.Read(ref _awaitsClient);

    /// <summary>The client shows that it lives.</summary>
    /// <param name="deadline">When the next ping is due.</param>
    /// <param name="awaitsClient">Whether that is the client's to send.</param>
    public void Answer(long deadline, bool awaitsClient)
    {
        Volatile.Write(ref _deadline, deadline);
        Volatile.Write(ref _awaitsClient, awaitsClient);
        _hasRested = false;
    }

    /// <summary>The heartbeat's look.</summary>
    /// <param name="now">The time of this look.</param>
    /// <param name="isReading">Whether the server would take the client's answer now; of no meaning unless that is awaited.</param>
    /// <param name="patience">How long an answer may take.</param>
    public HeartbeatAction Look(long now, bool isReading, long patience)
    {
        var deadline = Volatile.Read(ref _deadline);
        var awaitsClient = AwaitsClient;
        if (awaitsClient && !isReading)
            _hasRested = true;
        if (now < deadline)
            return HeartbeatAction.None;
        if (awaitsClient && !_hasRested)
            return HeartbeatAction.Timeout;

        // A ping's time runs from when it was due, so that the heartbeat's own delay is not added twice. A client that the server
        // did not listen to has its time anew, and a ping, without which it would give up in its turn.
        Await((awaitsClient ? now : deadline) + patience);
        _hasRested = awaitsClient && !isReading;
        return HeartbeatAction.Ping;
    }

    private void Await(long deadline)
    {
        Volatile.Write(ref _deadline, deadline);
        Volatile.Write(ref _awaitsClient, true);
    }
}
