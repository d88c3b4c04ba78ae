using SocketIo.Cluster.InMemory;

namespace SocketIo.Cluster.Tests.InMemory;

/// <summary>The backplane in memory, as the kinds of backplanes that it can be like.</summary>
[TestFixture(MemberKnowledge.ById, false)]
[TestFixture(MemberKnowledge.ByCount, false)]
[TestFixture(MemberKnowledge.ByCount, true)]
[TestFixture(MemberKnowledge.ByHeartbeat, false)]
[Parallelizable]
public class InMemoryConformance(MemberKnowledge members, bool byRoom) : InMemoryTests
{
    protected override InMemoryClusterOptions Options => new() { Members = members, ReceiveByRoom = byRoom, Serialize = true };
}
