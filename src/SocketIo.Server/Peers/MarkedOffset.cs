using System.Globalization;

namespace SocketIo.Peers;

/// <summary>
/// The offset of an event for a client that is in rooms which are not saved yet: <c>1700000000000-0!3</c>, where 3 is how many of its joins
/// and leaves have to be. If its server is killed before they are, it starts anew. A JavaScript node takes no such offset, and starts it anew.
/// </summary>
internal static class MarkedOffset
{
    private const char Mark = '!';

    public static string Write(string offset, int roomChanges) => string.Create(CultureInfo.InvariantCulture, $"{offset}{Mark}{roomChanges}");

    /// <summary>What a client has sent, which may be anything: a mark that is none is part of the offset.</summary>
    /// <returns>The offset, and the changes; 0 when it is not marked.</returns>
    public static (string? Offset, int RoomChanges) Read(string? text)
    {
        var mark = text?.LastIndexOf(Mark) ?? -1;
        return mark >= 0 && int.TryParse(text.AsSpan(mark + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var changes)
            ? (text![..mark], changes)
            : (text, 0);
    }
}
