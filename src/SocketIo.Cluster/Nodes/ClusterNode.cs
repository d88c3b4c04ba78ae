using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace SocketIo.Cluster.Nodes;

/// <summary>
/// A namespace of this server as a member of the cluster: sends what concerns others, receives what they send, and asks them. None of
/// it throws because of the backplane.
/// </summary>
[SuppressMessage("Design", "CA1031", Justification = "Whatever a backplane throws is counted and logged, and nobody else's concern.")]
internal sealed class ClusterNode : INodeReceiver, IAsyncDisposable
{
    /// <summary>How often each node of a namespace says that it is there, where nobody counts them: the reference's.</summary>
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan PruneInterval = TimeSpan.FromMinutes(1);

    // For the messages that are left when a namespace closes.
    private static readonly TimeSpan MaxFarewell = TimeSpan.FromSeconds(2);

    private readonly ClusterServer _server;
    // set before the link opens
    private ILocalNamespace _local = null!;

    private readonly NamespaceLink _link;
    private readonly SendQueue _queue;
    private readonly RecentRooms _recentRooms;
    private readonly PeerOrder? _order;
    private readonly Numbering? _numbering;
    private readonly NodeRequests _requests;
    private readonly LinkLife _life;

    // Ids of other nodes that were heard in this namespace; the values say nothing.
    private readonly ConcurrentDictionary<string, bool> _members = new(StringComparer.Ordinal);

    private readonly CancellationTokenSource _closed = new();
    private long _heartbeatAt;
    private long _prunedAt;
    private string? _lastOffset;
    private bool _hasToldUnkept;

    public ClusterNode(ClusterServer server, string name)
    {
        _server = server;
        Name = name;
        _requests = new NodeRequests(server, name, _members, _closed.Token);
        _link = server.Backplane.Open(name, this)
            ?? throw new InvalidOperationException($"The backplane {server.Backplane.Name} must make a link for the namespace {name}, not return null.");
        _life = new LinkLife(server, _link, name, OnOpened, _closed.Token);
        Rooms = new RoomOpenings(_link, server.Reports.ReportRoom, server.Time);
        _queue = new SendQueue(_link, server.Budget, server.Reports, server.Work, OnLost);
        _recentRooms = new RecentRooms(server.Time);
        if (_link.IsReliable)
            return;
        _order = new PeerOrder(server.Time, Dispatch);
        _numbering = new Numbering(server.Time);
    }

    public string Name { get; }

    public string Id => _server.Backplane.NodeId;

    /// <summary>The log from which clients can recover; null when the backplane keeps none.</summary>
    public ClusterLog? Log => _link.Log;

    /// <summary>The rooms of this server that the backplane knows of.</summary>
    public RoomOpenings Rooms { get; }

    /// <inheritdoc cref="LinkLife.WhenOpen" />
    public Task WhenOpen => _life.WhenOpen;

    /// <summary>The requests that wait for answers.</summary>
    public int PendingRequests => _requests.Count;

    /// <summary>Whether another node is known of.</summary>
    public bool HasMembers => !_members.IsEmpty;

    /// <summary>Whether another node was heard in this namespace and has not left it.</summary>
    public bool HasMember(string nodeId) => _members.ContainsKey(nodeId);

    /// <inheritdoc cref="LinkLife.IsConnected" />
    public bool IsConnected => _life.IsConnected;

    /// <summary>Says who is told what arrives.</summary>
    public void Begin(ILocalNamespace local) => _local = local;

    /// <summary>Sends an event for the clients of the other nodes.</summary>
    /// <param name="rooms">Whom it is for.</param>
    /// <param name="except">Who is left out.</param>
    /// <param name="flags">How it is sent.</param>
    /// <param name="data">The event.</param>
    /// <param name="ownNumber">See <see cref="ClusterMessage.OwnNumber"/>.</param>
    /// <returns>Whether it is on its way.</returns>
    public bool Broadcast(in RoomNames rooms, in RoomNames except, in BroadcastFlags flags, in PacketData data, long ownNumber = 0) => Send(new()
    {
        Type = MessageType.Broadcast, Sender = Id, Namespace = Name, Rooms = rooms, Except = except, Flags = flags, Data = data, OwnNumber = ownNumber,
        Channel = _numbering is null && rooms.Count == 1 && !_recentRooms.Contains(rooms[0]) ? rooms[0] : null,
    });

