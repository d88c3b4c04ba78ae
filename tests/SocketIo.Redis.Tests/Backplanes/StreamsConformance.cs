using SocketIo.Cluster;
using SocketIo.Cluster.Testing;
using SocketIo.TestKit;

namespace SocketIo.Redis.Tests.Backplanes;

/// <summary>What every backplane with a log has to do, on streams of a real Redis that keeps its data.</summary>
[TestFixture("streams")]
[TestFixture("streams-sharded")]
[Parallelizable]
public class StreamsConformance(string kind) : LoggedBackplaneConformance
{
    private readonly LogSink _log = new();
    private RedisServer _redis = null!;
    private RelayedBackplanes? _backplanes;
    private int _lastPrefix;

    protected override bool CanStop => true;

    protected override bool CanKill => true;

    protected override bool CanHang => true;

    [OneTimeSetUp]
    public async Task StartRedisAsync() => _redis = await RedisServer.StartAsync("appendonly yes", "appendfsync always");

    [OneTimeTearDown]
    public async Task StopRedisAsync()
    {
        _backplanes?.Close();
        await _redis.DisposeAsync();
    }

    [SetUp]
    public void Begin()
    {
        // those of the test before: its nodes have left by now
        _backplanes?.Close();
        var prefix = $"c{++_lastPrefix}";
        _backplanes = new RelayedBackplanes(_redis, endpoint => new Kind(kind).Create(endpoint, _log, prefix: prefix));
    }

    protected override Backplane CreateBackplane() => _backplanes!.Create();

    protected override Task KillAsync(Backplane backplane)
    {
        _backplanes!.Of(backplane).Cut();
        return Task.CompletedTask;
    }

    protected override Task HangAsync(Backplane backplane)
    {
        _backplanes!.Of(backplane).Suspend();
        return Task.CompletedTask;
    }

    protected override Task StopAsync() => _redis.KillAsync();

    protected override Task StartAsync() => _redis.StartAsync();
}
