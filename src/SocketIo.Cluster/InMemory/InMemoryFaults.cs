namespace SocketIo.Cluster.InMemory;

/// <summary>
/// What goes wrong between the nodes. Rates are shares of messages, from 0 to 1, for each receiver anew. The same seed gives the same
/// faults where one thread runs everything.
/// </summary>
public sealed class InMemoryFaults
{
    /// <summary>Where the random numbers start. Default 1.</summary>
    public int Seed { get; set; } = 1;

    /// <summary>Messages take up to so long; those of one sender still come in order. Default none.</summary>
    public TimeSpan MaxDelay { get; set; }

    /// <summary>Opening a room takes up to so long until its broadcasts arrive. Default none.</summary>
    public TimeSpan MaxOpenRoomDelay { get; set; }

    /// <summary>How many messages are lost.</summary>
    public double DropRate { get; set; }

    /// <summary>How many messages come twice. Makes the links unreliable (<see cref="NamespaceLink.IsReliable"/>).</summary>
    public double DuplicateRate { get; set; }

    /// <summary>How many messages may be overtaken by others of their sender. Makes the links unreliable.</summary>
    public double ReorderRate { get; set; }

    /// <summary>How many sessions of clients can't be saved.</summary>
    public double SaveFailureRate { get; set; }
}