    /// <summary>
    /// Lets the sockets of a target on other nodes join or leave rooms, or disconnects them. Completes when the backplane has it, or is
    /// away.
    /// </summary>
    public Task ChangeAsync(MessageType type, in RoomNames rooms, in RoomNames except, in RoomNames roomsToChange = default, bool close = false)
    {
        if (type is MessageType.SocketsJoin)
            _recentRooms.Add(roomsToChange);
        var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Send(new() { Type = type, Sender = Id, Namespace = Name, Rooms = rooms, Except = except, RoomsToChange = roomsToChange, Close = close }, taken);
        return taken.Task;
    }

    /// <summary>Sends an event for the other servers.</summary>
    public void ServerSideEmit(in PacketData data) =>
        Send(new() { Type = MessageType.ServerSideEmit, Sender = Id, Namespace = Name, Data = data });

    /// <summary>Sends an event for the other servers, and collects their answers.</summary>
    public Task<Collected<ServerAnswer>> ServerSideEmitWithAckAsync(in PacketData data, TimeSpan? timeout = null)
    {
        var request = new ServerSideRequest(Backplane.NewId(), timeout ?? _server.Options.RequestTimeout, _server.Time) { Ended = _requests.Remove };
        Ask(request, new() { Type = MessageType.ServerSideEmit, Sender = Id, Namespace = Name, RequestId = request.Id, Data = data });
        return request.Result;
    }

    /// <summary>Collects the sockets of a target on the other nodes.</summary>
    public Task<Collected<RemoteSocketData>> FetchAsync(in RoomNames rooms, in RoomNames except, TimeSpan? timeout = null)
    {
        var request = new FetchRequest(Backplane.NewId(), timeout ?? _server.Options.RequestTimeout, _server.Time) { Ended = _requests.Remove };
        Ask(request, new() { Type = MessageType.FetchSockets, Sender = Id, Namespace = Name, RequestId = request.Id, Rooms = rooms, Except = except });
        return request.Result;
    }

    /// <summary>Sends an event for the clients of the other nodes, and collects their acknowledgements.</summary>
    /// <param name="rooms">Whom it is for.</param>
    /// <param name="except">Who is left out.</param>
    /// <param name="flags">How it is sent; with a timeout.</param>
    /// <param name="data">The event.</param>
    /// <param name="receiver">Told what is answered.</param>
    /// <param name="hasTimer">Whether it ends when the time is up; else whoever asks sees to that.</param>
    /// <returns>Ends the waiting when it is ended.</returns>
    public ClusterRequest BroadcastWithAck(in RoomNames rooms, in RoomNames except, in BroadcastFlags flags, in PacketData data, IRemoteAcks receiver, bool hasTimer = true)
    {
        var request = new AckRequest(
            Backplane.NewId(), flags.ExpectsSingleResponse, receiver, (hasTimer ? flags.Timeout : null) ?? Timeout.InfiniteTimeSpan, _server.Time) { Ended = _requests.Remove };
        Ask(request, new()
        {
            Type = MessageType.Broadcast, Sender = Id, Namespace = Name, RequestId = request.Id,
            Rooms = rooms, Except = except, Flags = flags, Data = data,
        });
        return request;
    }

    /// <summary>Says that a client has come back to this node.</summary>
    public void TakeSession(string socketId, int generation) => Send(new()
    {
        Type = MessageType.SessionTaken, Sender = Id, Namespace = Name, RequestId = Backplane.NewId(), SocketIds = [socketId], ClientCount = generation,
    });

    /// <summary>
    /// Makes the node that a client is connected to let go of it. Completes when it has, is gone, or is silent for as long as a node may be.
    /// </summary>
    public Task ReleaseSessionAsync(string pid, string owner)
    {
        // where nobody counts, who was not heard is not there
        if (owner == Id || !_link.CountsMembers && !_server.Peers.IsAlive(owner))
            return Task.CompletedTask;
        var request = new ReleaseRequest(Backplane.NewId(), owner, _server.Options.HeartbeatTimeout, _server.Time) { Ended = _requests.Remove };
        Ask(request, new() { Type = MessageType.SessionWanted, Sender = Id, Namespace = Name, RequestId = request.Id, SocketIds = [pid, owner] });
        return request.Result;
    }

    /// <summary>Sends an answer to who asked.</summary>
    public void Answer(ClusterMessage request, ClusterMessage answer) =>
        Send(answer with { RequestId = request.RequestId, Recipient = request.Sender });

