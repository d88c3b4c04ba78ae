namespace SocketIo.Engine.Sessions;

/// <summary>The transport that a session uses, and the upgrade that may replace it.</summary>
internal struct SessionTransport
{
    private Transport _current;
    private Upgrade? _upgrade;

    public SessionTransport(Transport transport) => _current = transport;

    public Transport Current => Volatile.Read(ref _current);

    public Upgrade? Upgrade => Volatile.Read(ref _upgrade);

    /// <summary>The upgrade that a transport not in use attempts; null once it is over, whatever the next candidate does.</summary>
    public Upgrade? UpgradeOf(Transport transport) => Upgrade is { } upgrade && upgrade.IsOf(transport) ? upgrade : null;

    /// <summary>Begins an upgrade; false while another is under way, and after one that has succeeded.</summary>
    public bool TryBegin(Upgrade upgrade)
    {
        if (Interlocked.CompareExchange(ref _upgrade, upgrade, null) is not null)
            return false;

        // another one has succeeded just before
        if (Current.Kind is EngineTransports.Polling)
            return true;
        EndUpgrade();
        return false;
    }

    /// <summary>The candidate takes over.</summary>
    public void Replace(Transport candidate)
    {
        Interlocked.Exchange(ref _current, candidate);
        EndUpgrade();
    }

    /// <summary>Another upgrade may begin, unless this one has succeeded.</summary>
    public void EndUpgrade() => Volatile.Write(ref _upgrade, null);
}
