using SocketIo.Cluster.InMemory;

namespace SocketIo.Cluster.Tests.InMemory;

/// <summary>Messages take time, and rooms take longer to open than a broadcast travels.</summary>
[Parallelizable]
public class SlowInMemoryConformance : InMemoryTests
{
    protected override InMemoryClusterOptions Options => new()
    {
        Members = MemberKnowledge.ByCount,
        ReceiveByRoom = true,
        Faults = new() { MaxDelay = TimeSpan.FromMilliseconds(1), MaxOpenRoomDelay = TimeSpan.FromMilliseconds(20) },
    };
}