    /// <summary>The backplane is connected.</summary>
    public void OnConnected()
    {
        if (!_life.IsOpen)
        {
            _life.Open();
            return;
        }
        _queue.Resume();
        _server.Work.Run(_local.OnStateChanged);
    }

    /// <summary>The backplane is away: what was asked will not be answered.</summary>
    public void OnAway()
    {
        _queue.Pause();
        _server.Work.Run(() =>
        {
            _life.StopWaiting();
            _requests.EndAll();
            _local.OnStateChanged();
        });
    }

    /// <summary>A node is gone, in all namespaces.</summary>
    public void Lose(string nodeId) => _requests.Lose(nodeId);

    /// <summary>Called every 250 ms.</summary>
    public void Tick()
    {
        _life.Tick();
        if (!IsConnected)
            return;
        _order?.Tick();
        Rooms.Tick();
        _local.Tick();
        Prune();
        if (_link.CountsMembers)
            _requests.CountAgain(_link);
        else if (_server.Time.GetElapsedTime(_heartbeatAt) >= HeartbeatInterval)
            SendHeartbeat(MessageType.Heartbeat);
    }

    /// <summary>Says that this node is alive.</summary>
    public void SendHeartbeat(MessageType type)
    {
        _heartbeatAt = _server.Time.GetTimestamp();
        Send(new() { Type = type, Sender = Id, Namespace = Name, Flags = new() { Timeout = _server.Options.HeartbeatTimeout } });
    }

    public ValueTask DisposeAsync()
    {
        var leaving = LeaveAsync();
        _server.Remove(this, leaving);
        return new ValueTask(leaving);
    }

    void INodeReceiver.Receive(ClusterMessage message)
    {
        if (message.Namespace.Length > 0 && message.Namespace != Name)
            return;
        if (message.Sender == Id && message.Offset is null)
            return;
        _server.Reports.CountReceived();
        if (IsNode(message.Sender))
            Hear(message);
        if (_order is null)
            Dispatch(message);
        else
            _order.Receive(message);
    }

    void INodeReceiver.ReceiveGap()
    {
        NodeLog.Gap(_server.Reports.Logger, Name);

        // what was lost may have been the end of the log, which then begins anew
        _lastOffset = null;
        _local.LogGap(isReceived: false);
    }

    void INodeReceiver.ReceiveUnkept()
    {
        if (!Interlocked.Exchange(ref _hasToldUnkept, true))
            NodeLog.Unkept(_server.Reports.Logger, Name);
        _local.LogGap(isReceived: true);
    }

    void INodeReceiver.LoseNode(string nodeId)
    {
        Forget(nodeId);
        Lose(nodeId);
    }

    void INodeReceiver.LoseRoom(string room, string reason) => Rooms.Lose(room, reason);

    void INodeReceiver.ReportMalformed(string reason) => _server.Reports.ReportMalformed(reason);

    void INodeReceiver.ReportRefused(ClusterMessage message, string reason)
    {
        _server.Reports.ReportRefused(message, reason);
        OnLost([message]);
    }

    private async Task LeaveAsync()
    {
        _requests.EndAll();
        if (IsConnected)
            Send(new() { Type = MessageType.Close, Sender = Id, Namespace = Name });
        await SettleAsync(_local.SettleAsync()).ConfigureAwait(false);
        await SettleAsync(_queue.CloseAsync()).ConfigureAwait(false);
        _closed.Cancel();
        _queue.Dispose();
        await SettleAsync(_life.CloseAsync()).ConfigureAwait(false);
    }

    private void Prune()
    {
        _recentRooms.Prune();
        if (_server.Time.GetElapsedTime(_prunedAt) < PruneInterval)
            return;
        _prunedAt = _server.Time.GetTimestamp();
        foreach (var id in _members.Keys.Where(id => !_server.Peers.Knows(id)))
            Forget(id);
    }

    private bool Send(ClusterMessage message, TaskCompletionSource? taken = null) =>
        _numbering is null ? _queue.Send(message, taken) : _numbering.Send(message, _queue, taken);

    private void OnLost(ReadOnlySpan<ClusterMessage> messages)
    {
        var last = 0L;
        foreach (var message in messages)
            last = Math.Max(last, message.OwnNumber);
        if (last > 0)
            _local.OnLost(last);
    }

