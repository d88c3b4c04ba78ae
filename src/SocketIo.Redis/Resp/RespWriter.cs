using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text;

namespace SocketIo.Redis.Resp;

/// <summary>Commands in their bytes, one after the other. Cleared and filled again; the memory stays unless it became large.</summary>
internal sealed class RespWriter : IBufferWriter<byte>
{
    private const int Initial = 4 * 1024;
    private const int Kept = 1024 * 1024;
    // $, ten digits, end of line
    private const int MaxHeader = 13;
    // for a text of three digits' length: others are moved when they are complete
    private const int UsualHeader = 6;

    private byte[] _bytes = new byte[Initial];
    private int _length;
    private int _header; // where the open text's length is to be written

    /// <summary>How many commands were written.</summary>
    public int Commands { get; private set; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    public void Clear()
    {
        if (_bytes.Length > Kept)
            _bytes = new byte[Initial];
        _length = 0;
        Commands = 0;
    }

    /// <summary>Begins a command.</summary>
    /// <param name="parts">How many texts follow, the command's name included.</param>
    public void Begin(int parts)
    {
        Line('*', parts);
        Commands++;
    }

    public void Text(ReadOnlySpan<byte> text)
    {
        Line('$', text.Length);
        var target = GetSpan(text.Length + 2);
        text.CopyTo(target);
        EndLine(target[text.Length..]);
        _length += text.Length + 2;
    }

    public void Text(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Line('$', length);
        var target = GetSpan(length + 2);
        Encoding.UTF8.GetBytes(text, target);
        EndLine(target[length..]);
        _length += length + 2;
    }

    public void Number(long number)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(number, digits, out var length);
        Text(digits[..length]);
    }

    /// <summary>A whole command.</summary>
    public void Command(params ReadOnlySpan<string> parts)
    {
        Begin(parts.Length);
        foreach (var part in parts)
            Text(part);
    }

    /// <summary>The same commands, behind one of a single word.</summary>
    public RespWriter Behind(string command)
    {
        var both = new RespWriter();
        both.Command(command);
        both.Write(Written.Span);
        both.Commands += Commands;
        return both;
    }

    /// <summary>Begins a text whose length is not known yet: what is written by the <see cref="IBufferWriter{T}"/> until <see cref="EndText"/>.</summary>
    public void BeginText()
    {
        GetSpan(UsualHeader);
        _header = _length;
        _length += UsualHeader;
    }

    /// <summary>Ends the text.</summary>
    public void EndText()
    {
        var start = _header + UsualHeader;
        var text = _length - start;
        Span<byte> header = stackalloc byte[MaxHeader];
        header[0] = (byte)'$';
        Utf8Formatter.TryFormat(text, header[1..], out var digits);
        EndLine(header[(1 + digits)..]);
        header = header[..(digits + 3)];
        Ensure(MaxHeader + 2);
        if (header.Length != UsualHeader)
            _bytes.AsSpan(start, text).CopyTo(_bytes.AsSpan(_header + header.Length));
        header.CopyTo(_bytes.AsSpan(_header));
        _length = _header + header.Length + text;
        EndLine(_bytes.AsSpan(_length));
        _length += 2;
    }

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Ensure(sizeHint);
        return _bytes.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Ensure(sizeHint);
        return _bytes.AsSpan(_length);
    }

    private void Line(char type, int number)
    {
        var target = GetSpan(MaxHeader);
        target[0] = (byte)type;
        Utf8Formatter.TryFormat(number, target[1..], out var digits);
        EndLine(target[(1 + digits)..]);
        _length += digits + 3;
    }

    private static void EndLine(Span<byte> target)
    {
        target[1] = (byte)'\n';
        target[0] = (byte)'\r';
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Ensure(int size)
    {
        if (_bytes.Length - _length < Math.Max(size, 1))
            Grow(size);
    }

    private void Grow(int size) =>
        Array.Resize(ref _bytes, (int)Math.Min(Math.Max((long)_bytes.Length * 2, (long)_length + size), Array.MaxLength));
}
