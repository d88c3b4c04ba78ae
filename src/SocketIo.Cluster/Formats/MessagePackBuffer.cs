using System.Buffers.Binary;
using System.Text;

namespace SocketIo.Cluster.Formats;

/// <summary>Writes values of the MessagePack format, each in its shortest form, into memory that grows and is used again.</summary>
internal sealed class MessagePackBuffer
{
    private const int InitialSize = 512;
    private const int LargestKept = 64 * 1024;
    private const int MaxHead = 1 + sizeof(ulong);

    private byte[] _bytes = new byte[InitialSize];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>Forgets what was written; memory that one large packet needed is let go.</summary>
    public void Clear()
    {
        Length = 0;
        if (_bytes.Length > LargestKept)
            _bytes = new byte[InitialSize];
    }

    public void WriteNil() => Put(0xC0);

    public void Write(bool value) => Put(value ? (byte)0xC3 : (byte)0xC2);

    public void Write(long value)
    {
        if (value >= 0)
            Write((ulong)value);
        else if (value >= -0x20)
            Put((byte)value);
        else if (value >= sbyte.MinValue)
            PutHead(0xD0, (byte)value, 1);
        else if (value >= short.MinValue)
            PutHead(0xD1, (ushort)value, 2);
        else if (value >= int.MinValue)
            PutHead(0xD2, (uint)value, 4);
        else
            PutHead(0xD3, (ulong)value, 8);
    }

    public void Write(ulong value)
    {
        if (value < 0x80)
            Put((byte)value);
        else
            PutSized(0xCC, value);
    }

    public void Write(double value) => PutHead(0xCB, BitConverter.DoubleToUInt64Bits(value), 8);

    public void Write(string? value)
    {
        if (value is null)
            WriteNil();
        else
            Write(value.AsSpan());
    }

    /// <summary>Text; half a surrogate pair becomes the replacement character.</summary>
    public void Write(ReadOnlySpan<char> text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        PutTextHead(length);
        Length += Encoding.UTF8.GetBytes(text, Reserve(length));
    }

    public void WriteText(ReadOnlySpan<byte> utf8)
    {
        PutTextHead(utf8.Length);
        Put(utf8);
    }

    public void WriteBinary(ReadOnlySpan<byte> data)
    {
        PutSized(0xC4, (uint)data.Length);
        Put(data);
    }

    public void WriteArrayHead(int count) => Length += PutContainerHead(Reserve(MaxHead), isMap: false, count);

    public void WriteMapHead(int count) => Length += PutContainerHead(Reserve(MaxHead), isMap: true, count);

    /// <summary>Leaves room for the head of an array or map whose count is not known yet; returns its place.</summary>
    public int BeginContainer()
    {
        Put(0);
        return Length - 1;
    }

    /// <summary>Writes the head that <see cref="BeginContainer"/> left room for. Only a long one moves what follows.</summary>
    public void EndContainer(int start, bool isMap, int count)
    {
        Span<byte> head = stackalloc byte[MaxHead];
        head = head[..PutContainerHead(head, isMap, count)];
        if (head.Length > 1)
        {
            Reserve(head.Length);
            _bytes.AsSpan(start + 1, Length - start - 1).CopyTo(_bytes.AsSpan(start + head.Length));
        }
        head.CopyTo(_bytes.AsSpan(start));
        Length += head.Length - 1;
    }

    private void PutTextHead(int length)
    {
        if (length < 0x20)
            Put((byte)(0xA0 | length));
        else
            PutSized(0xD9, (uint)length);
    }

    private static int PutContainerHead(Span<byte> head, bool isMap, int count)
    {
        if (count < 0x10)
        {
            head[0] = (byte)((isMap ? 0x80 : 0x90) | count);
            return 1;
        }
        if (count <= ushort.MaxValue)
        {
            head[0] = isMap ? (byte)0xDE : (byte)0xDC;
            BinaryPrimitives.WriteUInt16BigEndian(head[1..], (ushort)count);
            return 3;
        }
        head[0] = isMap ? (byte)0xDF : (byte)0xDD;
        BinaryPrimitives.WriteInt32BigEndian(head[1..], count);
        return 5;
    }

    /// <summary>A number behind the first of the formats for 1, 2, 4 and 8 bytes that holds it.</summary>
    private void PutSized(byte format8, ulong value)
    {
        if (value <= byte.MaxValue)
            PutHead(format8, value, 1);
        else if (value <= ushort.MaxValue)
            PutHead((byte)(format8 + 1), value, 2);
        else if (value <= uint.MaxValue)
            PutHead((byte)(format8 + 2), value, 4);
        else
            PutHead((byte)(format8 + 3), value, 8);
    }

    private void PutHead(byte format, ulong value, int size)
    {
        var bytes = Reserve(MaxHead);
        bytes[0] = format;
        BinaryPrimitives.WriteUInt64BigEndian(bytes[1..], value << (64 - (8 * size)));
        Length += 1 + size;
    }

    private void Put(byte value)
    {
        Reserve(1)[0] = value;
        Length++;
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    private Span<byte> Reserve(int count)
    {
        if (count > _bytes.Length - Length)
            Array.Resize(ref _bytes, Math.Max(checked(Length + count), (int)Math.Min(Array.MaxLength, 2L * _bytes.Length)));
        return _bytes.AsSpan(Length);
    }
}
