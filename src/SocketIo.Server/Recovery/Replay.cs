using SocketIo.Engine;
using SocketIo.Engine.Sessions;

namespace SocketIo.Recovery;

/// <summary>
/// What a client has missed, collected from the place of its offset on: most of it without the log's lock, the rest under it when
/// the client becomes a receiver again.
/// </summary>
internal sealed class Replay(RecoverableSession session, LoggedEvent place, long maxBytes)
{
    private readonly List<Frame> _frames = [];
    private LoggedEvent _place = place;
    private long _bytes;

    public int Count => _frames.Count;

    /// <summary>Goes on to the newest event; false when one on the way is gone, or it is more than the connection may queue.</summary>
    public bool TryAdvance()
    {
        while (_place.Next is { } next)
        {
            if (next.Frame is not { } frame)
                return false;
            if (session.Matches(next.Target) && !TryAdd(frame))
                return false;
            _place = next;
        }
        return !_place.IsGone;
    }

    /// <summary>Queues everything; false when the connection takes no more.</summary>
    public bool SendTo(EngineSession connection)
    {
        foreach (var frame in _frames)
        {
            if (!connection.Enqueue(frame))
                return false;
        }
        return true;
    }

    private bool TryAdd(Frame frame)
    {
        _frames.Add(frame);
        _bytes += frame.Length;
        return _bytes <= maxBytes;
    }
}
