using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using SocketIo.Engine.Frames;

namespace SocketIo.Protocol;

/// <summary>
/// Takes a packet while a <see cref="PacketParser"/> writes it: the bytes of its message, and the binary messages that are sent
/// right behind it. A parser that wraps another one gives it a buffer of its own, and writes what it makes of the contents.
/// </summary>
/// <remarks>Not thread-safe. The server reuses its buffers: one that was given to a parser belongs to it until the method returns.</remarks>
public sealed class PacketBuffer : IBufferWriter<byte>
{
    private const int InitialSize = 512;
    private const int LargestKept = 64 * 1024;
    private const int MaxInt64Digits = 20;

    // In front of every packet, so that a text message leaves as it stands here: Engine.IO's packet type "message".
    private const int PrefixSize = 1;
    private const byte MessageType = (byte)'4';

    [ThreadStatic]
    private static PacketBuffer? _cached;

    private readonly List<ReadOnlyMemory<byte>> _attachments = [];
    private byte[] _bytes = NewBytes();
    private int _end = PrefixSize;

    /// <summary>The bytes written so far. They may be changed in place; writing more may move them.</summary>
    public Span<byte> Written => _bytes.AsSpan(PrefixSize, Length);

    /// <summary>The number of bytes written so far.</summary>
    public int Length => _end - PrefixSize;

    /// <summary>The binary messages that follow the packet, in their order.</summary>
    public ReadOnlySpan<ReadOnlyMemory<byte>> Attachments => CollectionsMarshal.AsSpan(_attachments);

    /// <summary>Adds a binary message. It is read when the packet is complete: until then the memory must not change.</summary>
    /// <param name="data">The message.</param>
    public void Attach(ReadOnlyMemory<byte> data) => _attachments.Add(data);

    /// <summary>Forgets what was written, for the next packet. Memory that one large packet needed is let go.</summary>
    public void Clear()
    {
        _end = PrefixSize;
        _attachments.Clear();
        if (_bytes.Length > LargestKept)
            _bytes = NewBytes();
    }

    /// <inheritdoc />
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_bytes.Length - _end), nameof(count));
        _end += count;
    }

    /// <inheritdoc />
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(_end);
    }

    /// <inheritdoc />
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(_end);
    }

    /// <summary>This thread's buffer, empty; another one inside a converter that emits something itself.</summary>
    internal static Lease Rent()
    {
        var buffer = _cached ?? new PacketBuffer();
        _cached = null;
        return new Lease(buffer);
    }

    /// <summary>Copies the packet into a frame of exact size.</summary>
    internal Frame ToFrame(bool isBinary) => isBinary
        ? Frame.Of(Opcode.Binary, Written, Attachments)
        : Frame.Of(Opcode.Text, _bytes.AsSpan(0, _end), Attachments);

    internal void Append(byte value)
    {
        GetSpan(1)[0] = value;
        _end++;
    }

    /// <summary>Appends <paramref name="text"/> as UTF-8.</summary>
    internal void Append(ReadOnlySpan<char> text) =>
        _end += Encoding.UTF8.GetBytes(text, GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length)));

    /// <summary>Appends the decimal digits of <paramref name="value"/>.</summary>
    internal void AppendNumber(long value)
    {
        value.TryFormat(GetSpan(MaxInt64Digits), out var written, provider: CultureInfo.InvariantCulture);
        _end += written;
    }

    /// <summary>Puts <paramref name="utf8"/> before what was written from <paramref name="index"/> on, which moves up.</summary>
    internal void Insert(int index, ReadOnlySpan<byte> utf8)
    {
        Reserve(utf8.Length);
        var place = _bytes.AsSpan(PrefixSize + index);
        place[..(Length - index)].CopyTo(place[utf8.Length..]);
        utf8.CopyTo(place);
        _end += utf8.Length;
    }

    private void Reserve(int sizeHint)
    {
        var needed = (long)_end + Math.Max(sizeHint, 1);
        if (needed <= _bytes.Length)
            return;
        if (needed > Array.MaxLength)
            throw Frame.TooLarge(needed);
        Array.Resize(ref _bytes, (int)Math.Max(needed, Math.Min(Array.MaxLength, 2L * _bytes.Length)));
    }

    private static byte[] NewBytes()
    {
        var bytes = new byte[InitialSize];
        bytes[0] = MessageType;
        return bytes;
    }

    /// <summary>Gives the buffer back at the end of a block.</summary>
    internal readonly ref struct Lease(PacketBuffer buffer)
    {
        public PacketBuffer Buffer => buffer;

        public void Dispose()
        {
            buffer.Clear();
            _cached = buffer;
        }
    }
}
