using Microsoft.Extensions.Logging;

namespace SocketIo.Engine.Sessions;

/// <summary>
/// Handlers that hold the thread that reads their session, as the heartbeat sees it: each that does so for longer than a client may
/// take to answer is a line of the log. Used by the heartbeat alone; nothing is kept for sessions whose handlers return or await.
/// </summary>
/// <param name="limit">How long is too long, in the unit of the time stamps.</param>
/// <param name="logger">Where the line goes.</param>
internal sealed class BlockedHandlers(long limit, ILogger logger)
{
    private readonly Dictionary<EngineSession, Sight> _seen = [];

    /// <summary>How many are watched.</summary>
    public int Count => _seen.Count;

    /// <summary>A session's thread was found in the middle of a handler.</summary>
    public void Watch(EngineSession session, Transport transport, long now)
    {
        var handling = transport.Handling;
        if (!_seen.TryGetValue(session, out var sight) || !sight.IsOf(transport, handling))
            _seen[session] = new Sight(transport, handling, now, IsTold: false);
    }

    /// <summary>Looks at all that were found: those that have gone on are forgotten.</summary>
    public void Look(long now)
    {
        foreach (var (session, sight) in _seen)
        {
            if (!sight.GoesOn)
                _seen.Remove(session);
            else if (!sight.IsTold && now - sight.Since >= limit)
                Tell(session, sight, now);
        }
    }

    private void Tell(EngineSession session, Sight sight, long now)
    {
        _seen[session] = sight with { IsTold = true };
        var seconds = (long)session.Server.Time.GetElapsedTime(sight.Since, now).TotalSeconds;

        // elsewhere: a logger may take its time
        session.Post(session => Log.HandlerBlocks(logger, session.Label, session.Who, seconds));
    }

    private readonly record struct Sight(Transport Transport, int Handling, long Since, bool IsTold)
    {
        public bool GoesOn => IsOf(Transport, Transport.Handling);

        public bool IsOf(Transport transport, int handling) => ReferenceEquals(transport, Transport) && handling == Handling;
    }
}
