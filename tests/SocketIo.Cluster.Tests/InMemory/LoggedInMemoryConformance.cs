using SocketIo.Cluster.InMemory;
using SocketIo.Cluster.Testing;

namespace SocketIo.Cluster.Tests.InMemory;

/// <summary>The backplane in memory with a log.</summary>
[Parallelizable]
public class LoggedInMemoryConformance : LoggedBackplaneConformance
{
    private InMemoryMedium _medium = null!;

    protected override bool CanStop => true;

    protected override bool CanKill => true;

    protected override bool CanHang => true;

    private static InMemoryClusterOptions Options => new() { Members = MemberKnowledge.ByCount, LogSize = 100_000, Serialize = true };

    [SetUp]
    public void Begin() => _medium = new InMemoryMedium(Options);

    protected override Backplane CreateBackplane() => _medium.CreateBackplane();

    protected override Task StopAsync()
    {
        _medium.Stop();
        return Task.CompletedTask;
    }

    protected override Task StartAsync()
    {
        _medium.Start();
        return Task.CompletedTask;
    }

    protected override Task KillAsync(Backplane backplane)
    {
        ((InMemoryBackplane)backplane).Kill();
        return Task.CompletedTask;
    }

    protected override Task HangAsync(Backplane backplane)
    {
        ((InMemoryBackplane)backplane).Hang();
        return Task.CompletedTask;
    }
}
