using SocketIo.Engine.Frames;
using SocketIo.Engine;
using SocketIo.Rooms;

namespace SocketIo.Recovery;

/// <summary>
/// What a client has missed, collected from the place of its offset on: most of it without the log's lock, the rest under it when
/// the client becomes a receiver again.
/// </summary>
/// <param name="session">Whose it is.</param>
/// <param name="place">Where it begins in memory; null when something in front of that has to be added first.</param>
/// <param name="maxBytes">More than this is not sent.</param>
internal sealed class Replay(RecoverableSession session, LoggedEvent? place, long maxBytes)
{
    private readonly List<Frame> _frames = [];
    private LoggedEvent? _place = place;
    private long _bytes;

    public int Count => _frames.Count;

    /// <summary>Whether it is more than the connection may queue.</summary>
    public bool IsFull => _bytes > maxBytes;

    /// <summary>Whether all that was stored outside memory has been added, up to its end.</summary>
    public bool HasReadAll { get; set; }

    /// <summary>Goes on to the newest event; false when one on the way is gone, or it is more than the connection may queue.</summary>
    public bool TryAdvance()
    {
        while (_place!.Next is { } next)
        {
            if (next.Frame is not { } frame || !TryAdd(next.Target, frame))
                return false;
            _place = next;
        }
        return !_place.IsGone;
    }

    /// <summary>The same, from a place in memory.</summary>
    public bool TryAdvance(LoggedEvent from)
    {
        _place = from;
        return TryAdvance();
    }

    /// <summary>Whether the client is one of an event's receivers.</summary>
    public bool IsFor(in BroadcastTarget target) => session.Matches(target);

    /// <summary>Adds an event, if it is for the client; false when it is more than the connection may queue.</summary>
    public bool TryAdd(in BroadcastTarget target, Frame frame)
    {
        if (!session.Matches(target))
            return true;
        _frames.Add(frame);
        _bytes += frame.Length;
        return !IsFull;
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
}
