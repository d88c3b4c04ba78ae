using BenchmarkDotNet.Attributes;
using SocketIo.Benchmarks.Support;

namespace SocketIo.Benchmarks;

/// <summary>Do broadcasts to different rooms hinder each other? The same number of them from one task and from two.</summary>
[MemoryDiagnoser]
public class ParallelBroadcastBenchmark : IDisposable
{
    // so many that starting the second task does not count: about ten milliseconds for the small rooms
    private const int Broadcasts = 4096;

    private readonly NullServer _server = new();

    // Below the threshold up to which a broadcast drains by itself, and far above it, where one task alone keeps all cores busy.
    [Params(16, 1000)]
    public int ReceiversPerRoom { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var sockets = _server.Connect(2 * ReceiversPerRoom, 0);
        for (var i = 0; i < sockets.Length; i++)
            sockets[i].JoinAsync("both", i % 2 == 0 ? "even" : "odd");
        AssertReachesAll(OneTask);
        AssertReachesAll(TwoTasks);
        AssertReachesAll(TwoTasksOneRoom);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Broadcasts)]
    public void OneTask()
    {
        var before = Deliveries.Total;
        Broadcast("even", Broadcasts / 2);
        Broadcast("odd", Broadcasts / 2);
        Deliveries.WaitFor(before + Broadcasts * ReceiversPerRoom);
    }

    [Benchmark(OperationsPerInvoke = Broadcasts)]
    public void TwoTasks() => InParallel("even", "odd", Broadcasts / 2);

    /// <summary>Adverse: both tasks meet at every receiver. The room is twice as large, so half the broadcasts give as many frames.</summary>
    [Benchmark(OperationsPerInvoke = Broadcasts)]
    public void TwoTasksOneRoom() => InParallel("both", "both", Broadcasts / 4);

    [GlobalCleanup]
    public void Dispose()
    {
        _server.Dispose();
        GC.SuppressFinalize(this);
    }

    private void InParallel(string here, string there, int broadcasts)
    {
        var before = Deliveries.Total;
        var other = Task.Run(() => Broadcast(there, broadcasts));
        Broadcast(here, broadcasts);
        other.GetAwaiter().GetResult();
        Deliveries.WaitFor(before + Broadcasts * ReceiversPerRoom);
    }

    private void Broadcast(string room, int count)
    {
        for (var i = 0; i < count; i++)
            _server.Io.To(room).EmitAsync("news", "how are you today?");
    }

    private void AssertReachesAll(Action broadcasts)
    {
        var before = Deliveries.Total;
        broadcasts();
        Check.Equal(Broadcasts * ReceiversPerRoom, Deliveries.Total - before, "frames delivered");
    }
}
