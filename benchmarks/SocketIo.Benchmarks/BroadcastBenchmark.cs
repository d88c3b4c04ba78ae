using BenchmarkDotNet.Attributes;
using SocketIo.Benchmarks.Support;

namespace SocketIo.Benchmarks;

/// <summary>
/// What does a broadcast cost from the emit until the last receiver's transport has the frame? Everything is real but the
/// transports, which take all at once: what a send costs comes on top.
/// </summary>
[MemoryDiagnoser]
public class BroadcastBenchmark : IDisposable
{
    private const string Text = "how are you today?";
    private const int MeasuredBroadcasts = 50;

    private readonly NullServer _server = new();

    [Params(10, 1000, 100_000)]
    public int Receivers { get; set; }

    private int Excepted => Receivers / 10;

    [GlobalSetup]
    public void Setup()
    {
        AssertNothingPerReceiver();
        var sockets = _server.Connect(Receivers, 0);
        for (var i = 0; i < Receivers; i++)
        {
            sockets[i].JoinAsync("room", "second");
            if (i < Excepted)
                sockets[i].JoinAsync("some");
        }
        AssertReaches(Receivers, EncodePerReceiver, "one encoded for each");
        AssertReaches(Receivers, Everybody, "the namespace");
        AssertReaches(Receivers, OneRoom, "a room");
        AssertReaches(Receivers, TwoRooms, "two rooms");
        AssertReaches(Receivers - Excepted, Except, "all but some");
    }

    [Benchmark(Baseline = true)]
    public void EncodePerReceiver()
    {
        var before = Deliveries.Total;
        foreach (var pair in _server.Io.Sockets)
            pair.Value.EmitAsync("news", Text);
        Deliveries.WaitFor(before + Receivers);
    }

    [Benchmark]
    public void Everybody() => Broadcast(_server.Io.Local, Receivers);

    [Benchmark]
    public void OneRoom() => Broadcast(_server.Io.To("room"), Receivers);

    /// <summary>Both rooms have all sockets as members: each is found twice and gets one.</summary>
    [Benchmark]
    public void TwoRooms() => Broadcast(_server.Io.To("room", "second"), Receivers);

    /// <summary>A tenth of the receivers is in the room that is left out.</summary>
    [Benchmark]
    public void Except() => Broadcast(_server.Io.Except("some"), Receivers - Excepted);

    [GlobalCleanup]
    public void Dispose()
    {
        _server.Dispose();
        GC.SuppressFinalize(this);
    }

    private static void Broadcast(BroadcastOperator target, int receivers)
    {
        var before = Deliveries.Total;
        target.EmitAsync("news", Text);
        Deliveries.WaitFor(before + receivers);
    }

    private static void AssertReaches(int receivers, Action broadcast, string what)
    {
        var before = Deliveries.Total;
        broadcast();
        Check.Equal(receivers, Deliveries.Total - before, $"receivers of a broadcast to {what}");
    }

    /// <summary>A broadcast to 1,000 allocates what one to 10 does, and that is the frame.</summary>
    private static void AssertNothingPerReceiver()
    {
        var few = AllocatedBy(10);
        var many = AllocatedBy(1000);

        // the frame object, its array with header, and no more than a rounding besides
        const int Frame = 24 + 24 + 48;
        if (few > Frame || many > Frame)
            throw new InvalidOperationException($"A broadcast allocates {few} bytes for 10 receivers and {many} for 1,000.");
    }

    /// <summary>Bytes of one broadcast on all threads; the least of several rounds, since other threads have their own work too.</summary>
    private static long AllocatedBy(int receivers)
    {
        using var server = new NullServer();
        server.Connect(receivers, 0);
        var least = long.MaxValue;
        for (var round = 0; round < 10; round++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var i = 0; i < MeasuredBroadcasts; i++)
                Broadcast(server.Io.Local, receivers);
            least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / MeasuredBroadcasts);
        }
        return least;
    }
}
