using System.Globalization;
using System.Text;

namespace SocketIo.Protocol;

/// <summary>
/// Unescapes the inside of JSON strings. Unlike the framework's reader it does not throw at a lone surrogate, which
/// JavaScript peers may send, but replaces it.
/// </summary>
internal static class JsonText
{
    /// <summary>The most bytes that one byte of text takes when escaped: \u0000.</summary>
    public const int MaxEscapeFactor = 6;

    /// <summary>
    /// The text of a JSON string for a comparison with names of up to scratch.Length / <see cref="MaxEscapeFactor"/> bytes.
    /// A longer escaped text comes back as it is: too long to equal any of them.
    /// </summary>
    public static ReadOnlySpan<byte> Short(ReadOnlySpan<byte> raw, bool escaped, Span<byte> scratch)
    {
        if (!escaped || raw.Length > scratch.Length)
            return raw;
        return scratch[..Unescape(raw, scratch)];
    }

    /// <summary>Writes the text of a valid JSON string; it is never longer than <paramref name="raw"/>.</summary>
    public static int Unescape(ReadOnlySpan<byte> raw, Span<byte> destination)
    {
        var written = 0;
        while (true)
        {
            var plain = raw.IndexOf((byte)'\\');
            if (plain < 0)
                plain = raw.Length;
            raw[..plain].CopyTo(destination[written..]);
            written += plain;
            raw = raw[plain..];
            if (raw.IsEmpty)
                return written;
            written += ReadEscape(ref raw).EncodeToUtf8(destination[written..]);
        }
    }

    private static Rune ReadEscape(ref ReadOnlySpan<byte> raw)
    {
        if (raw[1] == 'u')
            return ReadUnicodeEscape(ref raw);

        var escape = raw[1];
        raw = raw[2..];
        return new Rune(escape switch
        {
            (byte)'b' => '\b',
            (byte)'f' => '\f',
            (byte)'n' => '\n',
            (byte)'r' => '\r',
            (byte)'t' => '\t',
            _ => (char)escape,
        });
    }

    private static Rune ReadUnicodeEscape(ref ReadOnlySpan<byte> raw)
    {
        var high = ReadHex(raw);
        raw = raw[MaxEscapeFactor..];
        if (Rune.TryCreate(high, out var rune))
            return rune;
        if (!raw.StartsWith("\\u"u8) || !Rune.TryCreate(high, ReadHex(raw), out rune))
            return Rune.ReplacementChar;
        raw = raw[MaxEscapeFactor..];
        return rune;
    }

    private static char ReadHex(ReadOnlySpan<byte> escape) =>
        (char)ushort.Parse(escape[2..MaxEscapeFactor], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
