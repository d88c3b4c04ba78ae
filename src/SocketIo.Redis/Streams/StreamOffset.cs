using System.Globalization;

namespace SocketIo.Redis.Streams;

/// <summary>The id of an entry: the server's time in milliseconds and a number, as <c>1795625787480-0</c>.</summary>
internal readonly record struct StreamOffset(ulong Time, ulong Sequence) : IComparable<StreamOffset>
{
    /// <summary>Before all entries.</summary>
    public static StreamOffset Beginning => default;

    public static bool TryParse(ReadOnlySpan<char> text, out StreamOffset offset)
    {
        offset = default;
        var dash = text.IndexOf('-');
        if (dash < 0 || !TryParseNumber(text[..dash], out var time) || !TryParseNumber(text[(dash + 1)..], out var sequence))
            return false;
        offset = new StreamOffset(time, sequence);
        return true;
    }

    public static StreamOffset Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var offset) ? offset : throw new FormatException($"{text} is no id of an entry.");

    public int CompareTo(StreamOffset other) =>
        Time == other.Time ? Sequence.CompareTo(other.Sequence) : Time.CompareTo(other.Time);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Time}-{Sequence}");

    private static bool TryParseNumber(ReadOnlySpan<char> digits, out ulong number) =>
        ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
