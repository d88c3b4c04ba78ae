using System.Buffers;
using System.Buffers.Text;

namespace SocketIo.Engine.Frames;

/// <summary>
/// Base64 as the reference reads it (Node's <c>Buffer.from</c>): both alphabets, other characters are skipped, the first '=' ends
/// the text, and what is left of a last group counts as far as it goes. So there is no text that can't be read.
/// </summary>
internal static class Base64Text
{
    private const byte Skipped = 0xFF;

    private static readonly byte[] Values = MakeValues();

    /// <summary>How many bytes a text of that length has at most.</summary>
    public static int MaxDecodedLength(int textLength) => (int)((long)textLength * 3 / 4);

    /// <summary>Decodes; returns how many bytes were written.</summary>
    public static int Decode(ReadOnlySpan<byte> text, Span<byte> destination) =>
        // nearly every text is strict; of another one nothing is kept of what the first try has written
        Base64.DecodeFromUtf8(text, destination, out var taken, out var written) is OperationStatus.Done && taken == text.Length
            ? written
            : DecodeLeniently(text, destination);

    /// <summary>The same over the text itself.</summary>
    public static int DecodeInPlace(Span<byte> text) =>
        Base64.IsValid(text) && Base64.DecodeFromUtf8InPlace(text, out var written) is OperationStatus.Done
            ? written
            : DecodeLeniently(text, text);

    private static int DecodeLeniently(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        var written = 0;
        var bits = 0;
        var bitCount = 0;
        foreach (var character in text)
        {
            if (character == '=')
                break;
            var value = Values[character];
            if (value == Skipped)
                continue;
            bits = (bits << 6) | value;
            bitCount += 6;
            if (bitCount < 8)
                continue;
            bitCount -= 8;
            destination[written++] = (byte)(bits >> bitCount);
        }
        return written;
    }

    private static byte[] MakeValues()
    {
        var values = new byte[256];
        values.AsSpan().Fill(Skipped);
        var alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8;
        for (var value = 0; value < alphabet.Length; value++)
            values[alphabet[value]] = (byte)value;
        values['-'] = values['+'];
        values['_'] = values['/'];
        return values;
    }
}
