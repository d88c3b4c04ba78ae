using System.Text.Json;
using SocketIo.Broadcasts;
using SocketIo.Cluster;
using SocketIo.Cluster.Nodes;
using SocketIo.Engine;
using SocketIo.Engine.Frames;
using SocketIo.Engine.Sessions;
using SocketIo.Protocol;
using SocketIo.Recovery;
using SocketIo.Rooms;
using SocketIo.Sockets;

namespace SocketIo.Peers;

/// <summary>
/// Delivers what the backplane's log holds, in the log's order, on every server the same: so a client's offset tells any server what the
/// client has missed. Own events come back from the log before own clients get them; what this server sends by other ways waits behind them.
/// While the backplane is away own clients get own events at once, without an offset: such a client starts anew if it loses its connection
/// before the next entry.
/// </summary>
internal sealed class SharedDelivery : DirectDelivery
{
    // Of the queue of a connection, for the connect packet.
    private const int ReservedBytes = 1024;

    // In the place of an offset: whoever comes back with it starts anew, and so he must.
    private const string NoOffset = "-";

    // How often the log is read on before a client is let in, when more has come than is kept in memory.
    private const int MaxReadings = 5;

    private readonly ClusterNode _node;
    private readonly ClusterLog _stored;
    private readonly SharedSessions _sessions;
    private readonly Lock _sync = new();

    // guarded by _sync
    private readonly LogTail _tail;
    private readonly Queue<OwnEvent> _own = new();
    private OwnEvent? _newestOwn;
    private long _lastNumber;

    // guarded by _sync: how many own events were delivered ahead of the log, and the newest of them that may come from it yet
    private long _deliveredAhead;
    private OwnEvent? _newestAhead;

    // guarded by _sync
    private bool _isAway = true;

    public SharedDelivery(Namespace @namespace, ConnectionStateRecoveryOptions options, ClusterNode node, ClusterLog log, ClusterOptions cluster)
        : base(@namespace)
    {
        _node = node;
        _stored = log;
        _tail = new LogTail(log, options.MaxStoredBytes);
        _sessions = new SharedSessions(
            @namespace, options.MaxDisconnectionDuration, node, log, cluster.SaveLiveSessions, () => Volatile.Read(ref _isAway));
    }

    /// <summary>The clients that can come back.</summary>
    public SharedSessions Sessions => _sessions;

    /// <summary>Sends an event to all servers by the log.</summary>
    public void Publish<TArgs>(in BroadcastTarget target, string eventName, in TArgs args, in PacketData data)
        where TArgs : struct, IEventArguments, allows ref struct
    {
        if (OutgoingOf(eventName, args) is { } outgoing)
        {
            var notify = new NotifyVisitor(outgoing);
            Sockets.Visit(target, ref notify);
        }
        using (Cork.HoldWithListeners())
        {
            lock (_sync)
            {
                var own = new OwnEvent(++_lastNumber, data, target);
                var isQueued = _node.Broadcast(target.Rooms.ToPeers(), target.Except.ToPeers(), FlagsOf(target), data, own.Number);
                if (isQueued)
                    _own.Enqueue(_newestOwn = own);
                if (_isAway || !isQueued)
                    DeliverWithoutOffset(own);
                if (_isAway && isQueued)
                    _newestAhead = own;
            }
        }
    }

    public override void Broadcast<TArgs>(in BroadcastTarget target, string eventName, in TArgs args)
    {
        var visitor = new SendVisitor(EncodeForAll(target, eventName, args), target.IsVolatile ? SendMode.Volatile : SendMode.Queued, OutgoingOf(eventName, args));
        var copy = target;
        Behind(() =>
        {
            var send = visitor;
            Sockets.Visit(copy, ref send);
        });
    }

    public override Task Ask<TArgs>(in BroadcastTarget target, string eventName, in TArgs args, BroadcastAnswers answers)
    {
        var frame = EncodeForAll(target, eventName, args, answers.Id);
        var visitor = new SendVisitor(frame, target.IsVolatile ? SendMode.Volatile : SendMode.Queued, OutgoingOf(eventName, args), answers);
        var copy = target;
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Behind(() =>
        {
            var send = visitor;
            Sockets.Visit(copy, ref send);
            sent.SetResult();
        });
        return sent.Task;
    }

