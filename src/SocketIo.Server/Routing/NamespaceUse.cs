namespace SocketIo.Routing;

/// <summary>
/// How many sockets use a namespace: those that are connected, and those that wait for the middleware's decision. In the same word, whether
/// it stays without any, and whether it is removed, so that nobody begins to use one that goes.
/// </summary>
internal struct NamespaceUse
{
    private const int StaysBit = 1 << 30;

    // all bits: none can be added any more
    private const int Removed = -1;

    private int _users;

    /// <summary>One more; false when the namespace is removed.</summary>
    public bool TryAdd()
    {
        for (var users = Volatile.Read(ref _users); users != Removed; users = Volatile.Read(ref _users))
        {
            if (Interlocked.CompareExchange(ref _users, users + 1, users) == users)
                return true;
        }
        return false;
    }

    /// <summary>The namespace stays though nobody has been in it yet; false when it is removed.</summary>
    public bool TryStay()
    {
        if ((Volatile.Read(ref _users) & StaysBit) == 0)
            Interlocked.Or(ref _users, StaysBit);
        return Volatile.Read(ref _users) != Removed;
    }

    /// <summary>One less.</summary>
    /// <param name="canGo">Whether the namespace can be removed at all.</param>
    /// <param name="canGoAfterUse">Whether it can also when it is to stay.</param>
    /// <returns>True when the caller is to remove it.</returns>
    public bool Remove(bool canGo, bool canGoAfterUse)
    {
        var users = Interlocked.Decrement(ref _users);
        if (!canGo || users != (canGoAfterUse ? users & StaysBit : 0))
            return false;
        return Interlocked.CompareExchange(ref _users, Removed, users) == users;
    }
}
