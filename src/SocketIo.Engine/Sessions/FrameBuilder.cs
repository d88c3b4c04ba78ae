using System.Buffers;
using System.Globalization;
using System.Text;
using SocketIo.Engine.WebSockets;

namespace SocketIo.Engine.Sessions;

/// <summary>
/// Collects the text of one Engine.IO message and its binary attachments, then makes one <see cref="Frame"/> of them:
/// one text frame and a binary frame per attachment, back to back, so that nothing can slip between.
/// Reused per thread: <see cref="Rent"/>, write, <see cref="Build"/>; not across an await.
/// </summary>
internal sealed class FrameBuilder : IBufferWriter<byte>
{
    private const int InitialSize = 512;
    private const int LargestKept = 64 * 1024;
    private const int MaxInt64Digits = 20;

    [ThreadStatic]
    private static FrameBuilder? _cached;

    private readonly List<ReadOnlyMemory<byte>> _attachments = [];
    private byte[] _text = new byte[InitialSize];
    private int _length;

    public int AttachmentCount => _attachments.Count;

    /// <summary>This thread's builder, empty, with the message type character already written.</summary>
    public static FrameBuilder Rent()
    {
        var builder = _cached ?? new FrameBuilder();
        _cached = null;
        builder._length = 0;
        builder.Append((byte)'4');
        return builder;
    }

    /// <summary>The text written so far, with the leading '4'.</summary>
    public Span<byte> WrittenText => _text.AsSpan(0, _length);

    public void Append(byte value)
    {
        GetSpan(1)[0] = value;
        _length++;
    }

    public void Append(ReadOnlySpan<byte> utf8)
    {
        utf8.CopyTo(GetSpan(utf8.Length));
        _length += utf8.Length;
    }

    /// <summary>Appends <paramref name="text"/> as UTF-8.</summary>
    public void Append(ReadOnlySpan<char> text) =>
        _length += Encoding.UTF8.GetBytes(text, GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length)));

    /// <summary>Appends the decimal digits of <paramref name="value"/>.</summary>
    public void AppendNumber(long value)
    {
        value.TryFormat(GetSpan(MaxInt64Digits), out var written, provider: CultureInfo.InvariantCulture);
        _length += written;
    }

    /// <summary>Puts <paramref name="utf8"/> before the text from <paramref name="index"/> on, which moves up.</summary>
    public void Insert(int index, ReadOnlySpan<byte> utf8)
    {
        Reserve(utf8.Length);
        _text.AsSpan(index, _length - index).CopyTo(_text.AsSpan(index + utf8.Length));
        utf8.CopyTo(_text.AsSpan(index));
        _length += utf8.Length;
    }

    /// <summary>Adds a binary attachment; the memory is copied by <see cref="Build"/>.</summary>
    public void Attach(ReadOnlyMemory<byte> data) => _attachments.Add(data);

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _text.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _text.AsSpan(_length);
    }

    /// <summary>Copies what was written into a frame of exact size and gives the builder back to the thread.</summary>
    public Frame Build()
    {
        var size = FrameWriter.HeaderSize(_length) + _length;
        foreach (var attachment in _attachments)
            size += FrameWriter.HeaderSize(attachment.Length) + attachment.Length;

        var bytes = GC.AllocateUninitializedArray<byte>(size);
        var at = Put(bytes, Opcode.Text, WrittenText);
        foreach (var attachment in _attachments)
            at += Put(bytes.AsSpan(at), Opcode.Binary, attachment.Span);

        Return();
        return new Frame(bytes);
    }

    /// <summary>Gives the builder back without a frame: the writer failed.</summary>
    public void Return()
    {
        _attachments.Clear();
        if (_text.Length > LargestKept)
            _text = new byte[InitialSize];
        _cached = this;
    }

    private static int Put(Span<byte> destination, Opcode opcode, ReadOnlySpan<byte> payload)
    {
        var header = FrameWriter.WriteHeader(destination, opcode, payload.Length);
        payload.CopyTo(destination[header..]);
        return header + payload.Length;
    }

    private void Reserve(int sizeHint)
    {
        var needed = _length + Math.Max(sizeHint, 1);
        if (needed > _text.Length)
            Array.Resize(ref _text, Math.Max(needed, _text.Length * 2));
    }
}
