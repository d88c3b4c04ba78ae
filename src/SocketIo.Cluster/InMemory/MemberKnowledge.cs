namespace SocketIo.Cluster.InMemory;

/// <summary>What a backplane in memory knows of its nodes: as various as real ones.</summary>
public enum MemberKnowledge
{
    /// <summary>All ids, and at once who is gone: like sockets between the servers.</summary>
    ById,

    /// <summary>How many there are: like Redis.</summary>
    ByCount,

    /// <summary>Nothing: nodes are known by their heartbeats, like on Postgres.</summary>
    ByHeartbeat,
}
