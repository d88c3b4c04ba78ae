using SocketIo.Cluster;
using SocketIo.Engine.Frames;
using SocketIo.Engine.Sessions;
using SocketIo.Recovery;
using SocketIo.Rooms;

namespace SocketIo.Peers;

/// <summary>
/// The end of the backplane's log, as far as this server has read it: the newest entries in memory, and how far clients that came back were
/// sent ahead of them. Guarded by the lock of who delivers.
/// </summary>
internal sealed class LogTail(ClusterLog stored, long maxBytes)
{
    // No offset: the place in memory before the first entry that was read.
    private const string Beginning = "";

    private readonly EventLog<string> _read = new(Beginning, maxBytes);

    // The furthest that a client was sent ahead of what was read here.
    private string? _ahead;

    // The newest entry when this server began to read; null when it is not known, or entries are missing since.
    private string? _start;

    // The newest entry that was read; null when there is none.
    private string? _newest;

    /// <summary>How often entries were missing.</summary>
    public int Gaps { get; private set; }

    /// <summary>What lies behind this one a client that connects now has to get; null when it is not known.</summary>
    public string? Newest => _newest ?? _start;

    /// <summary>This server begins to read behind an entry; null when the log is empty. The first counts.</summary>
    public void BeginAt(string? newest) => _start ??= newest;

    /// <summary>The next entry.</summary>
    public void Append(string offset, Frame frame, in BroadcastTarget target)
    {
        _read.Append(offset, frame, target);
        _newest = offset;
    }

    /// <summary>Entries are missing: clients that had come before must not believe that they have everything.</summary>
    public void OnGap()
    {
        Gaps++;

        // not the beginning: what a client has read of the log before does not lead to what comes now
        _read.Clear(SessionStore.NewId());
        _newest = null;
        _start = null;
        _ahead = null;
    }

    /// <summary>
    /// Whether a client that came back may have been sent an entry before it was read here. Asked in the order of the entries: behind the
    /// first that was not, none was.
    /// </summary>
    public bool WasSentAhead(string offset)
    {
        if (_ahead is not null && stored.Compare(offset, _ahead) <= 0)
            return true;
        _ahead = null;
        return false;
    }

    /// <summary>
    /// Goes on in memory from where the client is. False when the log must be read first: memory has lost something behind that place, or
    /// begins behind it.
    /// </summary>
    public bool TryGoOn(SharedSession session, Replay replay)
    {
        if (_newest is null || stored.Compare(session.SentTo!, _newest) > 0)
        {
            // what this server has not read yet comes by itself, and to this client only what it has not been sent
            if (replay.HasReadAll && (_ahead is null || stored.Compare(session.SentTo!, _ahead) > 0))
                _ahead = session.SentTo;
            return replay.HasReadAll;
        }

        // all that was in the log before memory begins has been read
        var place = _read.Find(session.SentTo!) ?? (replay.HasReadAll ? _read.Find(Beginning) : null);
        if (place is null || !replay.TryAdvance(place))
            return false;
        session.SentTo = _newest;
        return true;
    }
}
