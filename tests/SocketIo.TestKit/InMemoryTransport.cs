using SocketIo.Engine.Frames;
using SocketIo.Engine;
using SocketIo.Engine.Sessions;

namespace SocketIo.TestKit;

/// <summary>A connection without a network: what the session writes is handed over frame by frame, unless the peer takes nothing.</summary>
internal sealed class InMemoryTransport(Action<Frame> written) : Transport
{
    private readonly Lock _sync = new();

    // guarded by _sync
    private bool _blocked;
    private bool _drainWaits;

    public override EngineTransports Kind => EngineTransports.WebSocket;

    public override bool IsWritable
    {
        get
        {
            lock (_sync)
                return !_blocked;
        }
    }

    /// <summary>Whether the session has let go of the connection.</summary>
    public bool IsAborted { get; private set; }

    /// <summary>From now on the peer takes nothing, and the session's queue fills.</summary>
    public void Block()
    {
        lock (_sync)
            _blocked = true;
    }

    /// <summary>The peer takes frames again.</summary>
    /// <returns>Whether a drain waited; it is the caller's now.</returns>
    public bool Unblock()
    {
        lock (_sync)
        {
            _blocked = false;
            var waits = _drainWaits;
            _drainWaits = false;
            return waits;
        }
    }

    public override WriteResult TryWrite(Outbox outbox)
    {
        lock (_sync)
        {
            if (_blocked)
            {
                _drainWaits = true;
                return WriteResult.Busy;
            }
        }
        var frame = outbox.First;
        outbox.ConsumeFirst();
        written(frame);
        return frame.IsClose ? WriteResult.Closed : WriteResult.Written;
    }

    public override void Abort() => IsAborted = true;
}
