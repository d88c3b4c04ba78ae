using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace SocketIo.Protocol;

/// <summary>
/// Escapes text as JSON.stringify does (ECMA-262, QuoteJSONString): quotes, backslashes, control characters, and half a surrogate
/// pair; all other text stays as it is.
/// </summary>
internal sealed class StringifyEncoder : JavaScriptEncoder
{
    private const string Hex = "0123456789abcdef";

    // \u0000
    private const int LongestEscape = 6;

    private static readonly SearchValues<char> Special =
        SearchValues.Create([.. Enumerable.Range(0, ' ').Select(static control => (char)control), '"', '\\']);

    private static readonly SearchValues<char> Surrogates =
        SearchValues.Create([.. Enumerable.Range(0xD800, 0x800).Select(static half => (char)half)]);

    private static readonly SearchValues<byte> SpecialBytes =
        SearchValues.Create([.. Enumerable.Range(0, ' ').Select(static control => (byte)control), (byte)'"', (byte)'\\']);

    public static StringifyEncoder Instance { get; } = new();

    public override int MaxOutputCharactersPerInputCharacter => LongestEscape;

    public override unsafe int FindFirstCharacterToEncode(char* text, int textLength) =>
        IndexOfSpecial(new ReadOnlySpan<char>(text, textLength));

    public override int FindFirstCharacterToEncodeUtf8(ReadOnlySpan<byte> utf8Text)
    {
        var special = utf8Text.IndexOfAny(SpecialBytes);
        var plain = special < 0 ? utf8Text : utf8Text[..special];
        return Utf8.IsValid(plain) ? special : IndexOfInvalid(plain);
    }

    // The framework's own goes by whole characters, and has none for half a pair.
    public override OperationStatus Encode(
        ReadOnlySpan<char> source, Span<char> destination, out int charsConsumed, out int charsWritten, bool isFinalBlock = true)
    {
        charsConsumed = 0;
        charsWritten = 0;
        while (charsConsumed < source.Length)
        {
            var rest = source[charsConsumed..];
            var special = IndexOfSpecial(rest);
            var plain = special < 0 ? rest : rest[..special];
            if (!plain.TryCopyTo(destination[charsWritten..]))
                return OperationStatus.DestinationTooSmall;
            charsConsumed += plain.Length;
            charsWritten += plain.Length;
            if (special < 0)
                break;
            if (!isFinalBlock && special == rest.Length - 1 && char.IsHighSurrogate(rest[special]))
                return OperationStatus.NeedMoreData;
            if (!TryEscape(rest[special], destination[charsWritten..], out var written))
                return OperationStatus.DestinationTooSmall;
            charsConsumed++;
            charsWritten += written;
        }
        return OperationStatus.Done;
    }

    public override unsafe bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten)
    {
        var destination = new Span<char>(buffer, bufferLength);
        return WillEncode(unicodeScalar)
            ? TryEscape((char)unicodeScalar, destination, out numberOfCharactersWritten)
            : new Rune(unicodeScalar).TryEncodeToUtf16(destination, out numberOfCharactersWritten);
    }

    public override bool WillEncode(int unicodeScalar) => unicodeScalar is < ' ' or '"' or '\\';

    private static int IndexOfSpecial(ReadOnlySpan<char> text)
    {
        var special = text.IndexOfAny(Special);
        var half = IndexOfHalf(special < 0 ? text : text[..special]);
        return half < 0 ? special : half;
    }

    private static int IndexOfHalf(ReadOnlySpan<char> text)
    {
        for (var index = 0; ; index += 2)
        {
            var next = text[index..].IndexOfAny(Surrogates);
            if (next < 0)
                return -1;
            index += next;
            if (index + 1 == text.Length || !char.IsSurrogatePair(text[index], text[index + 1]))
                return index;
        }
    }

    private static int IndexOfInvalid(ReadOnlySpan<byte> utf8)
    {
        var index = 0;
        while (Rune.DecodeFromUtf8(utf8[index..], out _, out var length) is OperationStatus.Done)
            index += length;
        return index;
    }

    private static bool TryEscape(char unit, Span<char> destination, out int written)
    {
        var letter = unit switch
        {
            '"' or '\\' => unit,
            '\b' => 'b',
            '\f' => 'f',
            '\n' => 'n',
            '\r' => 'r',
            '\t' => 't',
            _ => 'u',
        };
        written = letter == 'u' ? LongestEscape : 2;
        if (destination.Length < written)
        {
            written = 0;
            return false;
        }
        destination[0] = '\\';
        destination[1] = letter;
        for (var i = 2; i < written; i++)
            destination[i] = Hex[unit >> (4 * (LongestEscape - 1 - i)) & 0xF];
        return true;
    }
}
