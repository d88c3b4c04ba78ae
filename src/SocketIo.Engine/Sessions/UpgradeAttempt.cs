namespace SocketIo.Engine.Sessions;

/// <summary>
/// A WebSocket that wants to take a polling session over (engine.io-protocol, "Upgrade"): it must probe, be answered, and say
/// so. It ends once: completed or cancelled, and a cancelled one takes only the candidate with it.
/// </summary>
internal sealed class UpgradeAttempt(EngineSession session, Transport polling, long deadline)
{
    private Transport? _candidate;
    private int _ended;

    public long Deadline => deadline;

    /// <summary>Names the WebSocket once its handshake is done.</summary>
    public void Attach(Transport candidate)
    {
        Interlocked.Exchange(ref _candidate, candidate);
        if (Volatile.Read(ref _ended) != 0)
            candidate.Dismiss();
    }

    public bool IsOf(Transport transport) => ReferenceEquals(transport, Volatile.Read(ref _candidate));

    /// <summary>Takes a packet from the candidate.</summary>
    public ValueTask Receive(bool isBinary, ReadOnlySpan<byte> packet)
    {
        if (!isBinary && packet.SequenceEqual("2probe"u8))
        {
            _candidate!.SendAsCandidate(Frame.ProbePong);
            polling.LetGo();
            session.OnUpgrading();
            return ValueTask.CompletedTask;
        }
        if (!isBinary && packet.SequenceEqual("5"u8))
            return CompleteAsync();
        Cancel("error");
        return ValueTask.CompletedTask;
    }

    /// <summary>Gives the upgrade up; does nothing once it has ended.</summary>
    public void Cancel(string outcome)
    {
        if (!TryEnd())
            return;
        session.Server.Metrics.Upgraded(outcome);
        session.CancelUpgrade();
        polling.Keep();
        Volatile.Read(ref _candidate)?.Dismiss();
    }

    private async ValueTask CompleteAsync()
    {
        // what the client posted before its upgrade packet comes first
        await polling.WhenReceived().ConfigureAwait(false);
        if (!TryEnd())
            return;
        session.Server.Metrics.Upgraded("completed");
        session.CompleteUpgrade(polling, _candidate!);
    }

    private bool TryEnd() => Interlocked.Exchange(ref _ended, 1) == 0;
}
