using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace SocketIo.Engine.Sessions;

/// <summary>
/// The request that opened a session, while it lasts, and then what it said; with the services of the session. Part of an
/// <see cref="EngineSession"/>; thread-safe.
/// </summary>
internal struct SessionRequest
{
    // One for all sessions: a lock for each would cost memory for each, and nothing is done under it but to look or to write a field.
    private static readonly Lock Sync = new();

    // A RequestSnapshot, or the HttpContext itself until the request ends.
    private object _request;

    public SessionRequest(object request) => _request = request;

    /// <summary>The request as it is, for what it says; its services are not to be used.</summary>
    public readonly HttpContext Context =>
        Volatile.Read(in _request) is HttpContext context ? context : ((RequestSnapshot)_request).HttpContext;

    /// <summary>The request with the services of the session, unless these have ended.</summary>
    public readonly HttpContext WithServices(EngineServer server, ref readonly SessionLife life)
    {
        lock (Sync)
        {
            var context = Context;
            if (ServicesOf(context) is null)
            {
                // who ends them holds them no more before it looks for them under the lock
                var services = new SessionServices(server.Scopes, server.Logger, context.Features.Get<IServiceProvidersFeature>(), !life.HoldsServices);
                context.Features.Set<IServiceProvidersFeature>(services);
            }
            return context;
        }
    }

    /// <summary>The request ends: what it said is kept, the request is not, and gets its own services back.</summary>
    public void Detach()
    {
        lock (Sync)
        {
            var context = Context;
            var snapshot = new RequestSnapshot(context);
            if (ServicesOf(context) is { } services)
            {
                context.Features.Set(services.Replaced);
                snapshot.HttpContext.Features.Set<IServiceProvidersFeature>(services);
            }
            Volatile.Write(ref _request, snapshot);
        }
    }

    /// <summary>Nobody wants the services any more.</summary>
    public readonly void EndServices()
    {
        SessionServices? services;
        lock (Sync)
        {
            var known = _request as HttpContext ?? ((RequestSnapshot)_request).KnownContext;
            services = known is null ? null : ServicesOf(known);
        }
        services?.End();
    }

    private static SessionServices? ServicesOf(HttpContext context) => context.Features.Get<IServiceProvidersFeature>() as SessionServices;
}