    private void Ask(ClusterRequest request, ClusterMessage message)
    {
        _requests.Add(request);
        Send(message);
        if (IsConnected)
            _requests.Await(request, _link);
        else
            request.End(isAway: true);
    }

    private bool IsNode(string sender) => sender != Id && sender is not (ClusterMessage.EmitterId or "");

    private void Hear(ClusterMessage message)
    {
        var heartbeat = message.Type is MessageType.InitialHeartbeat or MessageType.Heartbeat;
        _server.Peers.Hear(message.Sender, heartbeat ? message.Flags.Timeout : null, !_link.CountsMembers);
    }

    // Whatever fails in here is logged: the backplane's reader has others to serve.
    private void Dispatch(ClusterMessage message)
    {
        try
        {
            // in the order of the sender: what comes late from one that has left makes it no member
            if (IsNode(message.Sender) && !_members.ContainsKey(message.Sender) && _server.Peers.Knows(message.Sender))
                _members[message.Sender] = true;
            Handle(message);
        }
        catch (Exception exception)
        {
            NodeLog.MessageFailed(_server.Reports.Logger, exception, message.Type, Name);
        }
    }

    private void Handle(ClusterMessage message)
    {
        switch (message.Type)
        {
            case MessageType.Broadcast when message.RequestId is not null:
                _local.BroadcastWithAck(message, new AckSink(this, message));
                break;
            case MessageType.Broadcast:
                if (IsNew(message.Offset))
                    _local.Broadcast(message);
                break;
            case MessageType.SocketsJoin:
                _recentRooms.Add(message.RoomsToChange);
                _local.Change(message);
                break;
            case MessageType.SocketsLeave or MessageType.DisconnectSockets:
                _local.Change(message);
                break;
            case MessageType.FetchSockets:
                _server.Work.Run(() => AnswerFetch(message));
                break;
            case MessageType.ServerSideEmit:
                _local.ServerSideEvent(message, message.RequestId is null ? null : value => AnswerEvent(message, value));
                break;
            case MessageType.SessionTaken when message.SocketIds.Count == 1:
                _local.OnTaken(message.SocketIds[0], message.ClientCount);
                break;
            case MessageType.SessionWanted when message.SocketIds.Count == 2 && message.SocketIds[1] == Id:
                _ = ReleaseAsync(message);
                break;
            case MessageType.InitialHeartbeat when !_link.CountsMembers:
                SendHeartbeat(MessageType.Heartbeat);
                break;
            case MessageType.Close:
                Forget(message.Sender);
                Lose(message.Sender);
                _server.OnLeft(message.Sender);
                break;
            case var type when PeerOrder.IsAnswer(type) && _requests.TryGetValue(message.RequestId!, out var request):
                request.Receive(message);
                break;
        }
    }

    // A log may be read twice over.
    private bool IsNew(string? offset)
    {
        if (offset is null || _link.Log is not { } log)
            return true;
        if (_lastOffset is not null && log.Compare(offset, _lastOffset) <= 0)
            return false;
        _lastOffset = offset;
        return true;
    }

    private async Task ReleaseAsync(ClusterMessage request)
    {
        await _local.ReleaseAsync(request.SocketIds[0]).ConfigureAwait(false);
        Answer(request, new() { Type = MessageType.SessionReleased, Sender = Id, Namespace = Name });
    }

    private void AnswerFetch(ClusterMessage request)
    {
        try
        {
            Answer(request, new() { Type = MessageType.FetchSocketsResponse, Sender = Id, Namespace = Name, Sockets = _local.Fetch(request) });
        }
        catch (Exception exception)
        {
            NodeLog.MessageFailed(_server.Reports.Logger, exception, request.Type, Name);
        }
    }

    private void AnswerEvent(ClusterMessage request, PacketData? value) => Answer(request, new()
    {
        Type = value is null ? MessageType.BroadcastAckLost : MessageType.ServerSideEmitResponse, Sender = Id, Namespace = Name, Data = value ?? default,
    });

    private void Forget(string nodeId)
    {
        _members.TryRemove(nodeId, out _);
        _numbering?.Forget(nodeId);
    }

    private void OnOpened()
    {
        _queue.Resume();
        if (!IsConnected)
            _queue.Pause();
        SendHeartbeat(MessageType.InitialHeartbeat);
        _local.OnStateChanged();
    }

    private async Task SettleAsync(Task work)
    {
        try
        {
            await work.WaitAsync(MaxFarewell, _server.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // the backplane does not take it
        }
    }
}
