using SocketIo.Rooms;

namespace SocketIo.Sockets;

/// <summary>
/// The rooms that one socket is in. Changes are made one at a time and raised after they are made; reads take no lock. Locks itself,
/// as nobody else can: a lock of its own for each would be memory of every idle client.
/// </summary>
internal sealed class SocketRooms(Socket socket)
{
    // Written under the lock, read without.
    private Memberships<Socket> _joined;
    private bool _isInOwn;

    // guarded by the lock
    private bool _hasLeft;

    /// <summary>The room named by the socket's id first.</summary>
    public IReadOnlyCollection<string> Names
    {
        get
        {
            var joined = _joined.All.Select(static membership => membership.Room.Name);
            return Volatile.Read(ref _isInOwn) ? [socket.Id, .. joined] : [.. joined];
        }
    }

    public bool Contains(string room) => room == socket.Id ? Volatile.Read(ref _isInOwn) : _joined.Find(room) is not null;

    /// <returns>Completes when broadcasts of other servers reach the rooms; null when they do.</returns>
    /// <exception cref="RoomLimitException">The socket is in as many rooms as it may be; those before are joined.</exception>
    public Task? Join(in RoomNames rooms)
    {
        Task? opening = null;
        for (var i = 0; i < rooms.Count; i++)
        {
            if (Join(rooms[i], socket.Namespace.Server.Options.MaxRooms) is { } next)
                opening = opening is null ? next : Task.WhenAll(opening, next);
        }
        return opening;
    }

    /// <summary>Joins rooms again that the socket was in before.</summary>
    public void Restore(IEnumerable<string> rooms)
    {
        foreach (var room in rooms)
            Join(room, int.MaxValue);
    }

    public void Leave(in RoomNames rooms)
    {
        for (var i = 0; i < rooms.Count; i++)
            Leave(rooms[i]);
    }

    /// <summary>Joins the room named by the socket's id; the caller raises that.</summary>
    public void EnterOwn()
    {
        lock (this)
            Enter(socket.Id);
    }

    /// <summary>Leaves all rooms; none can be joined from now on.</summary>
    public void LeaveAll()
    {
        lock (this)
            _hasLeft = true;
        foreach (var room in Names)
            Leave(room);
    }

    private Task? Join(string room, int max)
    {
        bool created;
        lock (this)
        {
            if (_hasLeft || Contains(room))
                return null;
            if (_joined.Count >= max)
                throw new RoomLimitException(socket.Id, max);
            created = Enter(room);
        }
        var opening = room == socket.Id ? null : socket.Namespace.OnRoomChanged(room);
        socket.Namespace.RoomListeners.RaiseJoined(room, socket.Id, created);
        return opening;
    }

    private void Leave(string room)
    {
        bool deleted;
        lock (this)
        {
            if (!Contains(room))
                return;
            deleted = Exit(room);
        }
        if (deleted && room != socket.Id)
            socket.Namespace.OnRoomChanged(room);
        socket.Namespace.RoomListeners.RaiseLeft(room, socket.Id, deleted);
    }

    // Every socket is in the room named by its id, so that room is a flag and no entry of the index.
    private bool Enter(string room)
    {
        if (room == socket.Id)
        {
            Volatile.Write(ref _isInOwn, true);
            return true;
        }
        _joined.Add(socket.Namespace.RoomIndex.Join(room, socket, out var created));
        return created;
    }

    private bool Exit(string room)
    {
        if (room == socket.Id)
        {
            Volatile.Write(ref _isInOwn, false);
            return true;
        }
        var membership = _joined.Find(room)!;
        _joined.Remove(membership);
        return socket.Namespace.RoomIndex.Leave(membership);
    }
}
