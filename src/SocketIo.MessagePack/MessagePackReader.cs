using System.Buffers.Binary;

namespace SocketIo.MessagePack;

/// <summary>Reads values of the MessagePack format forward. Whatever the bytes are, it reports and does not throw.</summary>
internal ref struct MessagePackReader(ReadOnlySpan<byte> input, int position = 0)
{
    private const byte FixMap = 0x80;
    private const byte FixArray = 0x90;
    private const byte FixString = 0xA0;
    private const byte Nil = 0xC0;
    private const byte FixExt1 = 0xD4;
    private const byte FixExt8 = 0xD7;
    private const byte NegativeFixInt = 0xE0;

    private readonly ReadOnlySpan<byte> _input = input;

    public int Position { get; private set; } = position;

    public readonly bool IsAtEnd => Position == _input.Length;

    public readonly ReadOnlySpan<byte> BytesOf(scoped in MessagePackToken token) => _input.Slice(token.Start, token.Length);

    /// <summary>Reads a value, or the head of an array or map. After anything but Ok the reader is of no use.</summary>
    public MessagePackStatus TryRead(out MessagePackToken token)
    {
        token = default;
        if (IsAtEnd)
            return MessagePackStatus.Truncated;
        var format = _input[Position++];
        return format switch
        {
            < FixMap => Number(format, out token),
            < FixArray => Container(MessagePackKind.Map, (uint)format & 0x0F, out token),
            < FixString => Container(MessagePackKind.Array, (uint)format & 0x0F, out token),
            < Nil => Bytes(MessagePackKind.String, (uint)format & 0x1F, out token),
            >= NegativeFixInt => Number((sbyte)format, out token),
            _ => ReadLong(format, out token),
        };
    }

    /// <summary>Moves behind a value, contents and all, of input that was checked.</summary>
    public void Skip()
    {
        for (var values = 1L; values > 0; values--)
        {
            TryRead(out var token);
            if (token.Kind is MessagePackKind.Array)
                values += token.Length;
            else if (token.Kind is MessagePackKind.Map)
                values += 2L * token.Length;
        }
    }

    /// <summary>Moves behind the next value if that is undefined; of input that was checked.</summary>
    public bool TrySkipUndefined()
    {
        var next = this;
        next.TryRead(out var token);
        if (token.Kind is not MessagePackKind.Undefined)
            return false;
        Position = next.Position;
        return true;
    }

    private MessagePackStatus ReadLong(byte format, out MessagePackToken token)
    {
        switch (format)
        {
            case Nil:
                return Value(new(MessagePackKind.Nil), out token);
            case 0xC2 or 0xC3:
                return Value(new(MessagePackKind.Boolean, format & 1UL), out token);
            case >= 0xC4 and <= 0xC6:
                return ReadBytes(MessagePackKind.Binary, 1 << (format - 0xC4), out token);
            case >= 0xC7 and <= 0xC9:
                return ReadExtension(1 << (format - 0xC7), out token);
            case 0xCA or 0xCB:
                return ReadFloat(format, out token);
            case >= 0xCC and <= 0xCF:
                return ReadUnsigned(1 << (format - 0xCC), out token);
            case >= 0xD0 and <= 0xD3:
                return ReadSigned(1 << (format - 0xD0), out token);
            case >= FixExt1 and <= 0xD8:
                return ReadFixedExtension(format, out token);
            case >= 0xD9 and <= 0xDB:
                return ReadBytes(MessagePackKind.String, 1 << (format - 0xD9), out token);
            case 0xDC or 0xDD:
                return ReadContainer(MessagePackKind.Array, 2 << (format - 0xDC), out token);
            case 0xDE or 0xDF:
                return ReadContainer(MessagePackKind.Map, 2 << (format - 0xDE), out token);
            default:
                return Fail(MessagePackStatus.UnknownFormat, out token);
        }
    }

    private MessagePackStatus ReadFloat(byte format, out MessagePackToken token)
    {
        if (!TryReadBits(format == 0xCA ? 4 : 8, out var bits))
            return Fail(MessagePackStatus.Truncated, out token);
        var value = format == 0xCA ? BitConverter.UInt32BitsToSingle((uint)bits) : BitConverter.UInt64BitsToDouble(bits);
        return Value(new(MessagePackKind.Float, BitConverter.DoubleToUInt64Bits(value)), out token);
    }

    private MessagePackStatus ReadUnsigned(int size, out MessagePackToken token)
    {
        if (!TryReadBits(size, out var bits))
            return Fail(MessagePackStatus.Truncated, out token);
        return Value(new(bits > long.MaxValue ? MessagePackKind.LargeInteger : MessagePackKind.Integer, bits), out token);
    }

    private MessagePackStatus ReadSigned(int size, out MessagePackToken token)
    {
        if (!TryReadBits(size, out var bits))
            return Fail(MessagePackStatus.Truncated, out token);
        var unused = 64 - (8 * size);
        return Number((long)(bits << unused) >> unused, out token);
    }

    private MessagePackStatus ReadBytes(MessagePackKind kind, int sizeOfLength, out MessagePackToken token) =>
        TryReadBits(sizeOfLength, out var length) ? Bytes(kind, (uint)length, out token) : Fail(MessagePackStatus.Truncated, out token);

    private MessagePackStatus ReadContainer(MessagePackKind kind, int sizeOfCount, out MessagePackToken token) =>
        TryReadBits(sizeOfCount, out var count) ? Container(kind, (uint)count, out token) : Fail(MessagePackStatus.Truncated, out token);

    private MessagePackStatus ReadExtension(int sizeOfLength, out MessagePackToken token)
    {
        if (!TryReadBits(sizeOfLength, out var length))
            return Fail(MessagePackStatus.Truncated, out token);
        var status = Extension((uint)length, out token);
        if (status is MessagePackStatus.Ok && token.ExtensionType == 0)
            token = token with { Kind = MessagePackKind.Binary };
        return status;
    }

    private MessagePackStatus ReadFixedExtension(byte format, out MessagePackToken token)
    {
        var status = Extension(1u << (format - FixExt1), out token);
        if (status is MessagePackStatus.Ok && token.ExtensionType == 0)
        {
            if (format == FixExt1)
                token = new(MessagePackKind.Undefined);
            else if (format == FixExt8)
                token = new(MessagePackKind.Date, BinaryPrimitives.ReadUInt64BigEndian(BytesOf(token)));
        }
        return status;
    }

    private MessagePackStatus Extension(uint length, out MessagePackToken token)
    {
        if (!TryReadBits(1, out var type))
            return Fail(MessagePackStatus.Truncated, out token);
        var status = Bytes(MessagePackKind.Extension, length, out token);
        token = token with { ExtensionType = (sbyte)type };
        return status;
    }

    private MessagePackStatus Bytes(MessagePackKind kind, uint length, out MessagePackToken token)
    {
        if (length > _input.Length - Position)
            return Fail(MessagePackStatus.Truncated, out token);
        token = new(kind, Start: Position, Length: (int)length);
        Position += (int)length;
        return MessagePackStatus.Ok;
    }

    // Each value has at least one byte: a count beyond the input is not believed.
    private readonly MessagePackStatus Container(MessagePackKind kind, uint count, out MessagePackToken token)
    {
        var smallest = kind is MessagePackKind.Map ? 2L * count : count;
        return smallest > _input.Length - Position
            ? Fail(MessagePackStatus.Truncated, out token)
            : Value(new(kind, Length: (int)count), out token);
    }

    /// <summary>A big-endian number of 1, 2, 4 or 8 bytes.</summary>
    private bool TryReadBits(int size, out ulong bits)
    {
        bits = 0;
        if (size > _input.Length - Position)
            return false;
        var bytes = _input.Slice(Position, size);
        Position += size;
        bits = size switch
        {
            1 => bytes[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(bytes),
            4 => BinaryPrimitives.ReadUInt32BigEndian(bytes),
            _ => BinaryPrimitives.ReadUInt64BigEndian(bytes),
        };
        return true;
    }

    private static MessagePackStatus Number(long value, out MessagePackToken token) =>
        Value(new(MessagePackKind.Integer, (ulong)value), out token);

    private static MessagePackStatus Value(in MessagePackToken value, out MessagePackToken token)
    {
        token = value;
        return MessagePackStatus.Ok;
    }

    private static MessagePackStatus Fail(MessagePackStatus status, out MessagePackToken token)
    {
        token = default;
        return status;
    }
}
