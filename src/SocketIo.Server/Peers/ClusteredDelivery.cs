using System.Text.Json;
using SocketIo.Broadcasts;
using SocketIo.Cluster;
using SocketIo.Cluster.Nodes;
using SocketIo.Engine;
using SocketIo.Engine.Frames;
using SocketIo.Protocol;
using SocketIo.Recovery;
using SocketIo.Rooms;
using RoomNames = SocketIo.Rooms.RoomNames;

namespace SocketIo.Peers;

/// <summary>
/// Delivers to the sockets of all servers: first to the queue of what the others get, so that what one thread does reaches all of them in
/// its order, then to the own sockets, as a server alone would. Nothing waits for the backplane unless it asks others, and nothing fails
/// because of it.
/// </summary>
internal sealed class ClusteredDelivery : Delivery, IAsyncDisposable
{
    private readonly Delivery _local;
    private readonly ClusterNode _node;
    private readonly PeerRooms _rooms;

    // where events travel by the backplane's log; null elsewhere
    private readonly SharedDelivery? _shared;

    public ClusteredDelivery(Namespace @namespace, ConnectionStateRecoveryOptions? recovery, ClusterServer cluster) : base(@namespace)
    {
        _node = new ClusterNode(cluster, @namespace.Name);
        _rooms = new PeerRooms(_node, @namespace.RoomIndex);
        if (recovery is not null && _node.Log is { } log)
            _local = _shared = new SharedDelivery(@namespace, recovery, _node, log, cluster.Options);
        else
            _local = recovery is null ? new DirectDelivery(@namespace) : new LoggedDelivery(@namespace, recovery);
        cluster.Begin(_node, new PeerCalls(@namespace, _local, _shared, cluster));
    }

    public override Task WhenReady => _node.WhenOpen;

    public override void Broadcast<TArgs>(in BroadcastTarget target, string eventName, in TArgs args)
    {
        if (target.IsLocal)
        {
            _local.Broadcast(target, eventName, args);
            return;
        }
        var data = Server.PeerFormat.WriteEvent(eventName, args);
        if (_shared is not null && !target.IsVolatile)
        {
            _shared.Publish(target, eventName, args, data);
            return;
        }
        _node.Broadcast(target.Rooms.ToPeers(), target.Except.ToPeers(), FlagsOf(target), data);

        // A parser of another format writes the objects itself: it may have forms for them that JSON has not.
        if (Server.Parser is JsonPacketParser)
            _local.Broadcast(target, eventName, new EncodedArguments(data, args.Count, Namespace.HasOutgoingListeners ? args.ToArray() : null));
        else
            _local.Broadcast(target, eventName, args);
    }

    public override Task Ask<TArgs>(in BroadcastTarget target, string eventName, in TArgs args, BroadcastAnswers answers)
    {
        if (!target.IsLocal && !IsOwn(target))
        {
            var data = Server.PeerFormat.WriteEvent(eventName, args);
            var flags = FlagsOf(target) with { Timeout = answers.Timeout, ExpectsSingleResponse = target.IsSingle };
            var (rooms, except) = (target.Rooms.ToPeers(), target.Except.ToPeers());
            answers.AwaitOthers(remote => _node.BroadcastWithAck(rooms, except, flags, data, remote, hasTimer: false));
        }
        return _local.Ask(target, eventName, args, answers);
    }

    public override bool Emit<TArgs>(Socket socket, string eventName, in TArgs args, long ackId, bool isVolatile, bool isUncompressed)
    {
        if (_shared is null || isVolatile || ackId != PacketHeader.NoId)
            return _local.Emit(socket, eventName, args, ackId, isVolatile, isUncompressed);

        // by the log, so that the client has it wherever it comes back
        var target = new BroadcastTarget { Rooms = socket.OwnRoom, IsUncompressed = isUncompressed };
        _shared.Publish(target, eventName, args, Server.PeerFormat.WriteEvent(eventName, args));
        return true;
    }

    public override ValueTask JoinAsync(in BroadcastTarget target, in RoomNames rooms)
    {
        var taken = Change(MessageType.SocketsJoin, target, rooms);
        return BothAsync(_local.JoinAsync(target, rooms), taken);
    }

