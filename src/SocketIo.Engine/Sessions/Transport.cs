using SocketIo.Engine.Frames;

namespace SocketIo.Engine.Sessions;

/// <summary>Carries the frames of a session. Reports facts to the session and decides nothing.</summary>
internal abstract class Transport
{
    // In the two lowest bits what the reading thread does, above them the number of the handling. Written by one thread at a time.
    private const int OnThread = 1;
    private const int Awaited = 2;
    private const int StateBits = OnThread | Awaited;

    private int _handling;

    public abstract EngineTransports Kind { get; }

    /// <summary>What deflates frames before they are written; null unless the client has agreed on it.</summary>
    public FrameDeflater? Deflater { get; protected init; }

    /// <summary>Whether the application handles what came, so that what the peer sends now is read later.</summary>
    public bool IsHandling => (Handling & StateBits) != 0;

    /// <summary>Whether what came is handled right now by the thread that reads, which an await would have freed.</summary>
    public bool HoldsThread => (Handling & StateBits) == OnThread;

    /// <summary>A number that is the same twice only as long as the same handling goes on in the same way.</summary>
    public int Handling => Volatile.Read(ref _handling);

    /// <summary>
    /// Whether the connection has ended; asked while <see cref="IsHandling"/>, as nobody reads then. By the heartbeat, which must not wait.
    /// </summary>
    public virtual bool HasEnded => false;

    /// <summary>Whether a frame written now would leave now; a hint for volatile messages.</summary>
    public abstract bool IsWritable { get; }

    /// <summary>The thread that reads gives what came to the application.</summary>
    public void BeginHandling() => Volatile.Write(ref _handling, (_handling & ~StateBits) + StateBits + 1 + OnThread);

    /// <summary>The thread is free, but the application wants nothing more yet.</summary>
    public void AwaitHandling() => Volatile.Write(ref _handling, (_handling & ~StateBits) + Awaited);

    /// <summary>The application has taken all of it.</summary>
    public void EndHandling() => Volatile.Write(ref _handling, _handling & ~StateBits);

    /// <summary>Writes what it can of the frames pending in the outbox. Called by the drain owner only.</summary>
    public abstract WriteResult TryWrite(Outbox outbox);

    /// <summary>
    /// Brings what <see cref="TryWrite"/> needs into the processor's cache; see <see cref="EngineSession.Prefetch"/>. Reads memory and
    /// cannot fail.
    /// </summary>
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
