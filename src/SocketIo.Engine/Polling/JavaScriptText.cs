using System.Buffers;
using System.Text;

namespace SocketIo.Engine.Polling;

/// <summary>Writes text as a string of JavaScript, in which, unlike in JSON, U+2028 and U+2029 may not stand as they are.</summary>
internal static class JavaScriptText
{
    // U+2028 and U+2029 begin with E2, as other characters do
    private static readonly SearchValues<byte> Special =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(control => (byte)control), (byte)'"', (byte)'\\', 0xE2]);

    public static void Write(ReadOnlySpan<byte> utf8, IBufferWriter<byte> output)
    {
        output.Write("\""u8);
        while (!utf8.IsEmpty)
        {
            var special = utf8.IndexOfAny(Special);
            output.Write(special < 0 ? utf8 : utf8[..special]);
            utf8 = special < 0 ? default : utf8[(special + WriteSpecial(utf8[special..], output))..];
        }
        output.Write("\""u8);
    }

    /// <summary>Writes the character at the beginning, or the first byte of one that needs no escape; returns how many bytes it took.</summary>
    private static int WriteSpecial(ReadOnlySpan<byte> utf8, IBufferWriter<byte> output)
    {
        if (utf8.StartsWith("\u2028"u8) || utf8.StartsWith("\u2029"u8))
        {
            output.Write(utf8[2] == 0xA8 ? @"\u2028"u8 : @"\u2029"u8);
            return 3;
        }
        output.Write(utf8[0] switch
        {
            (byte)'"' => "\\\""u8,
            (byte)'\\' => @"\\"u8,
            (byte)'\b' => @"\b"u8,
            (byte)'\f' => @"\f"u8,
            (byte)'\n' => @"\n"u8,
            (byte)'\r' => @"\r"u8,
            (byte)'\t' => @"\t"u8,
            0xE2 => utf8[..1],
            var control => Encoding.ASCII.GetBytes($"\\u{control:x4}"),
        });
        return 1;
    }
}
