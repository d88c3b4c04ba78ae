using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace SocketIo.Engine.Sessions;

/// <summary>
/// How much of the log one client may fill: of each kind of line a session's first ones are written, and the others are counted and told
/// once, at its end. Sessions that cause none have no place here.
/// </summary>
internal sealed class LineLimit(ILogger logger)
{
    // Enough to see what a client does wrong.
    private const int Written = 5;

    private readonly ConcurrentDictionary<EngineSession, SessionLines> _sessions = new();

    /// <summary>Counts a line; whether it is to be written.</summary>
    public bool Allows(EngineSession session, LineKind kind)
    {
        if (!logger.IsEnabled(kind.Level))
            return false;
        var count = _sessions.GetOrAdd(session, static _ => new SessionLines()).Add(kind);

        // a full fence lies before this look: the end of a session moves the state and then looks for its lines
        if (session.State is SessionState.Closed)
            End(session);
        if (count == Written + 1)
            Log.LinesEnd(logger, kind.Level, kind.Name, session.Label);
        return count <= Written;
    }

    /// <summary>The session has ended.</summary>
    public void End(EngineSession session)
    {
        if (!_sessions.TryRemove(session, out var lines))
            return;
        foreach (var (kind, count) in lines.All)
        {
            if (count > Written)
                Log.LinesOmitted(logger, kind.Level, session.Label, count - Written, kind.Name);
        }
    }

    /// <summary>The lines of one session by kind, of which there are few. Locks itself.</summary>
    private sealed class SessionLines
    {
        private readonly List<(LineKind Kind, long Count)> _counts = [];

        public (LineKind Kind, long Count)[] All
        {
            get
            {
                lock (this)
                    return [.. _counts];
            }
        }

        public long Add(LineKind kind)
        {
            lock (this)
            {
                var place = _counts.FindIndex(counted => counted.Kind == kind);
                if (place < 0)
                {
                    _counts.Add((kind, 1));
                    return 1;
                }
                _counts[place] = (kind, _counts[place].Count + 1);
                return _counts[place].Count;
            }
        }
    }
}
