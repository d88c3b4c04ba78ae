using SocketIo.Engine.Frames;
using SocketIo.Rooms;

namespace SocketIo.Recovery;

/// <summary>
/// The newest events of a namespace in the order in which its sockets got them, up to a number of bytes. A table leads from an event's id,
/// which its offset tells, to its place. Guarded by the lock of who delivers.
/// </summary>
/// <typeparam name="TId">What an event is found by.</typeparam>
internal sealed class EventLog<TId> where TId : notnull
{
    // What an event occupies beside its bytes, roughly: the object, its table entry, its array's header.
    private const int Overhead = 160;

    private readonly Dictionary<TId, LoggedEvent<TId>> _byId = [];
    private readonly long _maxBytes;

    // The last event that was dropped, without its bytes: who has got this one has missed nothing that is gone.
    private LoggedEvent<TId> _dropped;
    private LoggedEvent<TId> _newest;
    private long _bytes;

    /// <param name="beginning">Stands for the place before the first event.</param>
    /// <param name="maxBytes">The most that is kept.</param>
    public EventLog(TId beginning, long maxBytes)
    {
        _maxBytes = maxBytes;
        _dropped = _newest = new LoggedEvent<TId>(beginning, null, default);
        _byId[beginning] = _dropped;
    }

    public TId NewestId => _newest.Id;

    public void Append(TId id, Frame frame, in BroadcastTarget target)
    {
        var logged = new LoggedEvent<TId>(id, frame, target) { Position = _newest.Position + 1 };
        _byId[id] = logged;
        _newest.Next = logged;
        _newest = logged;
        _bytes += frame.Length + Overhead;
        while (_bytes > _maxBytes)
            DropOldest();
    }

    /// <summary>The place of an event; null when something behind it is gone.</summary>
    public LoggedEvent? Find(TId id) => _byId.GetValueOrDefault(id);

    /// <summary>Forgets everything, since something is missing that nobody can tell.</summary>
    /// <param name="beginning">Stands for the place before the next event.</param>
    public void Clear(TId beginning)
    {
        while (_dropped.Next is not null)
            DropOldest();
        _byId.Clear();
        var next = new LoggedEvent<TId>(beginning, null, default) { Position = _newest.Position + 1 };
        _dropped.Leave();
        _dropped = _newest = next;
        _byId[beginning] = next;
    }

    private void DropOldest()
    {
        var oldest = (LoggedEvent<TId>)_dropped.Next!;
        _bytes -= oldest.Frame!.Length + Overhead;
        _byId.Remove(_dropped.Id);
        _dropped.Leave();
        oldest.DropFrame();
        _dropped = oldest;
    }
}
