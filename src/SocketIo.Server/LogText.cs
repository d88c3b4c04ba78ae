using System.Text;

namespace SocketIo;

/// <summary>What clients write, as one line of a log.</summary>
internal static class LogText
{
    private const int MaxLength = 128;

    public static string Of(ReadOnlySpan<byte> utf8, int maxLength = MaxLength) => Of(Encoding.UTF8.GetString(utf8[..Math.Min(maxLength, utf8.Length)]));

    public static string Of(string text, int maxLength = MaxLength)
    {
        if (text.Length <= maxLength && !text.Any(char.IsControl))
            return text;
        return string.Create(Math.Min(maxLength, text.Length), text, static (line, text) =>
        {
            for (var i = 0; i < line.Length; i++)
                line[i] = char.IsControl(text[i]) ? '?' : text[i];
        });
    }
}
