namespace SocketIo.Postgres.Backplanes;

/// <summary>
/// The places of a log that notifications brought last. Places rise, unless somebody repeats a notification, or has made one up, whose place
/// the true one has then, too.
/// </summary>
internal sealed class RecentPlaces
{
    private const int Count = 256;

    private readonly long[] _places = new long[Count];
    private readonly int[] _texts = new int[Count];
    private int _next;

    /// <summary>A notification was taken.</summary>
    public void Add(long place, string text)
    {
        (_places[_next], _texts[_next]) = (place, text.GetHashCode(StringComparison.Ordinal));
        _next = (_next + 1) % Count;
    }

    /// <summary>Whether a notification may be there for the first time: it is not known, and not older than all that are.</summary>
    public bool MayBeNew(long place, string text)
    {
        if (place < _places.Min())
            return false;
        var hash = text.GetHashCode(StringComparison.Ordinal);
        for (var i = 0; i < Count; i++)
        {
            if (_places[i] == place && _texts[i] == hash)
                return false;
        }
        return true;
    }
}
