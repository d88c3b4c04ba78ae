using SocketIo.Cluster.InMemory;

namespace SocketIo.Cluster.Tests.Simulation;

/// <summary>A hundred nodes and a thousand rooms under churn and faults, by seed.</summary>
public class SimulationTests
{
    private static IEnumerable<TestCaseData> Clusters()
    {
        foreach (var seed in (int[])[1])
        {
            yield return Case("by count", seed, new() { Members = MemberKnowledge.ByCount });
            yield return Case("by count, channels of rooms", seed, new() { Members = MemberKnowledge.ByCount, ReceiveByRoom = true, Faults = new() { MaxOpenRoomDelay = TimeSpan.FromMilliseconds(40) } });
            yield return Case("by id", seed, new() { Members = MemberKnowledge.ById });
            yield return Case("by heartbeat, repeated and reordered", seed, new() { Members = MemberKnowledge.ByHeartbeat, Faults = new() { DuplicateRate = 0.05, ReorderRate = 0.1 } });
        }
    }

    private static TestCaseData Case(string name, int seed, InMemoryClusterOptions options)
    {
        options.Faults.Seed = seed;
        options.Faults.MaxDelay = TimeSpan.FromMilliseconds(30);
        return new TestCaseData(options).SetArgDisplayNames($"{name}, seed {seed}");
    }

    [TestCaseSource(nameof(Clusters))]
    public void Each_live_member_gets_each_event_exactly_once_and_requests_end_and_nothing_is_left(InMemoryClusterOptions options)
    {
        using var simulation = new ClusterSimulation(options, rooms: 1_000);
        simulation.Start(100, socketsOfEach: 20);
        for (var round = 0; round < 5; round++)
            simulation.Round(happenings: 200);
        Assert.That(simulation.Deliveries, Is.GreaterThan(10_000));
        Assert.That(simulation.Requests, Is.GreaterThan(50));
        Assert.That(simulation.End(), Is.Empty);
    }

    // The table of docs/scaling.md, and the rule by which it computes what larger clusters need.
    [TestCase(10)]
    [TestCase(100)]
    public void With_channels_of_rooms_a_node_reads_the_messages_of_its_own_rooms_only(int nodes)
    {
        var others = 1_000 - 1_000 / nodes;
        var shareOfRooms = 1 - Math.Pow(1 - 1.0 / 1_000, 20 * 3);
        Assert.That(ReadsOf(nodes, byRoom: true), Is.EqualTo(others * shareOfRooms).Within(10).Percent);
        Assert.That(ReadsOf(nodes, byRoom: false), Is.EqualTo(others), "all but its own");
    }

    // Of 1,000 messages to one room each, how many a node reads, which has 20 clients in 3 of 1,000 rooms each.
    private static double ReadsOf(int nodes, bool byRoom)
    {
        using var simulation = new ClusterSimulation(new() { Members = MemberKnowledge.ByCount, ReceiveByRoom = byRoom }, rooms: 1_000);
        simulation.Start(nodes, socketsOfEach: 20);
        var reads = simulation.ReadsOfRoomMessages(1_000);
        TestContext.Out.WriteLine($"{nodes} nodes, {(byRoom ? "by room" : "all")}: {reads:F0}");
        return reads;
    }
}
