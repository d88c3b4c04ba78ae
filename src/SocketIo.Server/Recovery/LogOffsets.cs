using System.Globalization;
using SocketIo.Engine.Sessions;

namespace SocketIo.Recovery;

/// <summary>
/// Names the events of one server's log: an id is given before the event is encoded, hence before its place is known. Thread-safe.
/// </summary>
internal sealed class LogOffsets
{
    // So many random characters tell this log's offsets from other texts: of another server, or the last argument of an event
    // that is not logged, which stock clients take for an offset.
    private const int MarkLength = 8;

    private readonly string _mark = SessionStore.NewId()[..MarkLength];
    private long _lastId;

    public long NextId() => Interlocked.Increment(ref _lastId);

    public string OffsetOf(long id) => string.Create(CultureInfo.InvariantCulture, $"{_mark}{id}");

    public bool TryRead(string offset, out long id)
    {
        id = 0;
        return offset.StartsWith(_mark, StringComparison.Ordinal)
            && long.TryParse(offset.AsSpan(MarkLength), NumberStyles.None, CultureInfo.InvariantCulture, out id);
    }
}
