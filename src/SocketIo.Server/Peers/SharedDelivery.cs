using System.Collections.Concurrent;
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

    // No offset: the place in memory before the first entry that was read.
    private const string Beginning = "";

    // In the place of an offset: whoever comes back with it starts anew, and so he must.
    private const string NoOffset = "-";

    // Of all sessions that are saved again.
    private const int MaxSavedAtOnce = 64;

    private static readonly TimeSpan MaxHandover = TimeSpan.FromSeconds(5);

    // How often the log is read on before a client is let in, when more has come than is kept in memory.
    private const int MaxReadings = 5;

    private readonly ClusterNode _node;
    private readonly ClusterLog _stored;
    private readonly bool _savesLive;
    private readonly TimeSpan _keep;
    private readonly TimeSpan _refreshInterval;
    private long _refreshedAt;

    // The clients of this server, by private id.
    private readonly ConcurrentDictionary<string, SharedSession> _sessions = new(StringComparer.Ordinal);

    private readonly Lock _sync = new();

    // guarded by _sync
    private readonly EventLog<string> _read;
    private readonly Queue<OwnEvent> _own = new();
    private OwnEvent? _newestOwn;
    private long _lastNumber;
    private bool _isAway = true;

    // The furthest that a client was sent ahead of what was read here.
    private string? _ahead;

    // The newest entry when this server began to read; null when it is not known, or entries are missing since.
    private string? _start;

    // The newest entry that was read; null when there is none.
    private string? _newest;

    // How often entries were missing.
    private int _gaps;

    public SharedDelivery(Namespace @namespace, ConnectionStateRecoveryOptions options, ClusterNode node, ClusterLog log, ClusterOptions cluster)
        : base(@namespace)
    {
        _node = node;
        _stored = log;
        _read = new EventLog<string>(Beginning, options.MaxStoredBytes);
        _savesLive = cluster.SaveLiveSessions;

        // a live session is written again before it ends
        _refreshInterval = options.MaxDisconnectionDuration / 2;
        _refreshedAt = Server.Time.GetTimestamp();
        _keep = _savesLive ? options.MaxDisconnectionDuration + _refreshInterval : options.MaxDisconnectionDuration;
    }

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
                _read.Append(entry.Offset!, frame, target);
                _newest = entry.Offset;
                if (own is not { IsDelivered: true })
                    Send(frame, target, entry.Offset!);
                own?.SendBehind();
            }
        }
    }

    /// <summary>Entries are missing: clients that had come before must not believe that they have everything.</summary>
    public override void OnGap(bool isReceived)
    {
        lock (_sync)
        {
            _gaps++;

            // not the beginning: what a client has read of the log before does not lead to what comes now
            _read.Clear(SessionStore.NewId());
            _newest = null;
            _start = null;
        }
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
                DeliverUpTo(number);
        }
    }

    public override async ValueTask<RecoverableSession?> RestoreAsync(JsonElement auth, EngineSession connection)
    {
        if (!RecoveryRequest.TryRead(auth, out var request) || request.Offset is { } offset && !_stored.IsOffset(offset))
            return null;
        try
        {
            var restored = await TryRestoreAsync(request, connection).ConfigureAwait(false);
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
        session.Begin(socket.Connection);
        _sessions[session.Pid] = session;
        bool isComplete;
        using (Cork.HoldWithListeners())
        {
            lock (_sync)
            {
                isComplete = (missed is null || session.Gaps == _gaps && TryGoOn(session, missed)) && socket.Connection.EnqueueControl(answer) && (missed?.SendTo(socket.Connection) ?? true);
                if (missed is null)
                    session.StartOffset = _newest ?? _start;
                Sockets.Add(socket);
                socket.BecomeConnected();
            }
        }
        if (!isComplete)
            socket.Connection.Drop(DisconnectReason.TransportClose.With("what the client had missed was dropped while middleware decided"));
        else if (_savesLive)
            _ = Save(socket, session);
    }

    public override Task? OnRoomsChanged(Socket socket) =>
        _savesLive && socket is { IsConnected: true, Recoverable: SharedSession { IsOver: false } session } ? Save(socket, session) : null;

    public override void OnClosing(Socket socket, DisconnectReason reason)
    {
        if (LoggedDelivery.IsRecoverable(reason))
            return;
        var session = (SharedSession)socket.Recoverable!;
        if (session.IsOver)
            return;
        session.IsOver = true;
        _ = session.Write(() => StoreAsync(socket, session));
    }

    public override void OnLeaving(Socket socket) => socket.Recoverable!.Remember(socket.Rooms);

    /// <summary>Saves all clients again before what is stored ends.</summary>
    public void Tick()
    {
        if (!_savesLive || Server.Time.GetElapsedTime(_refreshedAt) < _refreshInterval)
            return;
        _refreshedAt = Server.Time.GetTimestamp();
        _ = SaveAllAsync();
    }

    /// <summary>Completes when what clients that have gone left is saved.</summary>
    public Task SettleAsync() => Task.WhenAll(_sessions.Values.Select(static session => session.Saved));

    public override void OnClosed(Socket socket)
    {
        var session = (SharedSession)socket.Recoverable!;
        if (!session.IsOver)
            _ = Save(socket, session);
        session.End(socket.DataIfAny);
        _ = ForgetAsync(session);
    }

    /// <summary>The middleware refused a client that came back, or its connection ended meanwhile: it may try again.</summary>
    public override void OnAbandoned(Socket socket)
    {
        if (!socket.Recovered || socket.Recoverable is not SharedSession session)
            return;
        session.Missed = null;
        _ = Save(socket, session);
    }

    /// <summary>
    /// A client wants to come back to another server: if this one still has it, its connection is dead. Completes when what this server
    /// knows is stored; if the client has left by itself, that is nothing. Does not fail.
    /// </summary>
    public async Task ReleaseAsync(string pid)
    {
        if (_sessions.TryGetValue(pid, out var session))
            await LetGoAsync(session).ConfigureAwait(false);
    }

    /// <summary>A client has come back to another server: if this one still has it, its connection is dead.</summary>
    public void OnTaken(string socketId, int generation)
    {
        if (Sockets.Find(socketId) is not { Recoverable: SharedSession session } socket || session.Generation >= generation)
            return;
        session.IsOver = true;
        socket.Connection.Drop(DisconnectReason.TransportClose.With("the client has connected anew"));
    }

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
            own.SendBehind();
        }
    }

    // guarded by _sync
    private void DeliverWithoutOffset(OwnEvent own)
    {
        var args = new PeerArguments(own.Data);
        Send(EncodeForAll(own.Target, args.EventName, new WithOffset<PeerArguments>(args, NoOffset)), own.Target, null);
        own.MarkDelivered();
    }

    // guarded by _sync
    private void Send(Frame frame, in BroadcastTarget target, string? offset)
    {
        if (_ahead is not null && offset is not null && _stored.Compare(offset, _ahead) <= 0)
        {
            var careful = new AheadVisitor(frame, offset, _stored);
            Sockets.Visit(target, ref careful);
            return;
        }
        if (offset is not null)
            _ahead = null;
        var send = new SendVisitor(frame, SendMode.Logged);
        Sockets.Visit(target, ref send);
    }

    private async ValueTask<RecoverableSession?> TryRestoreAsync(RecoveryRequest request, EngineSession connection)
    {
        if (_sessions.TryGetValue(request.Pid, out var own) && !await HasLeftAsync(own, connection).ConfigureAwait(false))
            return null;
        if (await TakeAsync(request.Pid).ConfigureAwait(false) is not { } stored || OffsetOf(request, stored) is not { } offset)
            return null;
        var session = new SharedSession(stored.Pid, stored.SocketId, stored.Generation + 1) { StartOffset = stored.Start };
        if (Sockets.Find(stored.SocketId) is not null)
            return null;
        session.Remember(stored.Rooms);
        session.Restore(DataOf(stored));
        _node.TakeSession(session.SocketId, session.Generation);
        lock (_sync)
            session.Gaps = _gaps;
        var replay = new Replay(session, null, Server.Options.MaxQueuedBytes - ReservedBytes - connection.QueuedBytes);
        session.Missed = replay;
        session.SentTo = offset;
        return await TryReadAsync(session, replay).ConfigureAwait(false) ? session : null;
    }

    // Another server that still has the client may be about to store more, or to remove it all.
    private async ValueTask<StoredSession?> TakeAsync(string pid)
    {
        if (await _stored.FindAsync(pid, CancellationToken.None).ConfigureAwait(false) is not { } found)
            return null;
        if (found.Owner is { } owner)
            await _node.ReleaseSessionAsync(pid, owner).ConfigureAwait(false);
        return await _stored.TakeAsync(pid, CancellationToken.None).ConfigureAwait(false);
    }

    // A client that has got nothing since it first connected has missed what came since then.
    private string? OffsetOf(RecoveryRequest request, StoredSession stored)
    {
        if (request.Offset is null || stored.Start is null)
            return request.Offset ?? stored.Start;
        return _stored.Compare(request.Offset, stored.Start) < 0 ? stored.Start : request.Offset;
    }

    /// <summary>Collects what the client has missed until memory has the rest; false when some of it is gone.</summary>
    private async ValueTask<bool> TryReadAsync(SharedSession session, Replay replay)
    {
        for (var reading = 0; reading < MaxReadings && !replay.IsFull; reading++)
        {
            lock (_sync)
            {
                if (TryGoOn(session, replay))
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
            || replay.TryAdd(target, EncodeForAll(target, args.EventName, new WithOffset<PeerArguments>(args, entry.Offset!)));
    }

    /// <summary>
    /// Goes on in memory from where the client is. False when the log must be read first: memory has lost something behind that place, or
    /// begins behind it. Guarded by _sync.
    /// </summary>
    private bool TryGoOn(SharedSession session, Replay replay)
    {
        if (_newest is null || _stored.Compare(session.SentTo!, _newest) > 0)
        {
            // what this server has not read yet comes by itself, and to this client only what it has not been sent
            if (replay.HasReadAll && (_ahead is null || _stored.Compare(session.SentTo!, _ahead) > 0))
                _ahead = session.SentTo;
            return replay.HasReadAll;
        }

        // all that was in the log before memory begins has been read
        var place = _read.Find(session.SentTo!) ?? (replay.HasReadAll ? _read.Find(Beginning) : null);
        if (place is null || !replay.TryAdvance(place))
            return false;
        session.SentTo = _newest;
        return true;
    }

    private async Task OnConnectedAsync()
    {
        try
        {
            var newest = await _stored.GetNewestAsync(CancellationToken.None).ConfigureAwait(false);
            lock (_sync)
                _start ??= newest;
        }
        catch (Exception exception)
        {
            Log.LogFailed(Server.Logger, exception, Namespace.Name);
        }
        if (_savesLive)
            await SaveAllAsync().ConfigureAwait(false);
    }

    private ConcurrentDictionary<string, object?> DataOf(StoredSession stored)
    {
        var data = new ConcurrentDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in PeerFormat.ReadObject(stored.Data))
            data[name] = Server.PeerFormat.Read<object?>(value);
        return data;
    }

    // Not while the backplane is away: it is made up for when it is back.
    private Task? Save(Socket socket, SharedSession session) => Volatile.Read(ref _isAway) ? null : session.Write(() => StoreAsync(socket, session));

    // What is right when its turn comes. Of a client that has been taken over meanwhile the log refuses it.
    private async Task StoreAsync(Socket socket, SharedSession session)
    {
        try
        {
            var storing = session.IsOver
                ? _stored.RemoveAsync(session.Pid, session.Generation, _keep, CancellationToken.None)
                : _stored.SaveAsync(session.Describe(socket, Server.PeerFormat, _node.Id), _keep, CancellationToken.None);
            await storing.AsTask().WaitAsync(MaxHandover, Server.Time).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.LogFailed(Server.Logger, exception, Namespace.Name);
        }
    }

    private async Task SaveAllAsync()
    {
        var saving = new List<Task>();
        foreach (var (_, socket) in Sockets.ById)
        {
            if (OnRoomsChanged(socket) is { } saved)
                saving.Add(saved);
            if (saving.Count < MaxSavedAtOnce)
                continue;
            await Task.WhenAll(saving).ConfigureAwait(false);
            saving.Clear();
        }
    }

    private async Task ForgetAsync(SharedSession session)
    {
        await session.Saved.ConfigureAwait(false);
        _sessions.TryRemove(new(session.Pid, session));
    }

    private async ValueTask<bool> HasLeftAsync(SharedSession session, EngineSession connection)
    {
        // a client that joins twice by one connection has left in between, by itself
        return session.Connection != connection && await LetGoAsync(session).ConfigureAwait(false);
    }

    // Whether the client can come back: its socket has gone, and is stored.
    private async Task<bool> LetGoAsync(SharedSession session)
    {
        session.Connection?.Drop(DisconnectReason.TransportClose.With("the client has connected anew"));
        try
        {
            await session.WhenLeft.WaitAsync(MaxHandover, Server.Time).ConfigureAwait(false);
            await session.Saved.WaitAsync(MaxHandover, Server.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return false;
        }
        return !session.IsOver;
    }

    // Leaves out those that were sent the entry when they came back.
    private readonly struct AheadVisitor(Frame frame, string offset, ClusterLog log) : ISocketVisitor
    {
        public void Visit(Socket socket)
        {
            if (socket.Recoverable is not SharedSession { SentTo: { } sent } || log.Compare(offset, sent) > 0)
                socket.Send(frame, SendMode.Logged);
        }
    }
}
