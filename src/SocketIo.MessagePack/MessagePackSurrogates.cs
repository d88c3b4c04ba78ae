namespace SocketIo.MessagePack;

/// <summary>
/// Texts with half a surrogate pair: encoders that take each of JavaScript's characters by itself write it as three bytes, which are
/// no UTF-8. U+FFFD, which takes its place, has three as well.
/// </summary>
internal static class MessagePackSurrogates
{
    private const int Size = 3;

    /// <summary>A copy of the packet, of whatever bytes, in which the texts have none.</summary>
    public static byte[] Replace(ReadOnlySpan<byte> packet)
    {
        var copy = packet.ToArray();
        var reader = new MessagePackReader(copy);
        while (reader.TryRead(out var token) is MessagePackStatus.Ok)
        {
            if (token.Kind is MessagePackKind.String)
                ReplaceIn(copy.AsSpan(token.Start, token.Length));
        }
        return copy;
    }

    // U+D800 to U+DFFF: ED A0 80 to ED BF BF
    private static void ReplaceIn(Span<byte> text)
    {
        for (var start = text.IndexOf((byte)0xED); start >= 0 && text.Length - start >= Size;)
        {
            text = text[start..];
            var isHalf = text[1] is >= 0xA0 and <= 0xBF && text[2] is >= 0x80 and <= 0xBF;
            if (isHalf)
                "\ufffd"u8.CopyTo(text);
            text = text[(isHalf ? Size : 1)..];
            start = text.IndexOf((byte)0xED);
        }
    }
}
