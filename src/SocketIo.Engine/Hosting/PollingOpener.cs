using Microsoft.AspNetCore.Http;
using SocketIo.Engine.Polling;
using SocketIo.Engine.Sessions;

namespace SocketIo.Engine.Hosting;

/// <summary>Begins sessions that poll.</summary>
internal sealed class PollingOpener(EngineServer server, SessionLimits limits, ResponseHeaders headers, ErrorAnswer errors)
{
    public Task OpenAsync(HttpContext context, in Opening opening)
    {
        using var claim = opening.Claim;
        if (limits.Enter(context, out var place) is { } error)
            return errors.WriteAsync(context, isUpgrade: false, error);
        if (!headers.TryWriteInitial(context, opening.Id))
        {
            limits.Leave(place);
            return Task.CompletedTask;
        }
        var format = opening.Format;
        var session = new EngineSession(
            server, opening.Id, new RequestSnapshot(context), session => new PollingTransport(session, format), opening.Revision3) { Place = place };

        // the first GET waits for its own answer: the open packet, which is queued first
        var poll = ((PollingTransport)session.CurrentTransport).PollAsync(context);
        session.Open();
        return poll;
    }
}
