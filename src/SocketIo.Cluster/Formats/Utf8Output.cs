using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace SocketIo.Cluster.Formats;

/// <summary>Writes JSON text into a buffer: what stands around values that are JSON already.</summary>
internal ref struct Utf8Output(IBufferWriter<byte> output)
{
    private const int MaxInt64Digits = 20;
    private const int MaxEscape = 6; // \u0000

    // Plain in JSON text: all but quotes, backslashes and control characters.
    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        "\"\\" + string.Concat(Enumerable.Range(0, 0x20).Select(static code => (char)code)));

    private static readonly SearchValues<byte> EscapedUtf8 = SearchValues.Create(
        [(byte)'"', (byte)'\\', .. Enumerable.Range(0, 0x20).Select(static code => (byte)code)]);

    private readonly IBufferWriter<byte> _output = output;

    public readonly void Raw(ReadOnlySpan<byte> utf8) => _output.Write(utf8);

    public readonly void Number(long value)
    {
        Utf8Formatter.TryFormat(value, _output.GetSpan(MaxInt64Digits), out var written);
        _output.Advance(written);
    }

    public readonly void Number(ulong value)
    {
        Utf8Formatter.TryFormat(value, _output.GetSpan(MaxInt64Digits), out var written);
        _output.Advance(written);
    }

    /// <summary>Whole numbers without exponent, as JavaScript writes them up to 10^21; JSON has no infinities.</summary>
    public readonly void Number(double value)
    {
        if (!double.IsFinite(value))
        {
            Raw("null"u8);
            return;
        }
        if (value == Math.Truncate(value) && Math.Abs(value) < 1e21)
        {
            Raw(Encoding.ASCII.GetBytes(new BigInteger(value).ToString(CultureInfo.InvariantCulture)));
            return;
        }
        // 32: sign, 17 digits, point, exponent
        Utf8Formatter.TryFormat(value, _output.GetSpan(32), out var written);
        _output.Advance(written);
    }

    /// <summary>Text in quotes; half a surrogate pair becomes the replacement character.</summary>
    public readonly void Text(ReadOnlySpan<char> text)
    {
        Raw("\""u8);
        while (true)
        {
            var plain = text.IndexOfAny(Escaped);
            var count = plain < 0 ? text.Length : plain;
            var span = _output.GetSpan(Encoding.UTF8.GetMaxByteCount(count));
            _output.Advance(Encoding.UTF8.GetBytes(text[..count], span));
            if (plain < 0)
                break;
            Escape((byte)text[plain]);
            text = text[(plain + 1)..];
        }
        Raw("\""u8);
    }

    /// <summary>Valid UTF-8 in quotes.</summary>
    public readonly void Text(ReadOnlySpan<byte> utf8)
    {
        Raw("\""u8);
        while (true)
        {
            var plain = utf8.IndexOfAny(EscapedUtf8);
            Raw(plain < 0 ? utf8 : utf8[..plain]);
            if (plain < 0)
                break;
            Escape(utf8[plain]);
            utf8 = utf8[(plain + 1)..];
        }
        Raw("\""u8);
    }

    public readonly void Names(in RoomNames names)
    {
        Raw("["u8);
        for (var i = 0; i < names.Count; i++)
        {
            if (i > 0)
                Raw(","u8);
            Text(names[i]);
        }
        Raw("]"u8);
    }

    /// <summary>Bytes as JavaScript's JSON has them: <c>{"type":"Buffer","data":[1,2]}</c>.</summary>
    public readonly void Buffer(ReadOnlySpan<byte> bytes)
    {
        Raw("{\"type\":\"Buffer\",\"data\":["u8);
        for (var i = 0; i < bytes.Length; i++)
        {
            if (i > 0)
                Raw(","u8);
            Number((long)bytes[i]);
        }
        Raw("]}"u8);
    }

    // In the short forms of JSON.stringify.
    private readonly void Escape(byte code)
    {
        var letter = code switch
        {
            (byte)'"' or (byte)'\\' => code,
            (byte)'\b' => (byte)'b',
            (byte)'\t' => (byte)'t',
            (byte)'\n' => (byte)'n',
            (byte)'\f' => (byte)'f',
            (byte)'\r' => (byte)'r',
            _ => (byte)0,
        };
        var span = _output.GetSpan(MaxEscape);
        span[0] = (byte)'\\';
        span[1] = letter == 0 ? (byte)'u' : letter;
        if (letter == 0)
            Utf8Formatter.TryFormat(code, span[2..], out _, new StandardFormat('x', 4));
        _output.Advance(letter == 0 ? MaxEscape : 2);
    }
}
