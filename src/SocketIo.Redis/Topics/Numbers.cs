using System.Buffers.Text;
using System.Globalization;
using SocketIo.Redis.Resp;

namespace SocketIo.Redis.Topics;

/// <summary>Numbers as Redis has them in texts.</summary>
internal static class Numbers
{
    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Null is no text.</summary>
    public static string Text(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";

    public static long Parse(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out long number, out var length) && length == text.Length ? number : throw new RespFormatException("a number that is none");
}
