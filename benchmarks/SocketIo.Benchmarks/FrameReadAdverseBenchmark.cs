using System.Buffers;
using System.Text;
using BenchmarkDotNet.Attributes;
using SocketIo.Benchmarks.Support;
using SocketIo.Engine.Frames;
using SocketIo.Engine.WebSockets;

namespace SocketIo.Benchmarks;

/// <summary>How much more do the same 64 KB cost when a client sends them in the least convenient pieces?</summary>
[MemoryDiagnoser]
public class FrameReadAdverseBenchmark : IDisposable
{
    private const int Size = 64 * 1024;
    private const int Piece = 8;

    private readonly FrameReader _reader = new(1 << 20);
    private ReadOnlySequence<byte> _whole;
    private ReadOnlySequence<byte> _tinyFrames;
    private ReadOnlySequence<byte> _tinyFragments;
    private ReadOnlySequence<byte> _tinySegments;

    [GlobalSetup]
    public void Setup()
    {
        var payload = Encoding.ASCII.GetBytes(new string('x', Size));
        var whole = ClientFrame.Of(payload);
        var pieces = payload.Chunk(Piece).ToArray();
        _whole = new ReadOnlySequence<byte>(whole);
        _tinySegments = ClientFrame.Split(whole, Piece);
        _tinyFrames = new ReadOnlySequence<byte>([.. pieces.SelectMany(static piece => ClientFrame.Of(piece))]);
        _tinyFragments = new ReadOnlySequence<byte>(
            [.. pieces.SelectMany((piece, i) => ClientFrame.Of(piece, i == 0 ? Opcode.Text : Opcode.Continuation, i == pieces.Length - 1))]);
        Check.Equal(Size, OneFrame(), "bytes of one frame");
        Check.Equal(Size, TinyFrames(), "bytes of tiny frames");
        Check.Equal(Size, TinyFragments(), "bytes of tiny fragments");
        Check.Equal(Size, TinySegments(), "bytes of tiny segments");
    }

    [Benchmark(Baseline = true)]
    public int OneFrame() => Read(_whole);

    /// <summary>8,192 messages of 8 bytes.</summary>
    [Benchmark]
    public int TinyFrames() => Read(_tinyFrames);

    /// <summary>One message of 8,192 fragments.</summary>
    [Benchmark]
    public int TinyFragments() => Read(_tinyFragments);

    /// <summary>One frame that a pipe hands out in 8,193 segments.</summary>
    [Benchmark]
    public int TinySegments() => Read(_tinySegments);

    [GlobalCleanup]
    public void Dispose()
    {
        _reader.Drop();
        GC.SuppressFinalize(this);
    }

    private int Read(ReadOnlySequence<byte> input)
    {
        var total = 0;
        while (_reader.TryRead(ref input) is FrameReadStatus.Text)
            total += _reader.Payload.Length;
        return total;
    }
}
