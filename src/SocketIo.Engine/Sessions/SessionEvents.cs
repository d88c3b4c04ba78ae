using SocketIo.Engine.Sessions;
using SocketIo.Engine.WebSockets;

namespace SocketIo.Engine;

/// <summary>
/// What happens below the messages of one session: packets, heartbeats, the upgrade, the drain, the end. For logging, counting and
/// senders that must know; a session to whose events nobody listens pays nothing for them.
/// </summary>
/// <remarks>
/// Listeners are called one after the other and have to be quick: but for <see cref="Drained"/> the connection, or the sender, waits
/// for them. An exception of one is logged as an error and changes nothing, for the other listeners neither. Adding and removing
/// listeners is thread-safe. To see a session from its beginning add them in <see cref="EngineEvents.OnConnection"/>.
/// </remarks>
public sealed class SessionEvents
{
    private readonly EngineSession _session;

    // Drains that the listeners have not been told of; who makes it one starts the telling.
    private int _drains;

    internal SessionEvents(EngineSession session) => _session = session;

    /// <summary>
    /// A packet arrived (the reference's <c>packet</c>), before anything is done with it. On the thread that reads the connection,
    /// in the client's order. Not for the packets of an upgrade's probe, nor for what can't be understood or comes after the end.
    /// </summary>
    public event Action<EngineSession, EnginePacket>? PacketReceived;

    /// <summary>
    /// A packet is about to be queued (the reference's <c>packetCreate</c>): always before it leaves. On the sender's thread: that
    /// of a broadcast for each of its recipients with a listener, that of the heartbeat for pings. Packets of several threads may be
    /// queued in another order than they are told. A packet that a full queue then refuses is told, a volatile one that is dropped is
    /// not. Neither are the close packet and the answer to a probe, which end or precede what is queued.
    /// </summary>
    public event Action<EngineSession, EnginePacket>? PacketCreated;

    /// <summary>
    /// The client shows that it lives (the reference's <c>heartbeat</c>): its pong came, or in protocol 3 its ping. On the thread
    /// that reads the connection, after <see cref="PacketReceived"/>.
    /// </summary>
    public event Action<EngineSession>? Heartbeat;

    /// <summary>
    /// A WebSocket has probed and wants to take the session over (the reference's <c>upgrading</c>). On the thread that reads the
    /// WebSocket, behind the answer to the probe. The upgrade may still come to nothing.
    /// </summary>
    public event Action<EngineSession>? Upgrading;

    /// <summary>
    /// The WebSocket has taken over (the reference's <c>upgrade</c>). On the thread that reads the WebSocket, before the first packet
    /// that comes through it; what was queued may have left through it already.
    /// </summary>
    public event Action<EngineSession>? Upgraded;

    /// <summary>
    /// Everything sent so far was handed to the operating system (the reference's <c>drain</c>, and its <c>flush</c>, which comes in
    /// the same call). On a thread of the pool, later than it happened, so that a listener holds no sender up: more may be queued by
    /// then. Calls do not overlap, and one stands for several drains when they come faster than listeners take them.
    /// <see cref="EngineSession.WhenDrainedAsync"/> waits for one drain.
    /// </summary>
    public event Action<EngineSession>? Drained;

    /// <summary>The session ended (the reference's <c>close</c>), once, after <see cref="IEngineHandler.OnClosed"/> and on its thread.</summary>
    public event Action<EngineSession, DisconnectReason>? Closed;

    internal void OnReceived(bool isBinary, ReadOnlySpan<byte> encoded)
    {
        if (PacketReceived is { } listeners && EnginePacket.TryRead(isBinary, encoded, out var packet))
            Tell(listeners, packet);
    }

    internal void OnCreated(Frame frame)
    {
        if (PacketCreated is not { } listeners)
            return;
        for (var rest = frame.Span; !rest.IsEmpty;)
        {
            var encoded = FrameWriter.Next(ref rest, out var opcode);
            if (opcode is Opcode.Text or Opcode.Binary && EnginePacket.TryRead(opcode is Opcode.Binary, encoded, out var packet))
                Tell(listeners, packet);
        }
    }

    internal void OnHeartbeat() => Tell(Heartbeat);

    internal void OnUpgrading() => Tell(Upgrading);

    internal void OnUpgraded() => Tell(Upgraded);

    /// <summary>Called by the drain, under which no listener may run.</summary>
    internal void OnDrained()
    {
        if (Drained is not null && Interlocked.Increment(ref _drains) == 1)
            ThreadPool.UnsafeQueueUserWorkItem(static events => events.TellOfDrains(), this, preferLocal: false);
    }

    internal void OnClosed(DisconnectReason reason)
    {
        foreach (var listener in Delegate.EnumerateInvocationList(Closed))
        {
            try
            {
                listener(_session, reason);
            }
            catch (Exception exception)
            {
                _session.OnListenerFailed(exception);
            }
        }
    }

    private void TellOfDrains()
    {
        int told;
        do
        {
            told = Volatile.Read(ref _drains);
            Tell(Drained);
        }
        while (Interlocked.Add(ref _drains, -told) != 0);
    }

    private void Tell(Action<EngineSession>? listeners)
    {
        foreach (var listener in Delegate.EnumerateInvocationList(listeners))
        {
            try
            {
                listener(_session);
            }
            catch (Exception exception)
            {
                _session.OnListenerFailed(exception);
            }
        }
    }

    private void Tell(Action<EngineSession, EnginePacket> listeners, EnginePacket packet)
    {
        foreach (var listener in Delegate.EnumerateInvocationList(listeners))
        {
            try
            {
                listener(_session, packet);
            }
            catch (Exception exception)
            {
                _session.OnListenerFailed(exception);
            }
        }
    }
}
