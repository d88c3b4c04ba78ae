using System.Diagnostics;
using System.Numerics;

namespace SocketIo.LoadTest.Load;

/// <summary>Latencies in stopwatch ticks, in buckets of at most 1.6 % (64 per power of two).</summary>
internal sealed class Histogram
{
    private const int Bits = 6;
    private readonly long[] _buckets = new long[(64 - Bits) << Bits];
    private long _count;
    private long _most;

    public double MostMilliseconds => _most * 1000.0 / Stopwatch.Frequency;

    public void Clear()
    {
        Array.Clear(_buckets);
        _count = 0;
        _most = 0;
    }

    public void Add(long ticks)
    {
        _buckets[Bucket((ulong)Math.Max(0, ticks))]++;
        _count++;
        _most = Math.Max(_most, ticks);
    }

    public double Milliseconds(double quantile)
    {
        var wanted = (long)(_count * quantile);
        long seen = 0;
        for (var i = 0; i < _buckets.Length; i++)
        {
            seen += _buckets[i];
            if (seen > wanted)
                return Middle(i) * 1000 / Stopwatch.Frequency;
        }
        return 0;
    }

    private static int Bucket(ulong value)
    {
        if (value < 1u << Bits)
            return (int)value;
        var shift = BitOperations.Log2(value) - Bits;
        return ((shift + 1) << Bits) + (int)((value >> shift) - (1u << Bits));
    }

    private static double Middle(int bucket)
    {
        if (bucket < 1 << Bits)
            return bucket;
        var shift = (bucket >> Bits) - 1;
        return ((bucket & ((1 << Bits) - 1)) + (1 << Bits) + 0.5) * Math.Pow(2, shift);
    }
}
