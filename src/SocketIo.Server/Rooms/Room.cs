namespace SocketIo.Rooms;

/// <summary>
/// The sockets of one room. Broadcasts walk <see cref="Slots"/> without a lock; joins and leaves write under one.
/// </summary>
internal sealed class Room(string name)
{
    private const int InitialSlots = 2;

    // Below this no walk is long enough to be worth the copy.
    private const int SmallestCompacted = 64;

    private readonly Lock _sync = new();

    // Published whole; a slot is written under _sync and read without.
    private Socket?[] _slots = new Socket?[InitialSlots];

    // guarded by _sync
    private Membership?[] _members = new Membership?[InitialSlots];
    private int[] _free = [1, 0];
    private int _freeCount = InitialSlots;
    private bool _dead;

    public string Name => name;

    /// <summary>The members, with holes. Taken once, then walked: who leaves later may still be seen, who joins later may not.</summary>
    public Socket?[] Slots => Volatile.Read(ref _slots);

    public int Count
    {
        get
        {
            lock (_sync)
                return _slots.Length - _freeCount;
        }
    }

    /// <summary>Adds a socket; null when the room is dead and another must be made.</summary>
    public Membership? TryJoin(Socket socket)
    {
        lock (_sync)
        {
            if (_dead)
                return null;
            if (_freeCount == 0)
                Resize(_slots.Length * 2);
            var membership = new Membership(this, socket) { Slot = _free[--_freeCount] };
            _members[membership.Slot] = membership;
            Volatile.Write(ref _slots[membership.Slot], socket);
            return membership;
        }
    }

    /// <summary>Takes a socket out.</summary>
    /// <param name="membership">What <see cref="TryJoin"/> gave.</param>
    /// <param name="dieWhenEmpty">Whether an empty room refuses to be joined from now on.</param>
    /// <returns>Whether the room died.</returns>
    public bool Leave(Membership membership, bool dieWhenEmpty)
    {
        lock (_sync)
        {
            _members[membership.Slot] = null;
            Volatile.Write(ref _slots[membership.Slot], null);
            _free[_freeCount++] = membership.Slot;
            var count = _slots.Length - _freeCount;
            if (count == 0 && dieWhenEmpty)
            {
                _dead = true;
                return true;
            }
            if (_slots.Length >= SmallestCompacted && count < _slots.Length / 8)
                Resize(_slots.Length / 4);
            return false;
        }
    }

    // Moves the members to the front of new arrays, so that walks stay short and free slots are at the end.
    private void Resize(int size)
    {
        var slots = new Socket?[size];
        var members = new Membership?[size];
        var count = 0;
        foreach (var member in _members)
        {
            if (member is null)
                continue;
            members[count] = member;
            slots[count] = member.Socket;
            member.Slot = count++;
        }

        _free = new int[size];
        _freeCount = 0;
        for (var slot = size - 1; slot >= count; slot--)
            _free[_freeCount++] = slot;
        _members = members;
        Volatile.Write(ref _slots, slots);
    }
}
