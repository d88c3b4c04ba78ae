namespace SocketIo.MessagePack;

/// <summary>JavaScript's Date on the wire: milliseconds since 1970.</summary>
internal static class NotepackDate
{
    private static readonly long First = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();
    private static readonly long Last = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>False for a date before the year 1 or after 9999, of which JavaScript has some.</summary>
    public static bool TryRead(in MessagePackToken token, out DateTime date)
    {
        var isKnown = token.Integer >= First && token.Integer <= Last;
        date = isKnown ? DateTime.UnixEpoch.AddMilliseconds(token.Integer) : default;
        return isKnown;
    }
}