    public override ValueTask LeaveAsync(in BroadcastTarget target, in RoomNames rooms)
    {
        var taken = Change(MessageType.SocketsLeave, target, rooms);
        var (copy, names) = (target, rooms);
        return BothAsync(BehindSent(() => _local.LeaveAsync(copy, names)), taken);
    }

    public override ValueTask DisconnectAsync(in BroadcastTarget target, bool close)
    {
        var taken = Change(MessageType.DisconnectSockets, target, default, close);
        var copy = target;
        return BothAsync(BehindSent(() => _local.DisconnectAsync(copy, close)), taken);
    }

    public override async ValueTask<FetchedSockets> FetchAsync(BroadcastTarget target, CancellationToken cancellationToken)
    {
        var own = await _local.FetchAsync(target, cancellationToken).ConfigureAwait(false);
        if (target.IsLocal)
            return own;
        var others = await _node.FetchAsync(target.Rooms.ToPeers(), target.Except.ToPeers()).WaitAsync(cancellationToken).ConfigureAwait(false);
        return new FetchedSockets([.. own, .. others.Items.Select(socket => new RemoteSocket(Namespace, socket))], others.Missing);
    }

    public override void EmitToServers(in PacketData data) => _node.ServerSideEmit(data);

    public override Task<Collected<ServerAnswer>> AskServersAsync(PacketData data) => _node.ServerSideEmitWithAckAsync(data);

    public override ValueTask<RecoverableSession?> RestoreAsync(JsonElement auth, EngineSession connection) => _local.RestoreAsync(auth, connection);

    public override RecoverableSession? BeginSession(string socketId, JsonElement auth) => _local.BeginSession(socketId, auth);

    public override Task? OnRoomChanged(string room) => _rooms.Update(room);

    public override Task? WhenSent() => _local.WhenSent();

    public override void OnRoomsChanging(Socket socket) => _local.OnRoomsChanging(socket);

    public override Task? OnRoomsChanged(Socket socket) => _local.OnRoomsChanged(socket);

    public override async ValueTask AnnounceAsync(Socket socket)
    {
        await _node.Rooms.OpenAsync(socket.Id).ConfigureAwait(false);
        foreach (var room in socket.Rooms)
            await (_rooms.Update(room) ?? Task.CompletedTask).ConfigureAwait(false);
    }

    public override void Connect(Socket socket, Frame answer) => _local.Connect(socket, answer);

    public override void OnHandlersStarted(Socket socket, ValueTask handlers) => _local.OnHandlersStarted(socket, handlers);

    public override void OnAbandoned(Socket socket)
    {
        _node.Rooms.Close(socket.Id);
        _local.OnAbandoned(socket);
    }

    public override void OnClosing(Socket socket, DisconnectReason reason) => _local.OnClosing(socket, reason);

    public override void OnLeaving(Socket socket) => _local.OnLeaving(socket);

    public override void OnClosed(Socket socket)
    {
        _node.Rooms.Close(socket.Id);
        _local.OnClosed(socket);
    }

    public override bool ForgetGone() => _local.ForgetGone();

    public override async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private static BroadcastFlags FlagsOf(in BroadcastTarget target) =>
        new() { IsVolatile = target.IsVolatile, Compress = target.IsUncompressed ? false : null };

    // Whether the one socket that is meant is connected to this server: the others need not be asked.
    private bool IsOwn(in BroadcastTarget target) => target.IsSingle && Namespace.Members.Find(target.Rooms[0]) is not null;

    private Task Change(MessageType type, in BroadcastTarget target, in RoomNames rooms, bool close = false) => target.IsLocal
        ? Task.CompletedTask
        : _node.ChangeAsync(type, target.Rooms.ToPeers(), target.Except.ToPeers(), rooms.ToPeers(), close);

    // Who leaves or is disconnected gets what was emitted before.
    private ValueTask BehindSent(Func<ValueTask> change) => WhenSent() is { } sent ? new(AfterAsync(sent, change)) : change();

    private static async Task AfterAsync(Task sent, Func<ValueTask> change)
    {
        await sent.ConfigureAwait(false);
        await change().ConfigureAwait(false);
    }

    private static async ValueTask BothAsync(ValueTask local, Task taken)
    {
        await local.ConfigureAwait(false);
        await taken.ConfigureAwait(false);
    }
}
