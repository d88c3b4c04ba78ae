using BenchmarkDotNet.Attributes;
using SocketIo.Benchmarks.Support;
using SocketIo.Engine.Frames;
using SocketIo.Engine;
using SocketIo.Engine.Sessions;

namespace SocketIo.Benchmarks;

/// <summary>
/// From how many receivers on is it worth to share their drains out to the thread pool? Decides on the numbers in
/// <see cref="Cork"/>, for which it has to run where there are more cores than two.
/// </summary>
[MemoryDiagnoser]
public class DrainSharingBenchmark : IDisposable
{
    private readonly NullServer _server = new();
    private readonly Frame _frame = Frame.Of(Opcode.Text, "42[\"news\"]"u8);
    private EngineSession[] _sessions = [];

    [Params(16, 32, 33, 64, 256, 1024)]
    public int Receivers { get; set; }

    // Spins: nothing, and some two microseconds, what a send on a loopback socket takes.
    [Params(0, 50)]
    public int WriteCost { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _sessions = [.. _server.Connect(Receivers, WriteCost).Select(static socket => socket.Client.Session)];
        var before = Deliveries.Total;
        Inline();
        Shared();
        Check.Equal(2 * Receivers, Deliveries.Total - before, "frames delivered");
    }

    /// <summary>Each receiver is written to by the caller, one after the other.</summary>
    [Benchmark(Baseline = true)]
    public void Inline()
    {
        foreach (var session in _sessions)
            session.Enqueue(_frame);
    }

    /// <summary>As a broadcast does it: all queues first, then the drains; until the last has written.</summary>
    [Benchmark]
    public void Shared()
    {
        var before = Deliveries.Total;
        using (Cork.Hold())
        {
            foreach (var session in _sessions)
                session.Enqueue(_frame);
        }
        Deliveries.WaitFor(before + Receivers);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _server.Dispose();
        GC.SuppressFinalize(this);
    }
}
