using System.Buffers.Binary;
using System.Text;
using SocketIo.Protocol;

namespace SocketIo.MessagePack;

/// <summary>Writes values of the MessagePack format, each in its shortest form.</summary>
internal readonly struct MessagePackWriter(PacketBuffer output)
{
    private const int MaxHead = 1 + sizeof(ulong);

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
        output.Advance(Encoding.UTF8.GetBytes(text, output.GetSpan(length)));
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

    /// <summary>A point in time, as notepack has it: fixext 8 of type 0.</summary>
    public void WriteDate(long unixMilliseconds)
    {
        Put(0xD7);
        PutHead(0, (ulong)unixMilliseconds, 8);
    }

    public void WriteArrayHead(int count) => output.Advance(PutContainerHead(output.GetSpan(MaxHead), isMap: false, count));

    public void WriteMapHead(int count) => output.Advance(PutContainerHead(output.GetSpan(MaxHead), isMap: true, count));

    /// <summary>Leaves room for the head of an array or map whose count is not known yet; returns its place.</summary>
    public int BeginContainer()
    {
        Put(0);
        return output.Length - 1;
    }

    /// <summary>Writes the head that <see cref="BeginContainer"/> left room for. Only a long one moves what follows.</summary>
    public void EndContainer(int start, bool isMap, int count)
    {
        Span<byte> head = stackalloc byte[MaxHead];
        head = head[..PutContainerHead(head, isMap, count)];
        if (head.Length > 1)
            MakeRoom(start + 1, head.Length - 1);
        head.CopyTo(output.Written[start..]);
    }

    private void MakeRoom(int index, int count)
    {
        output.GetSpan(count);
        output.Advance(count);
        output.Written[index..^count].CopyTo(output.Written[(index + count)..]);
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
        var bytes = output.GetSpan(MaxHead);
        bytes[0] = format;
        BinaryPrimitives.WriteUInt64BigEndian(bytes[1..], value << (64 - (8 * size)));
        output.Advance(1 + size);
    }

    private void Put(byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(output.GetSpan(bytes.Length));
        output.Advance(bytes.Length);
    }
}
