using SocketIo.Cluster.InMemory;
using SocketIo.Cluster.Testing;

namespace SocketIo.Cluster.Tests.InMemory;

/// <summary>Backplanes in memory that keep nothing, for the conformance tests.</summary>
public abstract class InMemoryTests : BackplaneConformance
{
    private InMemoryMedium _medium = null!;

    protected override bool CanStop => true;

    protected override bool CanKill => true;

    protected override bool CanHang => true;

    protected abstract InMemoryClusterOptions Options { get; }

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