    public override bool Emit<TArgs>(Socket socket, string eventName, in TArgs args, long ackId, bool isVolatile, bool isUncompressed)
    {
        var frame = Encode(eventName, args, ackId, isUncompressed);
        socket.NotifyOutgoing(eventName, args);
        var isSent = true;
        Behind(() =>
        {
            isSent = socket.Send(frame, isVolatile ? SendMode.Volatile : SendMode.Queued);
            if (!isSent && socket.Acks.TryTake(ackId, out var ack))
                ack.Lose(socket);
        });
        return isSent;
    }

    /// <inheritdoc />
    public override Task? WhenSent()
    {
        lock (_sync)
        {
            if (_newestOwn is not { IsDelivered: false } own)
                return null;
            var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            own.AddBehind(sent.SetResult);
            return sent.Task;
        }
    }

    /// <summary>The next entry of the log.</summary>
    public void Receive(ClusterMessage entry, in BroadcastTarget target, string eventName)
    {
        var args = new PeerArguments(entry.Data);
        var frame = EncodeForAll(target, eventName, new WithOffset<PeerArguments>(args, entry.Offset!));
        var isOwn = entry.Sender == _node.Id && entry.OwnNumber > 0;
        if (!isOwn && OutgoingOf(eventName, args) is { } outgoing)
        {
            var notify = new NotifyVisitor(outgoing);
            Sockets.Visit(target, ref notify);
        }
        using (Cork.HoldWithListeners())
        {
            lock (_sync)
            {
                var own = isOwn ? TakeOwn(entry.OwnNumber) : null;
                _tail.Append(entry.Offset!, frame, target);
                var send = new LoggedVisitor(this, entry, frame, target, own?.DeliveredAs ?? 0, _tail.WasSentAhead(entry.Offset!));
                Sockets.Visit(target, ref send);
                own?.SendBehind();
            }
        }
    }

    /// <summary>Entries are missing: clients that had come before must not believe that they have everything.</summary>
    public override void OnGap(bool isReceived)
    {
        lock (_sync)
            _tail.OnGap();
        if (isReceived)
            return;
        foreach (var (_, socket) in Sockets.ById)
            socket.Connection.Drop(DisconnectReason.TransportClose.With("entries of the backplane's log were lost"));
    }

    /// <summary>The backplane is away, and own clients get what is on its way now and from now on everything at once; or it is back.</summary>
    public void OnStateChanged()
    {
        using (Cork.HoldWithListeners())
        {
            lock (_sync)
            {
                _isAway = !_node.IsConnected;
                if (_isAway)
                    DeliverUpTo(_lastNumber);
            }
        }
        if (!_isAway)
            _ = OnConnectedAsync();
    }

    /// <summary>An event may not have come to the log.</summary>
    public void OnLost(long number)
    {
        using (Cork.HoldWithListeners())
        {
            lock (_sync)
            {
                DeliverUpTo(number);
                ForgetAhead(number);
            }
        }
    }

    public override async ValueTask<RecoverableSession?> RestoreAsync(JsonElement auth, EngineSession connection)
    {
        if (!RecoveryRequest.TryRead(auth, out var request))
            return null;
        var (offset, roomChanges) = MarkedOffset.Read(request.Offset);
        if (offset is not null && !_stored.IsOffset(offset))
            return null;
        try
        {
            var restored = await TryRestoreAsync(request with { Offset = offset }, roomChanges, connection).ConfigureAwait(false);
            if (restored is not null)
                Log.Recovered(Server.Logger, restored.SocketId, Namespace.Name, restored.Missed!.Count);
            return restored;
        }
        catch (Exception exception)
        {
            Log.LogFailed(Server.Logger, exception, Namespace.Name);
            return null;
        }
    }

