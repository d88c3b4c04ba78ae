using Microsoft.AspNetCore.Http;
using SocketIo.Engine.Polling;
using SocketIo.Engine.Sessions;

namespace SocketIo.Engine.Hosting;

/// <summary>A request comes in, and is one of: open, poll, post, upgrade, or an error of the protocol.</summary>
internal sealed class Router(
    EngineServer server,
    Admission admission,
    WebSocketAcceptor acceptor,
    ResponseHeaders headers,
    ErrorAnswer errors,
    OriginRules origins,
    Func<HttpContext, string, Task?>? serveFile)
{
    /// <summary>The route value that holds what follows the path, up to the next slash.</summary>
    public const string FileRouteValue = "file";

    /// <summary>The route value that holds what follows that slash.</summary>
    public const string RestRouteValue = "rest";

    public const string WebSocketName = "websocket";
    public const string PollingName = "polling";

    private readonly EngineTransports _served = server.Options.Transports;
    private readonly bool _wantsSlash = server.Options.AddTrailingSlash;

    /// <summary>A request for the path itself.</summary>
    public Task HandleAsync(HttpContext context)
    {
        if (origins.TryAnswer(context))
            return Task.CompletedTask;
        if (!_wantsSlash || context.Request.Path.Value is [.., '/'])
            return RouteAsync(context);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    /// <summary>A request for something under the path: a file, or else the same as for the path.</summary>
    public Task HandleFileAsync(HttpContext context)
    {
        if (origins.TryAnswer(context))
            return Task.CompletedTask;
        var route = context.Request.RouteValues;
        return serveFile is not null && route[FileRouteValue] is string file && route[RestRouteValue] is null
            ? serveFile(context, file) ?? RouteAsync(context)
            : RouteAsync(context);
    }

    // A request that stays as long as its WebSocket is served by one state machine, not by a chain of them.
    private Task RouteAsync(HttpContext context)
    {
        var isUpgrade = WebSocketEntry.IsRequested(context);
        var query = EngineQuery.Of(context.Request);
        if (Find(context, query, isUpgrade, out var session) is { } error)
            return errors.WriteAsync(context, isUpgrade, error);
        if (session is null)
            return admission.OpenAsync(context, query, isUpgrade);
        if (isUpgrade)
            return acceptor.UpgradeAsync(context, session);
        return session.CurrentTransport is PollingTransport polling
            ? ContinueAsync(context, session, polling)
            : errors.WriteAsync(context, isUpgrade, EngineError.OtherTransport(session));
    }

    // The order of the checks is the reference's: it decides which code a request with several faults gets.
    private EngineError? Find(HttpContext context, in EngineQuery query, bool isUpgrade, out EngineSession? session)
    {
        session = null;
        var transport = query.Transport;
        if (!IsServed(transport))
            return EngineError.UnknownTransport(transport);

        if (!string.IsNullOrEmpty(query.Sid))
        {
            if (!server.Sessions.TryGet(query.Sid, out session) || session.IsGone)
                return EngineError.UnknownSession;
            if (!isUpgrade && transport == WebSocketName)
                return errors.NoUpgrade(context);
            var matches = isUpgrade ? transport == WebSocketName : session.CurrentTransport is PollingTransport;
            if (!matches)
                return EngineError.OtherTransport(session);
            return query.IsVersion4 == (session.Protocol == 4) ? null : EngineError.OtherVersion(session);
        }

        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsConnect(context.Request.Method))
            return EngineError.BadHandshakeMethod(context.Request.Method);
        if (!isUpgrade && transport == WebSocketName)
            return errors.NoUpgrade(context);
        return isUpgrade && transport != WebSocketName ? EngineError.BadRequest("a WebSocket that asks for another transport") : null;
    }

    private Task ContinueAsync(HttpContext context, EngineSession session, PollingTransport transport)
    {
        var isGet = HttpMethods.IsGet(context.Request.Method);
        if (!isGet && !HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = "GET, POST";
            return Task.CompletedTask;
        }
        if (!headers.TryWrite(context, session))
            return Task.CompletedTask;
        return isGet ? transport.PollAsync(context) : transport.PostAsync(context);
    }

    private bool IsServed(string? transport) => transport switch
    {
        PollingName => _served.HasFlag(EngineTransports.Polling),
        WebSocketName => _served.HasFlag(EngineTransports.WebSocket),
        _ => false,
    };
}
