using System.Globalization;
using SocketIo.Engine.Sessions;
using SocketIo.Rooms;

namespace SocketIo.Recovery;

/// <summary>
/// The newest events of a namespace in the order in which its sockets got them, up to a number of bytes. An offset names an event by
/// an id that is given before the event is encoded, hence before its place is known; a table leads from the id to the place.
/// All but <see cref="NextId"/> and <see cref="OffsetOf"/> is guarded by the lock of <see cref="NamespaceRecovery"/>.
/// </summary>
internal sealed class EventLog
{
    // So many random characters tell this log's offsets from other texts: of another server, or the last argument of an event
    // that is not logged, which stock clients take for an offset.
    private const int MarkLength = 8;

    // What an event occupies beside its bytes, roughly: the object, its table entry, its array's header.
    private const int Overhead = 160;

    private readonly string _mark = SessionStore.NewId()[..MarkLength];
    private readonly Dictionary<long, LoggedEvent> _byId = [];
    private readonly long _maxBytes;

    // The last event that was dropped, without its bytes: who has got this one has missed nothing that is gone.
    private LoggedEvent _dropped = new(0, null, default);
    private LoggedEvent _newest;
    private long _bytes;

    private long _lastId;

    public EventLog(long maxBytes)
    {
        _maxBytes = maxBytes;
        _newest = _dropped;
        _byId[_dropped.Id] = _dropped;
    }

    public long NewestId => _newest.Id;

    public long NextId() => Interlocked.Increment(ref _lastId);

    public string OffsetOf(long id) => string.Create(CultureInfo.InvariantCulture, $"{_mark}{id}");

    public void Append(long id, Frame frame, in BroadcastTarget target)
    {
        var logged = new LoggedEvent(id, frame, target) { Position = _newest.Position + 1 };
        _byId[id] = logged;
        _newest.Next = logged;
        _newest = logged;
        _bytes += frame.Length + Overhead;
        while (_bytes > _maxBytes)
            DropOldest();
    }

    /// <summary>The event behind which a client has to be sent everything; null when some of that is gone.</summary>
    /// <param name="offset">The client's last; null when it has none.</param>
    /// <param name="start">The newest event when the client first connected: it may bring an older offset, of an earlier session.</param>
    public LoggedEvent? Find(string? offset, long start)
    {
        var first = _byId.GetValueOrDefault(start);
        if (offset is null)
            return first;
        if (!offset.StartsWith(_mark, StringComparison.Ordinal)
            || !long.TryParse(offset.AsSpan(MarkLength), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            || !_byId.TryGetValue(id, out var last))
            return null;
        return first is not null && first.Position > last.Position ? first : last;
    }

    private void DropOldest()
    {
        var oldest = _dropped.Next!;
        _bytes -= oldest.Frame!.Length + Overhead;
        _byId.Remove(_dropped.Id);
        _dropped.Leave();
        oldest.DropFrame();
        _dropped = oldest;
    }
}
