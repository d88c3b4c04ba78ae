using System.Buffers;
using System.Buffers.Binary;
using SocketIo.Engine.Frames;

namespace SocketIo.Benchmarks.Support;

/// <summary>Masked frames as a client sends them, and the sequences a pipe would hand them out in.</summary>
internal static class ClientFrame
{
    private static readonly byte[] Key = [0x37, 0xFA, 0x21, 0x3D];

    public static byte[] Of(ReadOnlySpan<byte> payload, Opcode opcode = Opcode.Text, bool isFinal = true)
    {
        Span<byte> header = stackalloc byte[FrameWriter.MaxHeaderSize];
        header = header[..FrameWriter.WriteHeader(header, opcode, payload.Length)];
        header[1] |= 0x80;
        if (!isFinal)
            header[0] &= 0x7F;
        byte[] frame = [.. header, .. Key, .. payload];
        for (var i = 0; i < payload.Length; i++)
            frame[header.Length + Key.Length + i] ^= Key[i % Key.Length];
        return frame;
    }

    /// <summary>The straightforward reader of one frame: header, new array, one byte after the other.</summary>
    public static byte[] ReadSimply(ReadOnlySpan<byte> frame)
    {
        var (keyAt, length) = (frame[1] & 0x7F) switch
        {
            126 => (4, BinaryPrimitives.ReadUInt16BigEndian(frame[2..])),
            127 => (10, checked((int)BinaryPrimitives.ReadUInt64BigEndian(frame[2..]))),
            var small => (2, small),
        };
        var key = frame.Slice(keyAt, Key.Length);
        var payload = frame[(keyAt + Key.Length)..];
        var unmasked = new byte[length];
        for (var i = 0; i < unmasked.Length; i++)
            unmasked[i] = (byte)(payload[i] ^ key[i & 3]);
        return unmasked;
    }

    /// <summary>The bytes in segments of a size.</summary>
    public static ReadOnlySequence<byte> Split(byte[] bytes, int size)
    {
        var first = new Segment(bytes.AsMemory(0, Math.Min(size, bytes.Length)), 0);
        var last = first;
        for (var at = size; at < bytes.Length; at += size)
            last = last.Append(bytes.AsMemory(at, Math.Min(size, bytes.Length - at)));
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long runningIndex)
        {
            Memory = memory;
            RunningIndex = runningIndex;
        }

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
