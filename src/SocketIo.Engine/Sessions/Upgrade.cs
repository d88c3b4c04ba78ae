using SocketIo.Engine.Frames;

namespace SocketIo.Engine.Sessions;

/// <summary>
/// A WebSocket takes a polling session over (engine.io-protocol, "Upgrade"). In this order: it probes; it is answered, and polls are
/// let go, so that the client can pause polling; it sends the upgrade packet; what was posted before that is received; it becomes the
/// session's transport. It ends once: so, or given up, and then it takes only the candidate with it.
/// </summary>
/// <remarks>
/// A stock client that has the answer does not poll again, and nothing but the end of the upgrade can reach it: a candidate that is
/// closed earlier leaves it paused until its ping timeout. So a session that closes then waits for the upgrade packet, and what was
/// queued leaves behind that; the deadline holds all the same, and a client that goes on polling gets it so.
/// </remarks>
internal sealed class Upgrade(EngineSession session, Transport polling, Transport candidate, long deadline)
{
    // The client polls: it can be told anything there.
    private const int Polling = 0;

    // The client pauses polling.
    private const int Pausing = 1;

    // The same, and the session is over: what was queued is dropped already.
    private const int Dropping = 2;

    private const int Ended = 3;

    private int _step;

    /// <summary>Whether the deadline has passed; true once. The heartbeat's look.</summary>
    public bool TryExpire(long now)
    {
        if (now < deadline)
            return false;
        deadline = long.MaxValue;
        return true;
    }

    public bool IsOf(Transport transport) => ReferenceEquals(transport, candidate);

    /// <summary>Takes a packet from the candidate, which reads the next one when the task is complete.</summary>
    public ValueTask Receive(bool isBinary, ReadOnlySpan<byte> packet)
    {
        if (!isBinary && packet.SequenceEqual("2probe"u8))
            Answer();
        else if (!isBinary && packet.SequenceEqual("5"u8))
            return CompleteAsync();
        else
            GiveUp("error");
        return ValueTask.CompletedTask;
    }

    private void Answer()
    {
        if (!TryPause())
            return;
        candidate.SendAsCandidate(Frame.ProbePong);
        polling.LetGo();
        session.OnUpgrading();
    }

    private async ValueTask CompleteAsync()
    {
        TryPause();
        await polling.WhenReceived().ConfigureAwait(false);
        switch (End())
        {
            case Pausing:
                session.Server.Metrics.Upgraded("completed");
                session.Swap(polling, candidate);
                break;
            case Dropping:
                Leave("closed");
                session.Terminate();
                break;
        }
    }

    /// <summary>The session closes, and what it has queued still leaves: by polling, or once the upgrade is complete.</summary>
    public void OnClosing()
    {
        if (Interlocked.CompareExchange(ref _step, Ended, Polling) == Polling)
            Leave("closed");
    }

    /// <summary>
    /// The session is dropped. True when the client can only be told by the end of the upgrade: that terminates the session then.
    /// </summary>
    public bool TryOutlive() => Interlocked.CompareExchange(ref _step, Dropping, Pausing) == Pausing;

    /// <summary>Whether a session that closes now is to wait for the upgrade.</summary>
    public bool IsPausing => Volatile.Read(ref _step) == Pausing;

    /// <summary>Gives the upgrade up; does nothing once it has ended.</summary>
    public void GiveUp(string outcome)
    {
        var step = End();
        if (step == Ended)
            return;
        Leave(outcome);
        if (step == Dropping)
            session.Terminate();
    }

    private bool TryPause() => Interlocked.CompareExchange(ref _step, Pausing, Polling) is Polling or Pausing;

    private int End() => Interlocked.Exchange(ref _step, Ended);

    private void Leave(string outcome)
    {
        session.Server.Metrics.Upgraded(outcome);
        session.OnUpgradeEnded();
        session.Attempt(polling, static transport => transport.Keep());
        session.Attempt(candidate, static transport => transport.Dismiss());
    }
}
