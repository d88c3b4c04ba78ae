using System.Collections.Concurrent;
using SocketIo.Rooms;

namespace SocketIo.Broadcasts;

/// <summary>The sockets of a namespace that are connected to this server, by id and by room.</summary>
internal sealed class LocalSockets(string name)
{
    // So many members' memory is fetched before they are visited: enough for the misses to overlap.
    private const int Prefetched = 16;

    // A set for more sockets is not kept: it takes long to clear.
    private const int MaxKept = 16_384;

    [ThreadStatic]
    private static HashSet<Socket>? _visited;

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
    /// Visits the sockets of a target: each once, without a lock and without allocation. One that is in one of the rooms throughout is visited,
    /// whatever others it joins and leaves meanwhile.
    /// </summary>
    public void Visit<TVisitor>(in BroadcastTarget target, ref TVisitor visitor) where TVisitor : struct, ISocketVisitor
    {
        switch (target.Rooms.Count)
        {
            case 0:
                VisitRoom(_everyone, default(Everyone), target, ref visitor);
                break;
            case 1:
                VisitNamed(target.Rooms[0], default(Everyone), target, ref visitor);
                break;
            default:
                VisitSeveral(target, ref visitor);
                break;
        }
    }

    private void VisitSeveral<TVisitor>(in BroadcastTarget target, ref TVisitor visitor) where TVisitor : struct, ISocketVisitor
    {
        // Who was visited, not who is in a room that was: that may have changed. A visitor may come back here by what it calls.
        var visited = _visited ?? [];
        _visited = null;
        try
        {
            for (var i = 0; i < target.Rooms.Count; i++)
                VisitNamed(target.Rooms[i], new NotYetVisited(visited), target, ref visitor);
        }
        finally
        {
            if (visited.Capacity <= MaxKept)
            {
                visited.Clear();
                _visited = visited;
            }
        }
    }

    private void VisitNamed<TVisitor, TFilter>(string name, TFilter filter, in BroadcastTarget target, ref TVisitor visitor)
        where TVisitor : struct, ISocketVisitor
        where TFilter : struct, IFilter
    {
        if (Rooms.TryGet(name, out var room))
            VisitRoom(room, filter, target, ref visitor);

        // every socket is in the room named by its id, which is not kept as a room
        if (_byId.TryGetValue(name, out var socket) && socket.IsIn(name))
            VisitSocket(socket, filter, target, ref visitor);
    }

    private static void VisitRoom<TVisitor, TFilter>(Room<Socket> room, TFilter filter, in BroadcastTarget target, ref TVisitor visitor)
        where TVisitor : struct, ISocketVisitor
        where TFilter : struct, IFilter
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
                    VisitSocket(socket, filter, target, ref visitor);
            }
            slots = slots[block.Length..];
        }
    }

    private static void VisitSocket<TVisitor, TFilter>(Socket socket, TFilter filter, in BroadcastTarget target, ref TVisitor visitor)
        where TVisitor : struct, ISocketVisitor
        where TFilter : struct, IFilter
    {
        if ((socket.IsConnected || socket.Welcome()) && !IsInAny(socket, target.Except) && filter.Takes(socket))
            visitor.Visit(socket);
    }

    private static bool IsInAny(Socket socket, in RoomNames names)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (socket.IsIn(names[i]))
                return true;
        }
        return false;
    }

    // Where one room is visited there is nothing to look for, and no instruction for it.
    private interface IFilter
    {
        bool Takes(Socket socket);
    }

    private readonly struct Everyone : IFilter
    {
        public bool Takes(Socket socket) => true;
    }

    private readonly struct NotYetVisited(HashSet<Socket> visited) : IFilter
    {
        public bool Takes(Socket socket) => visited.Add(socket);
    }
}
