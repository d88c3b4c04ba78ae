namespace SocketIo.Engine.Epoll;

/// <summary>Who owns a descriptor: the operating system gives the lowest free number, so an array does.</summary>
internal sealed class PolledTable
{
    private const int InitialSize = 1024;

    private readonly Lock _growing = new();
    private IPolled?[] _owners = new IPolled?[InitialSize];

    public IPolled? this[int descriptor]
    {
        get
        {
            var owners = Volatile.Read(ref _owners);
            return (uint)descriptor < (uint)owners.Length ? Volatile.Read(ref owners[descriptor]) : null;
        }
    }

    public void Add(int descriptor, IPolled owner)
    {
        // locked, as growing would lose what is written to the former array meanwhile
        lock (_growing)
        {
            if (descriptor >= _owners.Length)
            {
                var larger = new IPolled?[Math.Max(descriptor + 1, _owners.Length * 2)];
                _owners.CopyTo(larger, 0);
                Volatile.Write(ref _owners, larger);
            }
            Volatile.Write(ref _owners[descriptor], owner);
        }
    }

    /// <summary>Before the descriptor is closed, since its number may be given to another one at once.</summary>
    public void Remove(int descriptor)
    {
        lock (_growing)
            Volatile.Write(ref _owners[descriptor], null);
    }

    /// <summary>Those that are there now.</summary>
    public List<IPolled> All()
    {
        lock (_growing)
            return [.. _owners.OfType<IPolled>()];
    }
}