    public override RecoverableSession? BeginSession(string socketId, JsonElement auth)
    {
        if (RecoveryRequest.TryRead(auth, out _))
            Log.NotRecovered(Server.Logger, socketId, Namespace.Name);
        return new SharedSession(SessionStore.NewId(), socketId, 0);
    }

    /// <inheritdoc cref="LoggedDelivery.Connect" />
    public override void Connect(Socket socket, Frame answer)
    {
        socket.Join(socket.OwnRoom);
        var session = (SharedSession)socket.Recoverable!;
        var missed = session.Missed;
        session.Missed = null;
        session.Begin(socket.Connection, Server.Time);
        _sessions.Add(session);
        bool isComplete;
        using (Cork.HoldWithListeners())
        {
            lock (_sync)
            {
                isComplete = (missed is null || session.Gaps == _tail.Gaps && _tail.TryGoOn(session, missed)) && socket.Connection.EnqueueControl(answer) && (missed?.SendTo(socket.Connection) ?? true);
                if (missed is null)
                    session.StartOffset = _tail.Newest;
                session.ConnectedBehind = _deliveredAhead;
                Sockets.Add(socket);
                socket.Life.Connect();
            }
        }
        if (!isComplete)
            socket.Connection.Drop(DisconnectReason.TransportClose.With("what the client had missed was dropped while middleware decided"));
        else
            _sessions.OnConnected(socket, session);
    }

    public override void OnHandlersStarted(Socket socket, ValueTask handlers) => _sessions.OnHandlersStarted(socket, handlers);

    public override void OnRoomsChanging(Socket socket) => SharedSessions.OnRoomsChanging(socket);

    public override Task? OnRoomsChanged(Socket socket) => _sessions.OnRoomsChanged(socket);

    public override void OnClosing(Socket socket, DisconnectReason reason)
    {
        if (!LoggedDelivery.IsRecoverable(reason) || !socket.Recoverable!.IsIntroduced(Server.Time))
            _sessions.Remove(socket);
    }

    public override void OnLeaving(Socket socket) => socket.Recoverable!.Remember(socket.Rooms);

    public override void OnClosed(Socket socket) => _sessions.OnClosed(socket);

    /// <summary>The middleware refused a client that came back, or its connection ended meanwhile.</summary>
    public override void OnAbandoned(Socket socket) => _sessions.OnAbandoned(socket);

    private static BroadcastFlags FlagsOf(in BroadcastTarget target) => new() { Compress = target.IsUncompressed ? false : null };

    // What was emitted before by way of the log comes first.
    private void Behind(Action send)
    {
        using (Cork.HoldWithListeners())
        {
            lock (_sync)
            {
                if (_newestOwn is { IsDelivered: false } own)
                    own.AddBehind(send);
                else
                    send();
            }
        }
    }

    // Guarded by _sync. What was sent before it and has not come was lost on the way.
    private OwnEvent? TakeOwn(long number)
    {
        DeliverUpTo(number - 1);
        ForgetAhead(number);
        while (_own.TryPeek(out var oldest) && oldest.Number < number)
            _own.Dequeue();
        if (!_own.TryPeek(out var own) || own.Number != number)
            return null;
        _own.Dequeue();
        if (_newestOwn == own)
            _newestOwn = null;
        return own;
    }

    // guarded by _sync
    private void DeliverUpTo(long number)
    {
        foreach (var own in _own)
        {
            if (own.Number > number)
                break;
            if (own.IsDelivered)
                continue;
            DeliverWithoutOffset(own);
            _newestAhead = own;
            own.SendBehind();
        }
    }

    // guarded by _sync
    private void DeliverWithoutOffset(OwnEvent own)
    {
        var send = new SendVisitor(EncodeAt(NoOffset, own.Data, own.Target), SendMode.Logged);
        Sockets.Visit(own.Target, ref send);
        own.MarkDelivered(++_deliveredAhead);
    }

    // Guarded by _sync. Own events up to this one have come from the log, or never will.
    private void ForgetAhead(long number)
    {
        if (_newestAhead?.Number <= number)
            _newestAhead = null;
    }

