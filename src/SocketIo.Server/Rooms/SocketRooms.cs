namespace SocketIo.Rooms;

/// <summary>
/// The rooms that one socket is in. Changes are made one at a time and told after they are made; reads take no lock. Locks itself,
/// as nobody else can: a lock of its own for each would be memory of every idle client.
/// </summary>
internal sealed class SocketRooms(Socket socket)
{
    // Written under the lock, read without.
    private Membership[] _memberships = [];
    private bool _isInOwn;

    // guarded by the lock
    private bool _hasLeft;

    /// <summary>The room named by the socket's id first.</summary>
    public IReadOnlyCollection<string> Names
    {
        get
        {
            var joined = Volatile.Read(ref _memberships).Select(static membership => membership.Room.Name);
            return Volatile.Read(ref _isInOwn) ? [socket.Id, .. joined] : [.. joined];
        }
    }

    public bool Contains(string room) =>
        room == socket.Id ? Volatile.Read(ref _isInOwn) : Find(Volatile.Read(ref _memberships), room) is not null;

    public void Join(in RoomNames rooms)
    {
        for (var i = 0; i < rooms.Count; i++)
            Join(rooms[i]);
    }

    public void Leave(in RoomNames rooms)
    {
        for (var i = 0; i < rooms.Count; i++)
            Leave(rooms[i]);
    }

    public void Join(string room)
    {
        bool created;
        lock (this)
        {
            if (_hasLeft || Contains(room))
                return;
            created = Enter(room);
        }
        socket.Namespace.RaiseJoined(room, socket.Id, created);
    }

    /// <summary>Joins the room named by the socket's id; the caller tells it.</summary>
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

    private void Leave(string room)
    {
        bool deleted;
        lock (this)
        {
            if (!Contains(room))
                return;
            deleted = Exit(room);
        }
        socket.Namespace.RaiseLeft(room, socket.Id, deleted);
    }

    // Every socket is in the room named by its id, so that room is a flag and no entry of the index.
    private bool Enter(string room)
    {
        if (room == socket.Id)
        {
            Volatile.Write(ref _isInOwn, true);
            return true;
        }
        var membership = socket.Namespace.RoomIndex.Join(room, socket, out var created);
        Volatile.Write(ref _memberships, [.. _memberships, membership]);
        return created;
    }

    private bool Exit(string room)
    {
        if (room == socket.Id)
        {
            Volatile.Write(ref _isInOwn, false);
            return true;
        }
        var membership = Find(_memberships, room)!;
        Volatile.Write(ref _memberships, [.. _memberships.Where(other => other != membership)]);
        return socket.Namespace.RoomIndex.Leave(membership);
    }

    private static Membership? Find(Membership[] memberships, string room)
    {
        foreach (var membership in memberships)
        {
            if (membership.Room.Name == room)
                return membership;
        }
        return null;
    }
}
