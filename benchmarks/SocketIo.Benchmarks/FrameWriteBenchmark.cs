using BenchmarkDotNet.Attributes;
using SocketIo.Benchmarks.Support;
using SocketIo.Engine.Frames;

namespace SocketIo.Benchmarks;

/// <summary>What is saved by making one frame for all receivers of a message?</summary>
[MemoryDiagnoser]
public class FrameWriteBenchmark
{
    private readonly byte[] _buffer = new byte[1 << 17];
    private byte[] _payload = [];

    [Params(1, 1000)]
    public int Receivers { get; set; }

    [Params(64, 65536)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _payload = new byte[Size];
        Random.Shared.NextBytes(_payload);
        var expected = (long)Receivers * (FrameWriter.HeaderSize(Size) + Size);
        Check.Equal(expected, FramePerReceiver(), "bytes of a frame per receiver");
        Check.Equal(expected, CopyPerReceiver(), "bytes of a copy per receiver");
        Check.Equal(expected, SharedFrame(), "bytes of a shared frame");
        Check.Same(Frame.Of(Opcode.Binary, _payload).Span, _buffer.AsSpan(0, (int)(expected / Receivers)), "the copy");
    }

    [Benchmark(Baseline = true)]
    public long FramePerReceiver()
    {
        var total = 0L;
        for (var i = 0; i < Receivers; i++)
            total += Frame.Of(Opcode.Binary, _payload).Span.Length;
        return total;
    }

    /// <summary>As a stack does that frames into a buffer of each connection.</summary>
    [Benchmark]
    public long CopyPerReceiver()
    {
        var total = 0L;
        for (var i = 0; i < Receivers; i++)
        {
            var header = FrameWriter.WriteHeader(_buffer, Opcode.Binary, _payload.Length);
            _payload.CopyTo(_buffer, header);
            total += header + _payload.Length;
        }
        return total;
    }

    [Benchmark]
    public long SharedFrame()
    {
        var frame = Frame.Of(Opcode.Binary, _payload);
        var total = 0L;
        for (var i = 0; i < Receivers; i++)
            total += frame.Span.Length;
        return total;
    }
}
