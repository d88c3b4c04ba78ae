namespace SocketIo.Engine.Sessions;

/// <summary>Carries the frames of a session. Reports facts to the session and decides nothing.</summary>
internal abstract class Transport
{
    public abstract EngineTransports Kind { get; }

    /// <summary>What deflates frames before they are written; null unless the client has agreed on it.</summary>
    public FrameDeflater? Deflater { get; protected init; }

    /// <summary>Whether a frame written now would leave now; a hint for volatile messages.</summary>
    public abstract bool IsWritable { get; }

    /// <summary>Writes what it can of the frames pending in the outbox. Called by the drain owner only.</summary>
    public abstract WriteResult TryWrite(Outbox outbox);

    /// <summary>Brings what <see cref="TryWrite"/> needs into the processor's cache; see <see cref="EngineSession.Prefetch"/>.</summary>
    public virtual void Prefetch()
    {
    }

    /// <summary>Drops the connection without a word.</summary>
    public abstract void Abort();

    /// <summary>Ends a candidate whose upgrade came to nothing.</summary>
    public virtual void Dismiss() => Abort();

    /// <summary>The client is leaving (an upgrade has probed, or a close packet came): what waits on this transport is let go.</summary>
    public virtual void LetGo()
    {
    }

    /// <summary>The client stays after all: the upgrade was given up.</summary>
    public virtual void Keep()
    {
    }

    /// <summary>Completes when everything that has begun to arrive on this transport was received.</summary>
    public virtual Task WhenReceived() => Task.CompletedTask;

    /// <summary>Another transport has taken over.</summary>
    /// <returns>Whether a drain waited for this transport; it is the caller's now.</returns>
    public virtual bool Detach() => false;

    /// <summary>Sends a frame before the transport is its session's; nobody else writes to it then.</summary>
    public virtual void SendAsCandidate(Frame frame) => throw new NotSupportedException();
}
