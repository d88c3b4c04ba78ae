using System.Collections.Concurrent;

namespace SocketIo.Rooms;

/// <summary>
/// Finds the sockets of a target: each once, without a lock and without allocation. A socket that changes its rooms during the
/// walk may be visited twice or not at all.
/// </summary>
internal sealed class Broadcaster(Room everyone, RoomIndex rooms, ConcurrentDictionary<string, Socket> sockets)
{
    // So many members' memory is fetched before they are visited: enough for the misses to overlap.
    private const int Prefetched = 16;

    public void Visit<TVisitor>(in BroadcastTarget target, ref TVisitor visitor) where TVisitor : struct, ISocketVisitor
    {
        if (target.Rooms.Count == 0)
        {
            VisitRoom(everyone, 0, target, ref visitor);
            return;
        }

        for (var i = 0; i < target.Rooms.Count; i++)
        {
            var name = target.Rooms[i];
            if (rooms.TryGet(name, out var room))
                VisitRoom(room, i, target, ref visitor);

            // every socket is in the room named by its id, which is not kept as a room
            if (sockets.TryGetValue(name, out var socket) && socket.IsIn(name))
                VisitSocket(socket, i, target, ref visitor);
        }
    }

    private static void VisitRoom<TVisitor>(Room room, int index, in BroadcastTarget target, ref TVisitor visitor)
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
