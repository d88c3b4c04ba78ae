namespace SocketIo.Cluster.InMemory;

/// <summary>What kind of backplane <see cref="InMemoryCluster"/> is like.</summary>
public sealed class InMemoryClusterOptions
{
    /// <summary>What it knows of its nodes. Default all.</summary>
    public MemberKnowledge Members { get; set; }

    /// <summary>Whether nodes get only those broadcasts to one room that they have opened. Default false.</summary>
    public bool ReceiveByRoom { get; set; }

    /// <summary>How many broadcasts of each namespace are kept for recovery. Default 0: there is no log.</summary>
    public int LogSize { get; set; }

    /// <summary>Whether messages become bytes on their way, as on a real backplane. Default false.</summary>
    public bool Serialize { get; set; }

    /// <summary>What goes wrong. Default nothing.</summary>
    public InMemoryFaults Faults { get; set; } = new();
}
