using System.Collections.Concurrent;
using System.Text;
using SocketIo.Cluster.Nodes;

namespace SocketIo.Cluster.Testing;

/// <summary>A namespace with sockets that have no connection. What it emits reaches own sockets and those of other nodes.</summary>
public sealed class TestNamespace : ILocalNamespace
{
    private readonly ConcurrentDictionary<string, TestSocket> _sockets = new(StringComparer.Ordinal);
    private readonly List<(IAckSink Sink, string SocketId)> _unanswered = [];
    private readonly List<ClusterMessage> _serverEvents = [];
    private readonly Lock _sync = new();

    // guarded by _sync
    private readonly Dictionary<string, int> _rooms = new(StringComparer.Ordinal);
    private int _gaps;
    private int _marks;

    internal TestNamespace(ClusterServer server, string name)
    {
        Name = name;
        Node = server.Open(name, this);
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The sockets, by id.</summary>
    public IReadOnlyDictionary<string, TestSocket> Sockets => _sockets;

    /// <summary>What to answer to server-side events; null does not answer. By default the node's id as text.</summary>
    public Func<ClusterMessage, PacketData?>? OnServerEvent { get; set; }

    /// <summary>The log of the backplane; null when it keeps none.</summary>
    public ClusterLog? Log => Node.Log;

    /// <summary>Completes when messages of others arrive.</summary>
    public Task WhenOpen => Node.WhenOpen;

    /// <summary>The requests that wait for answers.</summary>
    public int PendingRequests => Node.PendingRequests;

    /// <summary>The server-side events that came, as JSON arrays.</summary>
    public string[] ServerEvents
    {
        get
        {
            lock (_sync)
                return [.. _serverEvents.Select(static message => Encoding.UTF8.GetString(message.Data.Json.Span))];
        }
    }

    /// <summary>How often entries of the log were missing.</summary>
    public int Gaps
    {
        get
        {
            lock (_sync)
                return _gaps;
        }
    }

    internal ClusterNode Node { get; }

    /// <summary>How many events have come that only mark a point in the order.</summary>
    internal int Marks => Volatile.Read(ref _marks);

    private static ReadOnlySpan<byte> MarkStart => "[\"$mark"u8;

    /// <summary>JSON as it stands in messages.</summary>
    public static PacketData Json(string json, params ReadOnlyMemory<byte>[] attachments) => new(Encoding.UTF8.GetBytes(json), attachments);

    /// <summary>Connects a socket, which is in the room of its id.</summary>
    public async Task<TestSocket> ConnectAsync(params string[] rooms)
    {
        var socket = new TestSocket(Backplane.NewId() + "sock");
        _sockets[socket.Id] = socket;
        foreach (var room in rooms.Prepend(socket.Id))
            await JoinAsync(socket, room).ConfigureAwait(false);
        return socket;
    }

    /// <summary>Joins a room; completed, broadcasts of all nodes arrive.</summary>
    public ValueTask JoinAsync(TestSocket socket, string room)
    {
        ArgumentNullException.ThrowIfNull(socket);
        lock (_sync)
        {
            if (!socket.Enter(room))
                return ValueTask.CompletedTask;
            var count = _rooms.GetValueOrDefault(room);
            _rooms[room] = count + 1;
            return count == 0 ? Node.Rooms.OpenAsync(room) : ValueTask.CompletedTask;
        }
    }

    /// <summary>Leaves a room.</summary>
    public void Leave(TestSocket socket, string room)
    {
        ArgumentNullException.ThrowIfNull(socket);
        lock (_sync)
        {
            if (!socket.Exit(room) || --_rooms[room] > 0)
                return;
            _rooms.Remove(room);
            Node.Rooms.Close(room);
        }
    }

    /// <summary>Disconnects a socket, and loses its acknowledgements.</summary>
    public void Disconnect(TestSocket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        if (!socket.Disconnect())
            return;
        _sockets.TryRemove(socket.Id, out _);
        foreach (var room in socket.Rooms)
            Leave(socket, room);
        (IAckSink Sink, string SocketId)[] lost;
        lock (_sync)
        {
            lost = [.. _unanswered.Where(one => one.SocketId == socket.Id)];
            _unanswered.RemoveAll(one => one.SocketId == socket.Id);
        }
        foreach (var (sink, id) in lost)
            sink.Lose(id);
    }

    /// <summary>Emits an event to sockets of all nodes. With a log the own ones get it when it comes back.</summary>
    public void Emit(string json, string[]? rooms = null, string[]? except = null, BroadcastFlags flags = default, params ReadOnlyMemory<byte>[] attachments)
    {
        var message = Message(MessageType.Broadcast, rooms, except) with { Flags = flags, Data = Json(json, attachments) };
        Node.Broadcast(message.Rooms, message.Except, flags, message.Data);
        if (Log is null || flags.IsVolatile)
            Deliver(message);
    }

    /// <summary>Emits an event to sockets of all nodes, and collects their acknowledgements.</summary>
    public async Task<TestAcks> EmitWithAckAsync(
        string json, TimeSpan timeout, string[]? rooms = null, bool isSingle = false, params ReadOnlyMemory<byte>[] attachments)
    {
        var message = Message(MessageType.Broadcast, rooms, null) with
        {
            Flags = new() { Timeout = timeout, ExpectsSingleResponse = isSingle }, Data = Json(json, attachments),
        };
        var collector = new TestAcks.Collector();
        using var request = Node.BroadcastWithAck(message.Rooms, message.Except, message.Flags, message.Data, collector);
        var own = Deliver(message);
        foreach (var socket in own.Where(static socket => socket.Answer is not null))
            collector.Receive(socket.Id, socket.Answer!.Value);
        var summary = await collector.WhenComplete.ConfigureAwait(false);
        return collector.ToAcks(summary, [.. own.Where(static socket => socket.Answer is null)]);
    }

    /// <summary>Makes sockets of all nodes join a room.</summary>
    public Task SocketsJoinAsync(string[] rooms, params string[] joined) => ChangeAsync(Message(MessageType.SocketsJoin, rooms, null) with { RoomsToChange = RoomNames.Create(joined) });

    /// <summary>Makes sockets of all nodes leave a room.</summary>
    public Task SocketsLeaveAsync(string[] rooms, params string[] left) => ChangeAsync(Message(MessageType.SocketsLeave, rooms, null) with { RoomsToChange = RoomNames.Create(left) });

    /// <summary>Disconnects sockets of all nodes.</summary>
    public Task DisconnectSocketsAsync(string[] rooms, bool close = false) => ChangeAsync(Message(MessageType.DisconnectSockets, rooms, null) with { Close = close });

    /// <summary>The sockets of all nodes, and which nodes did not answer.</summary>
    public async Task<(IReadOnlyList<RemoteSocketData> Sockets, MissingNodes Missing)> FetchSocketsAsync(string[]? rooms = null, string[]? except = null)
    {
        var message = Message(MessageType.FetchSockets, rooms, except);
        var others = await Node.FetchAsync(message.Rooms, message.Except).ConfigureAwait(false);
        return ([.. Fetch(message), .. others.Items], others.Missing);
    }

    /// <summary>Emits an event to the other servers.</summary>
    public void ServerSideEmit(string json, params ReadOnlyMemory<byte>[] attachments) => Node.ServerSideEmit(Json(json, attachments));

    /// <summary>Emits an event to the other servers; their answers by node.</summary>
    public async Task<(IReadOnlyDictionary<string, PacketData> Answers, MissingNodes Missing)> ServerSideEmitWithAckAsync(string json, params ReadOnlyMemory<byte>[] attachments)
    {
        var answers = await Node.ServerSideEmitWithAckAsync(Json(json, attachments)).ConfigureAwait(false);
        return (answers.Items.ToDictionary(static answer => answer.NodeId, static answer => answer.Value), answers.Missing);
    }

    /// <summary>Sends what marks a point in the order to the others, by both ways.</summary>
    internal void Mark()
    {
        Node.Broadcast([], [], default, Json("[\"$mark\"]"));
        Node.ServerSideEmit(Json("[\"$mark\"]"));
    }

    void ILocalNamespace.Broadcast(ClusterMessage message) => Deliver(message);

    void ILocalNamespace.BroadcastWithAck(ClusterMessage message, IAckSink answers)
    {
        var sockets = Deliver(message);
        answers.Count(RoomNames.Create([.. sockets.Select(static socket => socket.Id)]));
        foreach (var socket in sockets)
        {
            if (socket.Answer is { } answer)
            {
                answers.Acknowledge(socket.Id, answer);
                continue;
            }
            lock (_sync)
                _unanswered.Add((answers, socket.Id));
        }
    }

    void ILocalNamespace.Change(ClusterMessage message) => Change(message);

    IReadOnlyList<RemoteSocketData> ILocalNamespace.Fetch(ClusterMessage message) => Fetch(message);

    void ILocalNamespace.ServerSideEvent(ClusterMessage message, Action<PacketData?>? answer)
    {
        if (message.Data.Json.Span.StartsWith(MarkStart))
        {
            Interlocked.Increment(ref _marks);
            return;
        }
        lock (_sync)
            _serverEvents.Add(message);
        var value = OnServerEvent is null ? Json($"\"{Node.Id}\"") : OnServerEvent(message);
        if (value is { } known)
            answer?.Invoke(known);
    }

    void ILocalNamespace.LogGap(bool isReceived)
    {
        lock (_sync)
            _gaps++;
    }

    private ClusterMessage Message(MessageType type, string[]? rooms, string[]? except) => new()
    {
        Type = type, Sender = Node.Id, Namespace = Name, Rooms = RoomNames.Create(rooms ?? []), Except = RoomNames.Create(except ?? []),
    };

    private async Task ChangeAsync(ClusterMessage message)
    {
        await Node.ChangeAsync(message.Type, message.Rooms, message.Except, message.RoomsToChange, message.Close).ConfigureAwait(false);
        Change(message);
    }

    private List<TestSocket> Deliver(ClusterMessage message)
    {
        if (message.Data.Json.Span.StartsWith(MarkStart))
        {
            Interlocked.Increment(ref _marks);
            return [];
        }
        List<TestSocket> sockets = [.. TargetOf(message)];
        foreach (var socket in sockets)
            socket.Receive(message);
        return sockets;
    }

    private void Change(ClusterMessage message)
    {
        foreach (var socket in TargetOf(message).ToArray())
        {
            foreach (var room in message.RoomsToChange)
            {
                if (message.Type is MessageType.SocketsJoin)
                    _ = JoinAsync(socket, room).AsTask();
                else
                    Leave(socket, room);
            }
            if (message.Type is MessageType.DisconnectSockets)
                Disconnect(socket);
        }
    }

    private List<RemoteSocketData> Fetch(ClusterMessage message) =>
    [
        .. TargetOf(message).Select(static socket => new RemoteSocketData
        {
            Id = socket.Id, Rooms = RoomNames.Create(socket.Rooms), Data = socket.Data, Handshake = socket.Handshake,
        }),
    ];

    private IEnumerable<TestSocket> TargetOf(ClusterMessage message) => _sockets.Values.Where(socket =>
        (message.Rooms.Count == 0 || message.Rooms.Any(socket.IsIn)) && !message.Except.Any(socket.IsIn));
}
