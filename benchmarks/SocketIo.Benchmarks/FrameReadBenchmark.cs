using System.Buffers;
using System.Text;
using System.Text.Unicode;
using BenchmarkDotNet.Attributes;
using SocketIo.Benchmarks.Support;
using SocketIo.Engine.WebSockets;

namespace SocketIo.Benchmarks;

/// <summary>What does it cost to read one text frame of a client, unmasked and checked for UTF-8, into memory of our own?</summary>
[MemoryDiagnoser]
public class FrameReadBenchmark : IDisposable
{
    private readonly FrameReader _reader = new(1 << 20);
    private byte[] _frame = [];

    [Params(8, 64, 1024, 65536)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var payload = Encoding.ASCII.GetBytes(new string('x', Size));
        _frame = ClientFrame.Of(payload);
        Check.Equal(Size, ByteByByte(), "the simple reader's length");
        Check.Equal(Size, Reader(), "the frame reader's length");
        Check.Same(payload, ClientFrame.ReadSimply(_frame), "the simple reader's payload");
        Check.Same(payload, _reader.Payload, "the frame reader's payload");
    }

    [Benchmark(Baseline = true)]
    public int ByteByByte()
    {
        var payload = ClientFrame.ReadSimply(_frame);
        return Utf8.IsValid(payload) ? payload.Length : -1;
    }

    [Benchmark]
    public int Reader()
    {
        var input = new ReadOnlySequence<byte>(_frame);
        return _reader.TryRead(ref input) is FrameReadStatus.Text ? _reader.Payload.Length : -1;
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _reader.Drop();
        GC.SuppressFinalize(this);
    }
}
