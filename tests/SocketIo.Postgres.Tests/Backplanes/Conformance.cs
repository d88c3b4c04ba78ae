using SocketIo.Cluster;
using SocketIo.Cluster.Testing;
using SocketIo.TestKit;

namespace SocketIo.Postgres.Tests.Backplanes;

/// <summary>What every backplane has to do, on notifications of a real PostgreSQL.</summary>
[Parallelizable]
public class Conformance : BackplaneConformance
{
    private readonly LogSink _log = new();
    private PostgresServer _server = null!;
    private RelayedBackplanes _backplanes = null!;

    protected override bool CanStop => true;

    protected override bool CanKill => true;

    protected override bool CanHang => true;

    [OneTimeSetUp]
    public async Task StartServerAsync()
    {
        _server = await PostgresServer.StartAsync();
        _backplanes = new RelayedBackplanes(_server, _log, recovery: false);
    }

    [OneTimeTearDown]
    public async Task StopServerAsync()
    {
        _backplanes.Close();
        await _server.DisposeAsync();
    }

    [SetUp]
    public void Begin() => _backplanes.Begin();

    protected override Backplane CreateBackplane() => _backplanes.Create();

    protected override Task KillAsync(Backplane backplane)
    {
        _backplanes.Of(backplane).Cut();
        return Task.CompletedTask;
    }

    protected override Task HangAsync(Backplane backplane)
    {
        _backplanes.Of(backplane).Suspend();
        return Task.CompletedTask;
    }

    protected override Task StopAsync() => _server.KillAsync();

    protected override Task StartAsync() => _server.StartAsync();
}
