using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using SocketIo.Engine.Sessions;

namespace SocketIo.Engine.Hosting;

/// <summary>The limits of sessions, and what is told when they are reached.</summary>
internal sealed class SessionLimits(EngineServer server)
{
    private readonly int _max = server.Options.MaxSessions;
    private readonly RefusalCount _refused = new(server);
    private readonly RefusalCount _refusedOfAddress = new(server);

    /// <summary>Why a session cannot begin now; null when it can. For a look before the application is asked.</summary>
    public EngineError? Find(HttpContext context) => ErrorOf(context, server.Quota.Look(AddressOf(context)));

    /// <summary>Counts a session in, which takes the place over; null, or why it cannot begin.</summary>
    public EngineError? Enter(HttpContext context, out AddressKey place) =>
        ErrorOf(context, server.Quota.Enter(AddressOf(context), out place));

    /// <summary>Gives a place back that no session has taken over.</summary>
    public void Leave(AddressKey place) => server.Quota.Leave(place);

    // The context's own view of the connection would be kept as long as the request.
    private static IPAddress? AddressOf(HttpContext context) => context.Features.Get<IHttpConnectionFeature>()?.RemoteIpAddress;

    private EngineError? ErrorOf(HttpContext context, QuotaResult result)
    {
        switch (result)
        {
            case QuotaResult.Full:
                server.Metrics.Limited(nameof(EngineOptions.MaxSessions));
                if (_refused.Add() is > 0 and var refused)
                    Log.TooManySessions(server.Logger, _max, refused);
                return EngineError.TooManySessions(_max);
            case QuotaResult.FullForAddress:
                server.Metrics.Limited(nameof(EngineOptions.MaxSessionsPerAddress));
                if (_refusedOfAddress.Add() is > 0 and var refusedOfAddress)
                    Log.TooManySessionsOfAddress(server.Logger, AddressOf(context)!, server.Quota.MaxPerAddress, refusedOfAddress);
                return EngineError.TooManySessionsOfAddress(server.Quota.MaxPerAddress);
            default:
                return null;
        }
    }
}
