namespace SocketIo.Rooms;

/// <summary>
/// The members of one room. Broadcasts walk <see cref="Slots"/> without a lock; joins and leaves write under one.
/// </summary>
internal sealed class Room<T>(string name) where T : class
{
    private const int InitialSlots = 2;

    // Below this no walk is long enough to be worth the copy.
    private const int SmallestCompacted = 64;

    private readonly Lock _sync = new();

    // Published whole; a slot is written under _sync and read without.
    private T?[] _slots = new T?[InitialSlots];

    // guarded by _sync
    private Membership<T>?[] _members = new Membership<T>?[InitialSlots];
    private int[] _free = [1, 0];
    private int _freeCount = InitialSlots;
    private bool _dead;

    public string Name => name;

    /// <summary>The members, with holes. Taken once, then walked: who leaves later may still be seen, who joins later may not.</summary>
    public T?[] Slots => Volatile.Read(ref _slots);

    public int Count
    {
        get
        {
            lock (_sync)
                return _slots.Length - _freeCount;
        }
    }

    /// <summary>Adds a member; null when the room is dead and another must be made.</summary>
    public Membership<T>? TryJoin(T member)
    {
        lock (_sync)
        {
            if (_dead)
                return null;
            if (_freeCount == 0)
                Resize(_slots.Length * 2);
            var membership = new Membership<T>(this, member) { Slot = _free[--_freeCount] };
            _members[membership.Slot] = membership;
            Volatile.Write(ref _slots[membership.Slot], member);
            return membership;
        }
    }

    /// <summary>Takes a member out.</summary>
    /// <param name="membership">What <see cref="TryJoin"/> gave.</param>
    /// <param name="dieWhenEmpty">Whether an empty room refuses to be joined from now on.</param>
    /// <returns>Whether the room died.</returns>
    public bool Leave(Membership<T> membership, bool dieWhenEmpty)
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
        var slots = new T?[size];
        var members = new Membership<T>?[size];
        var count = 0;
        foreach (var member in _members)
        {
            if (member is null)
                continue;
            members[count] = member;
            slots[count] = member.Member;
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
