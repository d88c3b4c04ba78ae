using System.Runtime.CompilerServices;
using SocketIo.Engine.Frames;
using SocketIo.Engine.Sessions;

namespace SocketIo.Engine;

/// <summary>
/// The events of one session: packets, heartbeats, the upgrade, the drain, the end. For logging, counting and
/// senders that must know; a session to whose events nobody listens pays nothing for them.
/// </summary>
/// <remarks>
/// Handlers are called one after the other, in the order of their registration, and have to be quick: but for those of
/// <see cref="OnDrained"/> the connection, or the sender, waits for them. An exception of one is logged as an error and changes
/// nothing, for the other handlers neither. Registering and removing is thread-safe. To see a session from its beginning register in
/// <see cref="EngineEvents.OnConnection"/>.
/// </remarks>
public sealed class SessionEvents
{
    private readonly EngineSession _session;

    private Action<EngineSession, EnginePacket>? _packetReceived;
    private Action<EngineSession, EnginePacket>? _packetCreated;
    private Action<EngineSession>? _heartbeat;
    private Action<EngineSession>? _upgrading;
    private Action<EngineSession>? _upgraded;
    private Action<EngineSession>? _drained;
    private Action<EngineSession, DisconnectReason>? _closed;

    // Drains that the handlers have not been told of; who makes it one starts the telling.
    private int _drains;

    internal SessionEvents(EngineSession session) => _session = session;

    /// <summary>
    /// Calls a handler when a packet has arrived (the reference's <c>packet</c>), before anything is done with it. On the thread
    /// that reads the connection, in the client's order. Not for the packets of an upgrade's probe, nor for what can't be
    /// understood or comes after the end.
    /// </summary>
    /// <param name="handler">Called each time.</param>
    public void OnPacketReceived(Action<EngineSession, EnginePacket> handler) => Add(ref _packetReceived, handler);

    /// <summary>
    /// Calls a handler when a packet is about to be queued, or was (the reference's <c>packetCreate</c>), before this thread writes
    /// it. On the sender's thread: that of a broadcast for each of its recipients with a handler, one of the pool for pings.
    /// Packets of several threads may be queued in another order than the handler is called in, and what another thread writes
    /// meanwhile may leave first. Raised even if a full queue then rejects the packet; not raised for dropped volatile packets, for
    /// the close packet and for the answer to a probe, which end or precede what is queued.
    /// </summary>
    /// <param name="handler">Called each time.</param>
    public void OnPacketCreated(Action<EngineSession, EnginePacket> handler) => Add(ref _packetCreated, handler);

    /// <summary>
    /// Calls a handler when the client shows that it lives (the reference's <c>heartbeat</c>): its pong came, or in protocol 3 its
    /// ping. On the thread that reads the connection, after <see cref="OnPacketReceived"/>.
    /// </summary>
    /// <param name="handler">Called each time.</param>
    public void OnHeartbeat(Action<EngineSession> handler) => Add(ref _heartbeat, handler);

    /// <summary>
    /// Calls a handler when a WebSocket has probed and wants to take the session over (the reference's <c>upgrading</c>). On the
    /// thread that reads the WebSocket, behind the answer to the probe. The upgrade may still come to nothing.
    /// </summary>
    /// <param name="handler">Called each time.</param>
    public void OnUpgrading(Action<EngineSession> handler) => Add(ref _upgrading, handler);

    /// <summary>
    /// Calls a handler when the WebSocket has taken over (the reference's <c>upgrade</c>). On the thread that reads the WebSocket,
    /// before the first packet that comes through it; what was queued may have left through it already.
    /// </summary>
    /// <param name="handler">Called each time.</param>
    public void OnUpgraded(Action<EngineSession> handler) => Add(ref _upgraded, handler);

    /// <summary>
    /// Calls a handler when everything sent so far was handed to the operating system (the reference's <c>drain</c>, and its
    /// <c>flush</c>, which comes in the same call). On a thread of the pool, later than it happened, so that a handler holds no
    /// sender up: more may be queued by then. Calls do not overlap, and one stands for several drains when they come faster than
    /// handlers take them. <see cref="EngineSession.WhenDrainedAsync"/> waits for one drain.
    /// </summary>
    /// <param name="handler">Called each time.</param>
    public void OnDrained(Action<EngineSession> handler) => Add(ref _drained, handler);

    /// <summary>
    /// Calls a handler when the session has ended (the reference's <c>close</c>), once, after <see cref="IEngineHandler.OnClosed"/>
    /// and on its thread.
    /// </summary>
    /// <param name="handler">Called each time.</param>
    public void OnClosed(Action<EngineSession, DisconnectReason> handler) => Add(ref _closed, handler);

