using System.Buffers.Binary;

namespace SocketIo.LoadTest.Load;

/// <summary>Masked WebSocket frames of a client, one behind the other, to be sent in one write.</summary>
internal sealed class FrameBuffer(Dialect dialect)
{
    private const byte Final = 0x80;
    private const byte Masked = 0x80;
    private const int LongestHead = 14;

    private byte[] _bytes = new byte[64 * 1024];
    private int _length;
    private uint _mask = 0x9e3779b9;

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    public bool IsEmpty => _length == 0;

    public void Clear() => _length = 0;

    /// <summary>Appends a text with its number.</summary>
    public void Add(NumberedText text, int number)
    {
        var payload = Begin(ServerFrame.Text, text.Length + dialect.Terminator.Length);
        text.Write(payload, number);
        dialect.Terminator.CopyTo(payload[text.Length..]);
        Mask(payload);
    }

    /// <summary>Appends a text as it is.</summary>
    public void Add(ReadOnlySpan<byte> text)
    {
        var payload = Begin(ServerFrame.Text, text.Length + dialect.Terminator.Length);
        text.CopyTo(payload);
        dialect.Terminator.CopyTo(payload[text.Length..]);
        Mask(payload);
    }

    public void AddPong(ReadOnlySpan<byte> ping)
    {
        var payload = Begin(ServerFrame.Pong, ping.Length);
        ping.CopyTo(payload);
        Mask(payload);
    }

    /// <summary>Writes the head and gives the room for the payload behind it.</summary>
    private Span<byte> Begin(byte opcode, int length)
    {
        if (_bytes.Length - _length < LongestHead + length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + LongestHead + length));
        var frame = _bytes.AsSpan(_length);
        frame[0] = (byte)(Final | opcode);
        var head = 2;
        if (length < 126)
        {
            frame[1] = (byte)(Masked | length);
        }
        else if (length <= ushort.MaxValue)
        {
            frame[1] = Masked | 126;
            BinaryPrimitives.WriteUInt16BigEndian(frame[2..], (ushort)length);
            head = 4;
        }
        else
        {
            frame[1] = Masked | 127;
            BinaryPrimitives.WriteUInt64BigEndian(frame[2..], (ulong)length);
            head = 10;
        }

        // numbers that look random enough, from one multiplication
        _mask = _mask * 1664525 + 1013904223;
        BinaryPrimitives.WriteUInt32LittleEndian(frame[head..], _mask);
        _length += head + sizeof(uint) + length;
        return frame.Slice(head + sizeof(uint), length);
    }

    private void Mask(Span<byte> payload)
    {
        var mask = (ulong)_mask << 32 | _mask;
        for (; payload.Length >= sizeof(ulong); payload = payload[sizeof(ulong)..])
            BinaryPrimitives.WriteUInt64LittleEndian(payload, BinaryPrimitives.ReadUInt64LittleEndian(payload) ^ mask);
        for (var i = 0; i < payload.Length; i++)
            payload[i] ^= (byte)(mask >> (8 * i));
    }
}
