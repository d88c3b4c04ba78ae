using System.Buffers.Binary;

namespace SocketIo.Engine.Frames;

/// <summary>Sizes, writes and walks unmasked server frames (RFC 6455 5.2).</summary>
internal static class FrameWriter
{
    private const byte Fin = 0x80;

    // RFC 7692 6
    private const byte Compressed = 0x40;

    /// <summary>The largest header of a server frame: two bytes and a 64-bit length.</summary>
    public const int MaxHeaderSize = 10;

    public static int HeaderSize(int payloadLength) => payloadLength switch
    {
        < 126 => 2,
        <= ushort.MaxValue => 4,
        _ => MaxHeaderSize,
    };

    /// <summary>Writes the header of one final frame; returns its size.</summary>
    public static int WriteHeader(Span<byte> destination, Opcode opcode, int payloadLength)
    {
        destination[0] = (byte)(Fin | (byte)opcode);
        switch (payloadLength)
        {
            case < 126:
                destination[1] = (byte)payloadLength;
                return 2;
            case <= ushort.MaxValue:
                destination[1] = 126;
                BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)payloadLength);
                return 4;
            default:
                destination[1] = 127;
                BinaryPrimitives.WriteUInt64BigEndian(destination[2..], (ulong)payloadLength);
                return MaxHeaderSize;
        }
    }

    /// <summary>The same for a message that is deflated.</summary>
    public static int WriteCompressedHeader(Span<byte> destination, Opcode opcode, int payloadLength)
    {
        var size = WriteHeader(destination, opcode, payloadLength);
        destination[0] |= Compressed;
        return size;
    }

    /// <summary>Splits the first of the frames that <see cref="WriteHeader"/> headed off <paramref name="frames"/>.</summary>
    public static ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> frames, out Opcode opcode)
    {
        opcode = (Opcode)(frames[0] & 0x0F);
        var (header, length) = frames[1] switch
        {
            126 => (4, BinaryPrimitives.ReadUInt16BigEndian(frames[2..])),
            127 => (MaxHeaderSize, checked((int)BinaryPrimitives.ReadUInt64BigEndian(frames[2..]))),
            var small => (2, (int)small),
        };
        var payload = frames.Slice(header, length);
        frames = frames[(header + length)..];
        return payload;
    }
}
