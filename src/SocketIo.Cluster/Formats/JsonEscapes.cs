using System.Globalization;
using System.Text;

namespace SocketIo.Cluster.Formats;

/// <summary>Text of a JSON string without its escapes. The framework's does not take half a surrogate pair, which peers may send.</summary>
internal static class JsonEscapes
{
    private const int UnicodeLength = 6; // \u0000

    /// <summary>Writes the plain text, which is not longer; half a surrogate pair becomes the replacement character.</summary>
    public static int Remove(ReadOnlySpan<byte> escaped, Span<byte> destination)
    {
        var written = 0;
        while (true)
        {
            var plain = escaped.IndexOf((byte)'\\');
            if (plain < 0)
                plain = escaped.Length;
            escaped[..plain].CopyTo(destination[written..]);
            written += plain;
            escaped = escaped[plain..];
            if (escaped.IsEmpty)
                return written;
            written += Take(ref escaped).EncodeToUtf8(destination[written..]);
        }
    }

    private static Rune Take(ref ReadOnlySpan<byte> escaped)
    {
        if (escaped[1] == 'u')
            return TakeUnicode(ref escaped);
        var letter = escaped[1];
        escaped = escaped[2..];
        return new Rune(letter switch
        {
            (byte)'b' => '\b',
            (byte)'f' => '\f',
            (byte)'n' => '\n',
            (byte)'r' => '\r',
            (byte)'t' => '\t',
            _ => (char)letter,
        });
    }

    private static Rune TakeUnicode(ref ReadOnlySpan<byte> escaped)
    {
        var high = Hex(escaped);
        escaped = escaped[UnicodeLength..];
        if (Rune.TryCreate(high, out var rune))
            return rune;
        if (!escaped.StartsWith("\\u"u8) || !Rune.TryCreate(high, Hex(escaped), out rune))
            return Rune.ReplacementChar;
        escaped = escaped[UnicodeLength..];
        return rune;
    }

    private static char Hex(ReadOnlySpan<byte> escape) =>
        (char)ushort.Parse(escape[2..UnicodeLength], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
