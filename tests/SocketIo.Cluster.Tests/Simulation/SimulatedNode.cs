using SocketIo.Cluster.InMemory;
using SocketIo.Cluster.Testing;

namespace SocketIo.Cluster.Tests.Simulation;

/// <summary>A server of the simulation with its sockets, and what has happened to it.</summary>
internal sealed class SimulatedNode(InMemoryBackplane backplane, TestNode node)
{
    public InMemoryBackplane Backplane => backplane;

    public TestNode Node => node;

    public List<TestSocket> Sockets { get; } = [];

    public bool IsDead { get; set; }

    public bool IsHung { get; set; }

    public bool IsCut { get; set; }

    /// <summary>The latest round in which it was not well, or came.</summary>
    public int TroubledIn { get; set; } = -1;

    public bool IsWell => !IsDead && !IsHung && !IsCut;
}
