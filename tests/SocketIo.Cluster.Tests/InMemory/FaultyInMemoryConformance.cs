using SocketIo.Cluster.InMemory;

namespace SocketIo.Cluster.Tests.InMemory;

/// <summary>Messages that are late, come twice and overtake each other: what is above the backplane puts it right.</summary>
[Parallelizable]
public class FaultyInMemoryConformance : InMemoryTests
{
    protected override InMemoryClusterOptions Options => new()
    {
        Members = MemberKnowledge.ByHeartbeat,
        Serialize = true,
        Faults = new() { MaxDelay = TimeSpan.FromMilliseconds(3), DuplicateRate = 0.1, ReorderRate = 0.2 },
    };
}