    /// <summary>Removes a handler of packets; where it is registered several times, once.</summary>
    /// <param name="handler">The delegate that was registered.</param>
    public void Off(Action<EngineSession, EnginePacket> handler)
    {
        Remove(ref _packetReceived, handler);
        Remove(ref _packetCreated, handler);
    }

    /// <summary>Removes a handler of heartbeats, upgrades and drains; where it is registered several times, once.</summary>
    /// <param name="handler">The delegate that was registered.</param>
    public void Off(Action<EngineSession> handler)
    {
        Remove(ref _heartbeat, handler);
        Remove(ref _upgrading, handler);
        Remove(ref _upgraded, handler);
        Remove(ref _drained, handler);
    }

    /// <summary>Removes a handler of the end; where it is registered several times, once.</summary>
    /// <param name="handler">The delegate that was registered.</param>
    public void Off(Action<EngineSession, DisconnectReason> handler) => Remove(ref _closed, handler);

    /// <summary>Whether somebody listens to the packets that are sent.</summary>
    internal bool HearsCreated => _packetCreated is not null;

    internal void TellReceived(bool isBinary, ReadOnlySpan<byte> encoded)
    {
        if (_packetReceived is { } handlers && EnginePacket.TryRead(isBinary, encoded, out var packet))
            Tell(handlers, packet, nameof(OnPacketReceived));
    }

    internal void TellCreated(Frame frame)
    {
        if (_packetCreated is not { } handlers)
            return;

        // a handler that sends is called for that too: an exception of the send, not the end of the process
        RuntimeHelpers.EnsureSufficientExecutionStack();
        for (var rest = frame.Span; !rest.IsEmpty;)
        {
            var encoded = FrameWriter.Next(ref rest, out var opcode);
            if (opcode is Opcode.Text or Opcode.Binary && EnginePacket.TryRead(opcode is Opcode.Binary, encoded, out var packet))
                Tell(handlers, packet, nameof(OnPacketCreated));
        }
    }

    internal void TellHeartbeat() => Tell(_heartbeat, nameof(OnHeartbeat));

    internal void TellUpgrading() => Tell(_upgrading, nameof(OnUpgrading));

    internal void TellUpgraded() => Tell(_upgraded, nameof(OnUpgraded));

    /// <summary>Called by the drain, under which no handler may run.</summary>
    internal void TellDrained()
    {
        if (_drained is not null && Interlocked.Increment(ref _drains) == 1)
            ThreadPool.UnsafeQueueUserWorkItem(static events => events.TellOfDrains(), this, preferLocal: false);
    }

    internal void TellClosed(DisconnectReason reason)
    {
        foreach (var handler in Delegate.EnumerateInvocationList(_closed))
        {
            try
            {
                handler(_session, reason);
            }
            catch (Exception exception)
            {
                _session.OnListenerFailed(nameof(OnClosed), exception);
            }
        }
    }

    private void TellOfDrains()
    {
        int told;
        do
        {
            told = Volatile.Read(ref _drains);
            Tell(_drained, nameof(OnDrained));
        }
        while (Interlocked.Add(ref _drains, -told) != 0);
    }

    private void Tell(Action<EngineSession>? handlers, string name)
    {
        foreach (var handler in Delegate.EnumerateInvocationList(handlers))
        {
            try
            {
                handler(_session);
            }
            catch (Exception exception)
            {
                _session.OnListenerFailed(name, exception);
            }
        }
    }

    private void Tell(Action<EngineSession, EnginePacket> handlers, EnginePacket packet, string name)
    {
        foreach (var handler in Delegate.EnumerateInvocationList(handlers))
        {
            try
            {
                handler(_session, packet);
            }
            catch (Exception exception)
            {
                _session.OnListenerFailed(name, exception);
            }
        }
    }

    private static void Add<T>(ref T? handlers, T handler) where T : Delegate
    {
        ArgumentNullException.ThrowIfNull(handler);
        T? before;
        do
            before = Volatile.Read(ref handlers);
        while (Interlocked.CompareExchange(ref handlers, (T)Delegate.Combine(before, handler), before) != before);
    }

    private static void Remove<T>(ref T? handlers, T handler) where T : Delegate
    {
        ArgumentNullException.ThrowIfNull(handler);
        T? before;
        do
            before = Volatile.Read(ref handlers);
        while (Interlocked.CompareExchange(ref handlers, (T?)Delegate.Remove(before, handler), before) != before);
    }
}
