using System.Globalization;
using System.Text;

namespace SocketIo.Protocol;

/// <summary>
/// The text of JSON strings, for parsers whose format holds JSON. Half a surrogate pair, which JavaScript peers may send and at which
/// the framework's readers throw, becomes U+FFFD.
/// </summary>
public static class JsonText
{
    /// <summary>The most bytes that one byte of text takes when escaped: \u0000.</summary>
    internal const int MaxEscapeFactor = 6;

    /// <summary>
    /// The text of a JSON string for a comparison with names of up to scratch.Length / <see cref="MaxEscapeFactor"/> bytes.
    /// A longer escaped text comes back as it is: too long to equal any of them.
    /// </summary>
    internal static ReadOnlySpan<byte> Short(ReadOnlySpan<byte> raw, bool escaped, Span<byte> scratch)
    {
        if (!escaped || raw.Length > scratch.Length)
            return raw;
        return scratch[..Unescape(raw, scratch)];
    }

    /// <summary>Writes the text of a JSON string.</summary>
    /// <param name="raw">What stands between the quotes; valid JSON.</param>
    /// <param name="destination">Gets the text as UTF-8, which is never longer than <paramref name="raw"/>.</param>
    /// <returns>The length of the text.</returns>
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

    /// <summary>
    /// Puts \ufffd in the place of each escape that is half a surrogate pair, for readers that would throw at it. The length stays.
    /// </summary>
    /// <param name="text">A packet with valid JSON in it.</param>
    /// <param name="start">Where the JSON starts.</param>
    /// <returns>A copy, or the text itself if it has no such escape.</returns>
    public static ReadOnlySpan<byte> ReplaceLoneSurrogates(ReadOnlySpan<byte> text, int start = 0)
    {
        var at = FindLoneSurrogate(text, start);
        if (at < 0)
            return text;
        var copy = text.ToArray();
        for (; at >= 0; at = FindLoneSurrogate(copy, at))
            "\\ufffd"u8.CopyTo(copy.AsSpan(at));
        return copy;
    }

    /// <summary>Whether an escape in valid JSON is half a surrogate pair.</summary>
    internal static bool HasLoneSurrogate(ReadOnlySpan<byte> json) => FindLoneSurrogate(json, 0) >= 0;

    /// <summary>The length of the comment at the start of valid JSON.</summary>
    internal static int CommentLength(ReadOnlySpan<byte> json)
    {
        if (json[1] == '*')
            return json.IndexOf("*/"u8) + 2;
        return json.IndexOfAny((byte)'\r', (byte)'\n');
    }

    // Outside of strings a backslash can stand in comments only, where it does not matter what it is taken for.
    private static int FindLoneSurrogate(ReadOnlySpan<byte> text, int start)
    {
        while (true)
        {
            var next = text[start..].IndexOf((byte)'\\');
            if (next < 0)
                return -1;
            start += next;
            if (!TryReadEscapedUnit(text[start..], out var unit))
                start += 2;
            else if (!char.IsSurrogate(unit))
                start += MaxEscapeFactor;
            else if (char.IsHighSurrogate(unit) && TryReadEscapedUnit(text[(start + MaxEscapeFactor)..], out var low) && char.IsLowSurrogate(low))
                start += 2 * MaxEscapeFactor;
            else
                return start;
        }
    }

    private static bool TryReadEscapedUnit(ReadOnlySpan<byte> text, out char unit)
    {
        unit = default;
        if (text.Length < MaxEscapeFactor || !text.StartsWith("\\u"u8))
            return false;
        var isHex = ushort.TryParse(text[2..MaxEscapeFactor], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value);
        unit = (char)value;
        return isHex;
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
