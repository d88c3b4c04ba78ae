namespace SocketIo.Cluster.Nodes;

/// <summary>Another node, known by its messages.</summary>
internal sealed class Peer(long heardAt)
{
    private long _lastHeard = heardAt;
    private long _timeout = long.MaxValue;

    /// <summary>When it was heard first, as a timestamp.</summary>
    public long FirstHeard { get; } = heardAt;

    /// <summary>When it was heard last.</summary>
    public long LastHeard
    {
        get => Volatile.Read(ref _lastHeard);
        set => Volatile.Write(ref _lastHeard, value);
    }

    /// <summary>For how long it may be silent, in units of the timestamp; longest until it is known that it sends heartbeats.</summary>
    public long Timeout
    {
        get => Volatile.Read(ref _timeout);
        set => Volatile.Write(ref _timeout, value);
    }

    /// <summary>Whether it is one of ours, which sends heartbeats for all its namespaces at once.</summary>
    public bool IsOurs { get; set; }

    /// <summary>Whether it was silent for too long and has not been heard since.</summary>
    public bool IsLost { get; set; }

    /// <summary>Whether it has said that it leaves and has not been heard since.</summary>
    public bool HasLeft { get; set; }
}
