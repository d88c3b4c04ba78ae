using System.Collections.Concurrent;
using System.Text.Json;
using SocketIo.Engine;
using SocketIo.Engine.Sessions;
using SocketIo.Protocol;
using SocketIo.Rooms;

namespace SocketIo.Recovery;

/// <summary>
/// Connection state recovery of one namespace. An event is put into the log and into its receivers' queues under one lock, and a
/// socket becomes a receiver under it too. So every client gets events in the log's order, and what it has missed is what lies
/// behind its last offset, whatever became of what was queued for it. Encoding, the user's code and the network stay outside.
/// </summary>
internal sealed class NamespaceRecovery
{
    // Of the queue of a connection, for the connect packet.
    private const int ReservedBytes = 1024;

    // How long a client that comes back waits for the handlers that are still told of its going; then it starts anew.
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
    private readonly Namespace _namespace;
    private readonly EventLog _log;
    private readonly RecoverableSessions _sessions;

    public NamespaceRecovery(Namespace @namespace, ConnectionStateRecoveryOptions options)
    {
        _namespace = @namespace;
        _log = new EventLog(options.MaxStoredBytes);
        _sessions = new RecoverableSessions(options, Server.Time);
    }

    /// <summary>How many clients that have gone are kept.</summary>
    public int KeptCount => _sessions.KeptCount;

    private SocketIoServer Server => _namespace.Server;

    public static RecoverableSession NewSession(string socketId) => new(SessionStore.NewId(), socketId);

    public void Broadcast<TArgs>(in BroadcastTarget target, string eventName, in TArgs args)
        where TArgs : struct, IEventArguments, allows ref struct
    {
        var frame = Encode(target, eventName, args, out var id);
        if (_namespace.OutgoingOf(eventName, args) is { } outgoing)
        {
            var notify = new NotifyVisitor(outgoing);
            _namespace.Visit(target, ref notify);
        }

        var send = new SendVisitor(frame);
        Cork.Hold();
        try
        {
            lock (_sync)
            {
                _log.Append(id, frame, target);
                _namespace.Visit(target, ref send);
            }
        }
        finally
        {
            Cork.Release();
        }
    }

    /// <summary>Emits to one socket; once it has left, to the one that the client has come back with, now or when it does.</summary>
    public void Emit<TArgs>(Socket socket, string eventName, in TArgs args, bool isUncompressed)
        where TArgs : struct, IEventArguments, allows ref struct
    {
        var target = new BroadcastTarget { Rooms = socket.OwnRoom, IsUncompressed = isUncompressed };
        var frame = Encode(target, eventName, args, out var id);
        socket.NotifyOutgoing(eventName, args);
        Cork.Hold();
        try
        {
            lock (_sync)
            {
                _log.Append(id, frame, target);
                var receiver = socket.HasLeft && _namespace.Sockets.TryGetValue(socket.Id, out var returned) ? returned : socket;
                receiver.SendLogged(frame);
            }
        }
        finally
        {
            Cork.Release();
        }
    }

    /// <summary>
    /// The client that a connect packet's auth brings back; null for every other, which starts anew. A connection that the server
    /// still holds for the client is dropped: the private id says that it is the same client, so that connection is dead.
    /// </summary>
    public async ValueTask<RecoverableSession?> RestoreAsync(JsonElement auth, EngineSession connection)
    {
        if (!RecoveryRequest.TryRead(auth, out var request))
            return null;
        var restored = await TryRestoreAsync(request, connection).ConfigureAwait(false);
        if (restored is null)
            Log.NotRecovered(Server.Logger, _namespace.Name);
        else
            Log.Recovered(Server.Logger, restored.SocketId, _namespace.Name, restored.Missed!.Count);
        return restored;
    }

    /// <summary>
    /// Tells the client that it is connected, sends what it has missed, and makes the socket visible: one moment for all emits.
    /// </summary>
    public void Connect(Socket socket, RecoverableSession session)
    {
        var missed = session.Missed;
        session.Missed = null;
        session.Begin(socket.Connection);
        _sessions.Add(session);
        bool isComplete;
        Cork.Hold();
        try
        {
            lock (_sync)
            {
                isComplete = (missed?.TryAdvance() ?? true) && socket.SendConnect(session.Pid) && (missed?.SendTo(socket.Connection) ?? true);
                if (missed is null)
                    session.Start = _log.NewestId;

                // takes the lock of the room of all sockets, which takes no other
                _namespace.Seat(socket);
                socket.BecomeConnected();
            }
        }
        finally
        {
            Cork.Release();
        }

        // it comes again, and starts anew then
        if (!isComplete)
            socket.Connection.Drop(DisconnectReason.TransportClose.With("what the client had missed was dropped while middleware decided"));
    }

    /// <summary>A socket begins to disconnect.</summary>
    public void OnClosing(RecoverableSession session, DisconnectReason reason)
    {
        if (Recoverable.Contains(reason))
            return;
        session.IsOver = true;
        _sessions.Remove(session);
    }

    /// <summary>A socket has disconnected; its id is free.</summary>
    public void OnClosed(RecoverableSession session, IEnumerable<string> rooms, ConcurrentDictionary<string, object?>? data)
    {
        session.End(rooms, data);
        if (!session.IsOver)
            _sessions.Keep(session);
    }

    /// <summary>The middleware refused a client that came back, or its connection ended meanwhile.</summary>
    public void GiveBack(RecoverableSession session)
    {
        // collected anew when it comes again: what is kept must not hold frames that the log may have let go of
        session.Missed = null;
        _sessions.GiveBack(session);
    }

    private async ValueTask<RecoverableSession?> TryRestoreAsync(RecoveryRequest request, EngineSession connection)
    {
        if (_sessions.TryClaim(request.Pid) is not { } session || !await HasLeftAsync(session, connection).ConfigureAwait(false))
            return null;

        LoggedEvent? place;
        lock (_sync)
            place = _log.Find(request.Offset, session.Start);
        if (place is null)
            return null;
        var replay = new Replay(session, place, Server.Options.MaxQueuedBytes - ReservedBytes - connection.QueuedBytes);
        if (!replay.TryAdvance())
            return null;
        session.Missed = replay;
        return session;
    }

    private async ValueTask<bool> HasLeftAsync(RecoverableSession session, EngineSession connection)
    {
        // a client that joins twice by one connection has left in between, by itself
        if (session.Connection == connection)
            return false;
        session.Connection!.Drop(DisconnectReason.TransportClose.With("the client has connected anew"));
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
        id = _log.NextId();
        var arguments = new WithOffset<TArgs>(args, _log.OffsetOf(id));
        return _namespace.Encode(target, eventName, arguments, PacketHeader.NoId);
    }

    private readonly struct NotifyVisitor(OutgoingEvent outgoing) : ISocketVisitor
    {
        public void Visit(Socket socket) => socket.NotifyOutgoing(outgoing);
    }

    private readonly struct SendVisitor(Frame frame) : ISocketVisitor
    {
        public void Visit(Socket socket) => socket.SendLogged(frame);
    }
}
