using System.Text.Json;
using SocketIo.Engine.Frames;
using SocketIo.Engine;
using SocketIo.Engine.Sessions;
using SocketIo.Protocol;
using SocketIo.Recovery;
using SocketIo.Rooms;
using SocketIo.Sockets;

namespace SocketIo.Broadcasts;

/// <summary>
/// Delivers to the sockets of this server and keeps what it delivers for those that come back. An event is put into the log and into its
/// receivers' queues under one lock, and a socket becomes a receiver under it too. So every client gets events in the log's order, and what
/// it has missed is what lies behind its last offset, whatever became of what was queued for it. Encoding, the user's code and the network
/// stay outside.
/// </summary>
internal sealed class LoggedDelivery : DirectDelivery
{
    // Of the queue of a connection, for the connect packet.
    private const int ReservedBytes = 1024;

    // How long a returning client waits for the disconnect handlers of its last connection to complete; then it starts a new session.
    private static readonly TimeSpan MaxHandover = TimeSpan.FromSeconds(5);

    private static readonly HashSet<DisconnectReason> Recoverable =
    [
        DisconnectReason.TransportError,
        DisconnectReason.TransportClose,
        DisconnectReason.ForcedClose,
        DisconnectReason.PingTimeout,
        DisconnectReason.ServerShuttingDown,
        DisconnectReason.ForcedServerClose,
    ];

    private readonly Lock _sync = new();
    private readonly LogOffsets _offsets = new();
    private readonly EventLog<long> _log;
    private readonly RecoverableSessions _sessions;

    public LoggedDelivery(Namespace @namespace, ConnectionStateRecoveryOptions options) : base(@namespace)
    {
        _log = new EventLog<long>(0, options.MaxStoredBytes);
        _sessions = new RecoverableSessions(options, Server.Time, Server.Expiry!);
    }

    /// <summary>How many clients that have gone are kept.</summary>
    public int KeptCount => _sessions.KeptCount;

    public override void Broadcast<TArgs>(in BroadcastTarget target, string eventName, in TArgs args)
    {
        if (target.IsVolatile)
        {
            base.Broadcast(target, eventName, args);
            return;
        }

        var frame = Encode(target, eventName, args, out var id);
        if (OutgoingOf(eventName, args) is { } outgoing)
        {
            var notify = new NotifyVisitor(outgoing);
            Sockets.Visit(target, ref notify);
        }

        var send = new SendVisitor(frame, SendMode.Logged);
        using (Cork.HoldWithListeners())
        {
            lock (_sync)
            {
                _log.Append(id, frame, target);
                Sockets.Visit(target, ref send);
            }
        }
    }

    /// <summary>Emits to one socket; once it has left, to the one that the client has come back with, now or when it does.</summary>
    public override bool Emit<TArgs>(Socket socket, string eventName, in TArgs args, long ackId, bool isVolatile, bool isUncompressed)
    {
        if (isVolatile || ackId != PacketHeader.NoId)
            return base.Emit(socket, eventName, args, ackId, isVolatile, isUncompressed);

        var target = new BroadcastTarget { Rooms = socket.OwnRoom, IsUncompressed = isUncompressed };
        var frame = Encode(target, eventName, args, out var id);
        socket.NotifyOutgoing(eventName, args);
        using (Cork.HoldWithListeners())
        {
            lock (_sync)
            {
                _log.Append(id, frame, target);
                var receiver = socket.HasLeft ? Sockets.Find(socket.Id) ?? socket : socket;
                return receiver.Send(frame, SendMode.Logged);
            }
        }
    }

    /// <summary>
    /// A connection that the server still holds for a client that comes back is dropped: the private id says that it is the same client,
    /// so that connection is dead.
    /// </summary>
    public override async ValueTask<RecoverableSession?> RestoreAsync(JsonElement auth, EngineSession connection)
    {
        if (!RecoveryRequest.TryRead(auth, out var request))
            return null;
        var restored = await TryRestoreAsync(request, connection).ConfigureAwait(false);
        if (restored is not null)
            Log.Recovered(Server.Logger, restored.SocketId, Namespace.Name, restored.Missed!.Count);
        return restored;
    }

    public override RecoverableSession? BeginSession(string socketId, JsonElement auth)
    {
        if (RecoveryRequest.TryRead(auth, out _))
            Log.NotRecovered(Server.Logger, socketId, Namespace.Name);
        return new RecoverableSession(SessionStore.NewId(), socketId);
    }

