using System.Collections.Concurrent;
using SocketIo.Rooms;

namespace SocketIo.Broadcasts;

/// <summary>The sockets of a namespace that are connected to this server, by id and by room.</summary>
internal sealed class LocalSockets(string name)
{
    // So many members' memory is fetched before they are visited: enough for the misses to overlap.
    private const int Prefetched = 16;

    private readonly ConcurrentDictionary<string, Socket> _byId = new(StringComparer.Ordinal);
    private readonly Room<Socket> _everyone = new(name);

    public IReadOnlyDictionary<string, Socket> ById => _byId;

    public RoomIndex<Socket> Rooms { get; } = new();

    public Socket? Find(string id) => _byId.GetValueOrDefault(id);

    /// <summary>Makes a connected socket visible.</summary>
    public void Add(Socket socket)
    {
        socket.Seat = _everyone.TryJoin(socket);
        _byId[socket.Id] = socket;
    }

    public void Remove(Socket socket)
    {
        _byId.TryRemove(socket.Id, out _);
        if (socket.Seat is { } seat)
            _everyone.Leave(seat, dieWhenEmpty: false);
    }

    /// <summary>
    /// Visits the sockets of a target: each once, without a lock and without allocation. A socket that changes its rooms meanwhile may be
    /// visited twice or not at all.
    /// </summary>
    public void Visit<TVisitor>(in BroadcastTarget target, ref TVisitor visitor) where TVisitor : struct, ISocketVisitor
    {
        if (target.Rooms.Count == 0)
        {
            VisitRoom(_everyone, 0, target, ref visitor);
            return;
        }

        for (var i = 0; i < target.Rooms.Count; i++)
        {
            var name = target.Rooms[i];
            if (Rooms.TryGet(name, out var room))
                VisitRoom(room, i, target, ref visitor);

            // every socket is in the room named by its id, which is not kept as a room
            if (_byId.TryGetValue(name, out var socket) && socket.IsIn(name))
                VisitSocket(socket, i, target, ref visitor);
        }
    }

    private static void VisitRoom<TVisitor>(Room<Socket> room, int index, in BroadcastTarget target, ref TVisitor visitor)
        where TVisitor : struct, ISocketVisitor
    {
        var slots = room.Slots.AsSpan();
        while (!slots.IsEmpty)
        {
            var block = slots[..Math.Min(Prefetched, slots.Length)];
            foreach (var socket in block)
                socket?.Prefetch();
            foreach (var socket in block)
            {
                if (socket is not null)
                    VisitSocket(socket, index, target, ref visitor);
            }
            slots = slots[block.Length..];
        }
    }

    private static void VisitSocket<TVisitor>(Socket socket, int index, in BroadcastTarget target, ref TVisitor visitor)
        where TVisitor : struct, ISocketVisitor
    {
        if ((socket.IsConnected || socket.Welcome()) && !IsInAny(socket, target.Rooms, index) && !IsInAny(socket, target.Except, target.Except.Count))
            visitor.Visit(socket);
    }

    // Whether the socket is in one of the first rooms: of the target's those already visited, of the exceptions all.
    private static bool IsInAny(Socket socket, in RoomNames names, int count)
    {
        for (var i = 0; i < count; i++)
        {
            if (socket.IsIn(names[i]))
                return true;
        }
        return false;
    }
}
