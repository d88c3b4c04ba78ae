using System.Runtime.InteropServices;

namespace SocketIo.Benchmarks.Support;

/// <summary>
/// Counts the frames that have reached a <see cref="NullTransport"/>, on whatever thread. Each thread counts for itself, so that
/// the count costs a receiver nanoseconds and no cache line travels.
/// </summary>
internal static class Deliveries
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly Lock Sync = new();

    // replaced whole under Sync
    private static Counter[] _counters = [];

    [ThreadStatic]
    private static Counter? _mine;

    public static long Total
    {
        get
        {
            var total = 0L;
            foreach (var counter in Volatile.Read(ref _counters))
                total += Volatile.Read(ref counter.Value);
            return total;
        }
    }

    public static void Add(int count)
    {
        var mine = _mine ??= Register();
        Volatile.Write(ref mine.Value, mine.Value + count);
    }

    /// <summary>Waits until so many frames have arrived in all; spins, since a sleep would be longer than most broadcasts.</summary>
    public static void WaitFor(long total)
    {
        var spin = new SpinWait();
        var started = Environment.TickCount64;
        while (Total < total)
        {
            spin.SpinOnce(sleep1Threshold: -1);
            if (Environment.TickCount64 - started > Deadline.TotalMilliseconds)
                throw new TimeoutException($"{total - Total} frames did not arrive.");
        }
    }

    private static Counter Register()
    {
        var counter = new Counter();
        lock (Sync)
            Volatile.Write(ref _counters, [.. _counters, counter]);
        return counter;
    }

    // two cache lines, so that neighbours on the heap are not shared
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private sealed class Counter
    {
        [FieldOffset(0)]
        public long Value;
    }
}