    /// <summary>
    /// Tells the client that it is connected, sends what it has missed, and makes the socket visible: one moment for all emits. The rooms
    /// come first: what is emitted to them meanwhile waits for the client in the log.
    /// </summary>
    public override void Connect(Socket socket, Frame answer)
    {
        socket.Join(socket.OwnRoom);
        var session = socket.Recoverable!;
        var missed = session.Missed;
        session.Missed = null;
        session.Begin(socket.Connection, Server.Time);
        _sessions.Add(session);
        bool isComplete;
        using (Cork.HoldWithListeners())
        {
            lock (_sync)
            {
                isComplete = (missed?.TryAdvance() ?? true) && socket.Connection.EnqueueControl(answer) && (missed?.SendTo(socket.Connection) ?? true);
                if (missed is null)
                    session.Start = _log.NewestId;

                // takes the lock of the room of all sockets, which takes no other
                Sockets.Add(socket);
                socket.Life.Connect();
            }
        }

        // the client reconnects and starts a new session
        if (!isComplete)
            socket.Connection.Drop(DisconnectReason.TransportClose.With("what the client had missed was dropped while middleware decided"));
    }

    public override void OnHandlersStarted(Socket socket, ValueTask handlers)
    {
        if (!socket.Recovered)
            socket.Recoverable!.Introduce(handlers.AsTask());
    }

    public override void OnClosing(Socket socket, DisconnectReason reason)
    {
        var session = socket.Recoverable!;
        if (IsRecoverable(reason) && session.IsIntroduced(Server.Time))
            return;
        session.IsOver = true;
        _sessions.Remove(session);
    }

    /// <summary>Whether a client that was disconnected for this reason may come back, as in the reference.</summary>
    public static bool IsRecoverable(DisconnectReason reason) => Recoverable.Contains(reason);

    /// <summary>Other servers' events are missing: who comes back from before must not believe that it has everything.</summary>
    public override void OnGap(bool isReceived)
    {
        lock (_sync)
            _log.Clear(_offsets.NextId());
    }

    public override void OnLeaving(Socket socket) => socket.Recoverable!.Remember(socket.Rooms);

    public override bool ForgetGone() => _sessions.ForgetGone();

    public override void OnClosed(Socket socket)
    {
        var session = socket.Recoverable!;
        session.End(socket.DataIfAny);
        if (!session.IsOver)
            _sessions.Keep(session);
    }

    /// <summary>The middleware refused a client that came back, or its connection ended meanwhile.</summary>
    public override void OnAbandoned(Socket socket)
    {
        if (!socket.Recovered)
            return;

        // collected anew when it comes again: what is kept must not hold frames that the log may have let go of
        var session = socket.Recoverable!;
        session.Missed = null;
        _sessions.GiveBack(session);
    }

    private async ValueTask<RecoverableSession?> TryRestoreAsync(RecoveryRequest request, EngineSession connection)
    {
        if (_sessions.TryClaim(request.Pid) is not { } session || !await HasLeftAsync(session, connection).ConfigureAwait(false))
            return null;

        LoggedEvent? place;
        lock (_sync)
            place = Find(request.Offset, session.Start);
        if (place is null)
            return null;
        var replay = new Replay(session, place, Server.Options.MaxQueuedBytes - ReservedBytes - connection.QueuedBytes);
        if (!replay.TryAdvance())
            return null;
        session.Missed = replay;
        return session;
    }

    /// <summary>The event behind which a client has to be sent everything; null when some of that is gone.</summary>
    /// <param name="offset">The client's last; null when it has none.</param>
    /// <param name="start">The newest event when the client first connected: it may bring an older offset, of an earlier session.</param>
    private LoggedEvent? Find(string? offset, long start)
    {
        var first = _log.Find(start);
        if (offset is null)
            return first;
        if (!_offsets.TryRead(offset, out var id) || _log.Find(id) is not { } last)
            return null;
        return first is not null && first.Position > last.Position ? first : last;
    }

    private async ValueTask<bool> HasLeftAsync(RecoverableSession session, EngineSession connection)
    {
        // a client that joins twice by one connection has left in between, by itself
        var last = session.Connection;
        if (last == connection)
            return false;
        last?.Drop(DisconnectReason.TransportClose.With("the client has connected anew"));
        try
        {
            await session.WhenLeft.WaitAsync(MaxHandover, Server.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return false;
        }
        return !session.IsOver;
    }

    private Frame Encode<TArgs>(in BroadcastTarget target, string eventName, in TArgs args, out long id)
        where TArgs : struct, IEventArguments, allows ref struct
    {
        ReservedEvents.ThrowIfReserved(eventName);
        id = _offsets.NextId();
        return EncodeForAll(target, eventName, new WithOffset<TArgs>(args, _offsets.OffsetOf(id)));
    }
}
