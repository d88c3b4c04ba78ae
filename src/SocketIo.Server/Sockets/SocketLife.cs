using SocketIo.Engine;

namespace SocketIo.Sockets;

/// <summary>
/// Where a socket is between its join and its end, and why it ended. Each member is one transition, or asks for a state; whoever comes
/// first makes the transition.
/// </summary>
internal struct SocketLife
{
    private const int Connecting = 0;
    private const int Accepted = 1; // can be found; its client is not told yet
    private const int Welcoming = 2; // the answer to its client is being queued
    private const int Welcomed = 3;
    private const int Connected = 4;
    private const int Closing = 5;
    private const int Disconnected = 6;

    private int _state;

    // The first closer's reason, boxed; it may come while the socket still connects.
    private object? _closeReason;

    /// <summary>Whether the socket goes on with what one had that lost its connection.</summary>
    public bool IsRecovered { get; init; }

    /// <summary>Whether a logged event was refused by the full queue, so that none may follow; guarded by the lock of the log.</summary>
    public bool HasGap { get; set; }

    /// <summary>Whether middleware still decides, or the socket becomes visible just now.</summary>
    public readonly bool IsConnecting => Volatile.Read(in _state) is Connecting;

    public readonly bool IsConnected => Volatile.Read(in _state) is Welcomed or Connected or Closing;

    /// <summary>Whether the client is still to be told that the socket is connected.</summary>
    public readonly bool AwaitsWelcome => Volatile.Read(in _state) is Accepted or Welcoming;

    /// <summary>Whether the disconnecting handlers run, or have.</summary>
    public readonly bool HasLeft => Volatile.Read(in _state) is Closing or Disconnected;

    public readonly bool IsOver => Volatile.Read(in _state) is Disconnected;

    /// <summary>The reason of a close that came before the socket was connected, or of the one that is made.</summary>
    public readonly DisconnectReason? CloseReason => (DisconnectReason?)Volatile.Read(in _closeReason);

    /// <summary>The socket can be found from here on, and is sent nothing before it is welcomed.</summary>
    public void Accept() => Volatile.Write(ref _state, Accepted);

    /// <summary>True for the one who queues the answer; he calls <see cref="EndWelcome"/>.</summary>
    public bool TryBeginWelcome() => Interlocked.CompareExchange(ref _state, Welcoming, Accepted) == Accepted;

    public void EndWelcome() => Volatile.Write(ref _state, Welcomed);

    /// <summary>Waits until the answer is queued, which takes as long as a queue takes a frame.</summary>
    public readonly void WaitForWelcome()
    {
        for (var wait = default(SpinWait); Volatile.Read(in _state) is Welcoming;)
            wait.SpinOnce();
    }

    /// <summary>The client is told; a close goes on from here.</summary>
    public void Connect() => Volatile.Write(ref _state, Connected);

    /// <summary>A close has begun for that reason, or for the one that came before.</summary>
    /// <returns>True for the one who closes; false before the socket is connected, and for all others.</returns>
    public bool TryBeginClose(ref DisconnectReason reason)
    {
        reason = (DisconnectReason)(Interlocked.CompareExchange(ref _closeReason, reason, null) ?? reason);
        return Interlocked.CompareExchange(ref _state, Closing, Connected) == Connected;
    }

    /// <summary>The end. A full fence: who looks at the state behind what he adds sees it, or is seen by who looks behind this.</summary>
    public void End() => Interlocked.Exchange(ref _state, Disconnected);
}