    private Frame EncodeAt(string offset, in PacketData data, in BroadcastTarget target)
    {
        var args = new PeerArguments(data);
        return EncodeForAll(target, args.EventName, new WithOffset<PeerArguments>(args, offset));
    }

    private async ValueTask<RecoverableSession?> TryRestoreAsync(RecoveryRequest request, int roomChanges, EngineSession connection)
    {
        if (await _sessions.TakeAsync(request, roomChanges, connection).ConfigureAwait(false) is not { } session)
            return null;
        lock (_sync)
            session.Gaps = _tail.Gaps;
        var replay = new Replay(session, null, Server.Options.MaxQueuedBytes - ReservedBytes - connection.QueuedBytes);
        session.Missed = replay;
        return await TryReadAsync(session, replay).ConfigureAwait(false) ? session : null;
    }

    /// <summary>Collects what the client has missed until memory has the rest; false when some of it is gone.</summary>
    private async ValueTask<bool> TryReadAsync(SharedSession session, Replay replay)
    {
        for (var reading = 0; reading < MaxReadings && !replay.IsFull; reading++)
        {
            lock (_sync)
            {
                if (_tail.TryGoOn(session, replay))
                    return true;
            }
            await foreach (var entry in _stored.ReadAsync(session.SentTo!, CancellationToken.None).ConfigureAwait(false))
            {
                if (!TryAdd(replay, entry))
                    return false;
                session.SentTo = entry.Offset;
            }
            replay.HasReadAll = true;
        }
        return false;
    }

    private bool TryAdd(Replay replay, ClusterMessage entry)
    {
        var target = PeerCalls.TargetOf(entry);
        var args = new PeerArguments(entry.Data);
        return !replay.IsFor(target) || PeerCalls.IsReserved(args.EventName)
            || replay.TryAdd(target, EncodeAt(entry.Offset!, entry.Data, target));
    }

    private async Task OnConnectedAsync()
    {
        try
        {
            var newest = await _stored.GetNewestAsync(CancellationToken.None).ConfigureAwait(false);
            lock (_sync)
                _tail.BeginAt(newest);
        }
        catch (Exception exception)
        {
            Log.LogFailed(Server.Logger, exception, Namespace.Name);
        }
        await _sessions.SaveLiveAsync().ConfigureAwait(false);
    }

    // Leaves out those that were sent the entry when they came back, or ahead of the log as an own one. Who was sent own ones that are still to
    // come from the log gets no offset, and who is in rooms that are not saved yet is told so with it.
    private struct LoggedVisitor(
        SharedDelivery delivery, ClusterMessage entry, Frame frame, BroadcastTarget target, long deliveredAs, bool mayBeSentAhead) : ISocketVisitor
    {
        private readonly long _ahead = delivery._newestAhead?.DeliveredAs ?? 0;
        private Frame? _unplaced;

        // most of those who have just joined have done that as often as the one before
        private (int RoomChanges, Frame? Frame) _marked;

        public void Visit(Socket socket)
        {
            var session = (SharedSession)socket.Recoverable!;
            if (session.ConnectedBehind < deliveredAs || (mayBeSentAhead && session.SentTo is { } sent && delivery._stored.Compare(entry.Offset!, sent) <= 0))
                return;
            socket.Send(FrameFor(session), SendMode.Logged);
        }

        private Frame FrameFor(SharedSession session)
        {
            if (session.ConnectedBehind < _ahead)
                return _unplaced ??= delivery.EncodeAt(NoOffset, entry.Data, target);
            return session.UnsavedRoomChanges is { } changes ? MarkedFor(changes) : frame;
        }

        private Frame MarkedFor(int roomChanges)
        {
            if (_marked.Frame is null || _marked.RoomChanges != roomChanges)
                _marked = (roomChanges, delivery.EncodeAt(MarkedOffset.Write(entry.Offset!, roomChanges), entry.Data, target));
            return _marked.Frame;
        }
    }
}
