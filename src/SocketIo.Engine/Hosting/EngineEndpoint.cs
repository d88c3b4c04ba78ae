using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using SocketIo.Engine.Polling;
using SocketIo.Engine.Sessions;
using SocketIo.Engine.WebSockets;

namespace SocketIo.Engine.Hosting;

/// <summary>A request comes in, and is one of: open, poll, post, upgrade, or an error of the protocol.</summary>
internal sealed partial class EngineEndpoint(EngineServer server, CorsService cors, Func<HttpContext, string, Task?>? serveFile)
{
    /// <summary>The route value that holds what follows the path, up to the next slash.</summary>
    public const string FileRouteValue = "file";

    /// <summary>The route value that holds what follows that slash.</summary>
    public const string RestRouteValue = "rest";

    private const string WebSocketName = "websocket";
    private const string PollingName = "polling";
    private const string OtherTransport = "the session uses another transport";

    private static readonly StreamPipeReaderOptions StreamReading = new(leaveOpen: true, useZeroByteReads: true);

    // The reference, too, accepts a WebSocket too many and closes it.
    private static readonly Frame UpgradeTooMany = Frame.Close(CloseCode.Normal, "the session is being upgraded or was");

    private readonly EngineOptions _options = server.Options;

    /// <summary>A request for the path itself.</summary>
    public Task HandleAsync(HttpContext context)
    {
        if (_options.Cors is { } policy && ApplyCors(context, policy))
            return Task.CompletedTask;
        if (_options.AddTrailingSlash && context.Request.Path.Value?.EndsWith(server.Path.TrimEnd('/'), StringComparison.Ordinal) == true)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }
        return HandleEngineAsync(context);
    }

    /// <summary>A request for something under the path: a file, or else the same as for the path.</summary>
    public Task HandleFileAsync(HttpContext context)
    {
        var route = context.Request.RouteValues;
        if (serveFile is null || route[FileRouteValue] is not string file || route[RestRouteValue] is not null)
            return HandleAsync(context);
        if (_options.Cors is { } policy && ApplyCors(context, policy))
            return Task.CompletedTask;
        return serveFile(context, file) ?? HandleEngineAsync(context);
    }

    // A request that stays as long as its WebSocket is served by one state machine, not by a chain of them.
    private Task HandleEngineAsync(HttpContext context)
    {
        var isUpgrade = IsWebSocketRequest(context);
        var query = EngineQuery.Of(context.Request);
        if (Verify(context, query, isUpgrade, out var session) is { } error)
            return RefuseAsync(context, isUpgrade, error);
        if (session is null)
            return OpenAsync(context, query, isUpgrade);
        if (isUpgrade)
            return AcceptAsync(context, session.Id, session, null);
        return session.CurrentTransport is PollingTransport polling
            ? ContinueAsync(context, polling)
            : RefuseAsync(context, isUpgrade, EngineError.BadRequest(OtherTransport));
    }

    // The order of the checks is the reference's: it decides which code a request with several faults gets.
    private EngineError? Verify(HttpContext context, in EngineQuery query, bool isUpgrade, out EngineSession? session)
    {
        session = null;
        var transport = query.Transport;
        if (!IsServed(transport))
            return EngineError.UnknownTransport(transport);

        if (!string.IsNullOrEmpty(query.Sid))
        {
            if (!server.Sessions.TryGet(query.Sid, out session) || session.IsGone)
                return EngineError.UnknownSession;
            var matches = isUpgrade ? transport == WebSocketName : session.CurrentTransport is PollingTransport && transport == PollingName;
            return matches ? null : EngineError.BadRequest(OtherTransport);
        }

        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsConnect(context.Request.Method))
            return EngineError.BadHandshakeMethod(context.Request.Method);
        return (transport == WebSocketName) == isUpgrade ? null : EngineError.BadRequest("the request does not fit the transport");
    }

    private Task OpenAsync(HttpContext context, in EngineQuery query, bool isUpgrade)
    {
        if (!server.IsStopping)
            return _options.AllowRequest is { } allow ? AskAndOpenAsync(allow, context, query, isUpgrade) : OpenAllowedAsync(context, query, isUpgrade);
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return Task.CompletedTask;
    }

    private async Task AskAndOpenAsync(
        Func<HttpContext, ValueTask<AllowRequestResult>> allow, HttpContext context, EngineQuery query, bool isUpgrade)
    {
        if (await AskAsync(allow, context).ConfigureAwait(false) is { IsRefused: true } refusal)
            await RefuseAsync(context, isUpgrade, EngineError.Forbidden(refusal.Message)).ConfigureAwait(false);
        else
            await OpenAllowedAsync(context, query, isUpgrade).ConfigureAwait(false);
    }

    private async ValueTask<AllowRequestResult> AskAsync(Func<HttpContext, ValueTask<AllowRequestResult>> allow, HttpContext context)
    {
        try
        {
            return await allow(context).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.AllowRequestFailed(server.Logger, exception);
            return AllowRequestResult.Refuse();
        }
    }

    private Task OpenAllowedAsync(HttpContext context, in EngineQuery query, bool isUpgrade)
    {
        // what is not 4 is 3, also where no version is named, as in the reference
        var revision3 = query.Protocol == "4" ? null : new Revision3(query.IsBase64 || query.Callback is not null);
        if (revision3 is not null && !_options.AllowEIO3)
            return RefuseAsync(context, isUpgrade, EngineError.UnsupportedProtocolVersion);
        return _options.GenerateId is { } generate
            ? GenerateAndOpenAsync(generate, context, query, isUpgrade, revision3)
            : OpenAsync(context, SessionStore.NewId(), query, isUpgrade, revision3);
    }

    private Task OpenAsync(HttpContext context, string id, in EngineQuery query, bool isUpgrade, Revision3? revision3) =>
        isUpgrade ? AcceptAsync(context, id, null, revision3) : OpenPollingAsync(context, id, revision3, FormatOf(query));

    private async Task GenerateAndOpenAsync(
        Func<HttpContext, ValueTask<string>> generate, HttpContext context, EngineQuery query, bool isUpgrade, Revision3? revision3)
    {
        if (await GenerateIdAsync(generate, context).ConfigureAwait(false) is { } id)
            await OpenAsync(context, id, query, isUpgrade, revision3).ConfigureAwait(false);
        else
            await RefuseAsync(context, isUpgrade, EngineError.BadRequest("ID_GENERATION_ERROR")).ConfigureAwait(false);
    }

    private async ValueTask<string?> GenerateIdAsync(Func<HttpContext, ValueTask<string>> generate, HttpContext context)
    {
        try
        {
            var id = await generate(context).ConfigureAwait(false);
            if (SessionStore.IsId(id) && !server.Sessions.TryGet(id, out _))
                return id;
            Log.IdRefused(server.Logger);
        }
        catch (Exception exception)
        {
            Log.GenerateIdFailed(server.Logger, exception);
        }
        return null;
    }

    private static PayloadFormat FormatOf(in EngineQuery query)
    {
        if (query.Protocol == "4")
            return PayloadFormat.Version4;
        return query.Callback is { } callback ? new JsonpFormat(callback) : PayloadFormat.Version3;
    }

    private async Task OpenPollingAsync(HttpContext context, string id, Revision3? revision3, PayloadFormat format)
    {
        var session = new EngineSession(server, id, new RequestSnapshot(context), session => new PollingTransport(session, format), revision3);
        AppendCookie(context, id);

        // the first GET waits for its own answer: the open packet, which is queued first
        var poll = ((PollingTransport)session.CurrentTransport).PollAsync(context, WriteInitialHeaders);
        session.Open();
        await poll.ConfigureAwait(false);
    }

    /// <summary>Makes the request a WebSocket, of a session that polls so far or of a new one with the id.</summary>
    private Task AcceptAsync(HttpContext context, string id, EngineSession? session, Revision3? revision3)
    {
        if (HandshakeFault(context) is { } fault)
            return RefuseAsync(context, isUpgrade: true, EngineError.BadRequest(fault));
        if (session is null)
        {
            AppendCookie(context, id);
            WriteInitialHeaders(context);
        }
        else
        {
            WriteHeaders(context);
        }
        var deflate = NegotiateDeflate(context);
        var accepted = AcceptAsync(context);
        return accepted.IsCompletedSuccessfully
            ? Serve(context, id, session, revision3, deflate, accepted.Result)
            : ServeAsync(context, id, session, revision3, deflate, accepted);
    }

    private PerMessageDeflate? NegotiateDeflate(HttpContext context)
    {
        if (_options.PerMessageDeflate is not { } options)
            return null;
        var deflate = DeflateNegotiation.Accept(options, context.Request.Headers.SecWebSocketExtensions, out var answer);
        if (deflate is not null)
            context.Response.Headers.SecWebSocketExtensions = answer;
        return deflate;
    }

    private async Task ServeAsync(
        HttpContext context, string id, EngineSession? session, Revision3? revision3, PerMessageDeflate? deflate, ValueTask<Stream> accepted) =>
        await Serve(context, id, session, revision3, deflate, await accepted.ConfigureAwait(false)).ConfigureAwait(false);

    private Task Serve(
        HttpContext context, string id, EngineSession? session, Revision3? revision3, PerMessageDeflate? deflate, Stream stream)
    {
        if (Release(context) is { } connection)
        {
            ServeReleased(context, id, session, revision3, deflate, connection);
            return Task.CompletedTask;
        }
        var input = InputOf(context, stream);
        if (session is not null)
            return Upgrade(context, session, deflate, input, stream);
        session = new EngineSession(
            server,
            id,
            context,
            session => new WebSocketTransport(session, input, stream, SocketOf(context), isCandidate: false, context, deflate),
            revision3);
        session.Open();
        return Run((WebSocketTransport)session.CurrentTransport, context, input);
    }

    private Task Upgrade(HttpContext context, EngineSession session, PerMessageDeflate? deflate, PipeReader input, Stream stream)
    {
        if (session.TryBeginUpgrade() is not { } attempt)
            return stream.WriteAsync(UpgradeTooMany.Memory, context.RequestAborted).AsTask();
        var candidate = new WebSocketTransport(session, input, stream, SocketOf(context), isCandidate: true, context, deflate);
        attempt.Attach(candidate);
        return Run(candidate, context, input);
    }

    /// <summary>The same for a connection that the request does not keep: it ends now.</summary>
    private void ServeReleased(
        HttpContext context, string id, EngineSession? session, Revision3? revision3, PerMessageDeflate? deflate, ReleasedConnection connection)
    {
        if (session is null)
        {
            session = new EngineSession(
                server, id, new RequestSnapshot(context), session => new WebSocketTransport(session, connection, deflate), revision3);
            session.Open();
            ((WebSocketTransport)session.CurrentTransport).Start();
        }
        else if (session.TryBeginUpgrade() is { } attempt)
        {
            var candidate = new WebSocketTransport(session, connection, deflate);
            attempt.Attach(candidate);
            candidate.Start();
        }
        else
        {
            connection.Send(UpgradeTooMany.Span, out _);
            connection.Close();
        }
    }

    // The connection's own pipe is the server's to complete.
    private static Task Run(WebSocketTransport transport, HttpContext context, PipeReader input) =>
        input == ConnectionInput(context) ? transport.RunAsync() : RunAndCompleteAsync(transport, input);

    private static async Task RunAndCompleteAsync(WebSocketTransport transport, PipeReader input)
    {
        await transport.RunAsync().ConfigureAwait(false);
        await input.CompleteAsync().ConfigureAwait(false);
    }

    private Task ContinueAsync(HttpContext context, PollingTransport transport)
    {
        if (HttpMethods.IsGet(context.Request.Method))
            return transport.PollAsync(context, WriteHeaders);
        if (HttpMethods.IsPost(context.Request.Method))
            return transport.PostAsync(context, WriteHeaders);
        context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        context.Response.Headers.Allow = "GET, POST";
        return Task.CompletedTask;
    }

    private bool IsServed(string? transport) => transport switch
    {
        PollingName => _options.Transports.HasFlag(EngineTransports.Polling),
        WebSocketName => _options.Transports.HasFlag(EngineTransports.WebSocket),
        _ => false,
    };

    /// <summary>Applies the policy; true when the request was a preflight and is answered.</summary>
    private bool ApplyCors(HttpContext context, CorsPolicy policy)
    {
        var result = cors.EvaluatePolicy(context, policy);
        cors.ApplyResult(result, context.Response);
        if (!result.IsPreflightRequest)
            return false;
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return true;
    }

    private void AppendCookie(HttpContext context, string id)
    {
        if (_options.Cookie is { } cookie)
            context.Response.Cookies.Append(cookie.Name ?? "io", id, cookie.Build(context));
    }

    private void WriteInitialHeaders(HttpContext context)
    {
        _options.Events.OnInitialHeaders?.Invoke(context, context.Response.Headers);
        WriteHeaders(context);
    }

    private void WriteHeaders(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        _options.Events.OnHeaders?.Invoke(context, context.Response.Headers);
    }

    private Task RefuseAsync(HttpContext context, bool isUpgrade, EngineError error)
    {
        server.Metrics.Rejected(error.Code);
        Log.Refused(server.Logger, error.Code, error.Message, error.Detail);
        _options.Events.OnConnectionError?.Invoke(new ConnectionError(context, error.Code, error.Message, error.Detail));

        var response = context.Response;
        if (isUpgrade)
        {
            response.StatusCode = StatusCodes.Status400BadRequest;
            response.ContentType = "text/html";
            if (HttpProtocol.IsHttp11(context.Request.Protocol))
                response.Headers.Connection = "close";
            return response.WriteAsync(error.Message);
        }
        response.StatusCode = error.IsForbidden ? StatusCodes.Status403Forbidden : StatusCodes.Status400BadRequest;
        response.ContentType = "application/json";
        return response.WriteAsync(JsonSerializer.Serialize(new ErrorBody(error.Code, error.Message), ErrorJson.Default.ErrorBody));
    }

    private static bool IsWebSocketRequest(HttpContext context)
    {
        if (context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect)
            return string.Equals(connect.Protocol, WebSocketName, StringComparison.OrdinalIgnoreCase);
        return context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
            && context.Request.Headers.Upgrade.ToString().Contains(WebSocketName, StringComparison.OrdinalIgnoreCase);
    }

    private static string? HandshakeFault(HttpContext context) =>
        IsExtendedConnect(context) ? WebSocketHandshake.ValidateExtendedConnect(context.Request) : WebSocketHandshake.Validate(context.Request);

    private static bool IsExtendedConnect(HttpContext context) =>
        context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true };

    private static ValueTask<Stream> AcceptAsync(HttpContext context)
    {
        var headers = context.Response.Headers;

        // a browser that offered subprotocols fails without an answer; the first is what the reference picks
        if (context.Request.Headers.SecWebSocketProtocol.ToString() is { Length: > 0 } offered)
            headers.SecWebSocketProtocol = offered.Split(',')[0].Trim();
        if (IsExtendedConnect(context))
            return context.Features.GetRequiredFeature<IHttpExtendedConnectFeature>().AcceptAsync();

        headers.Upgrade = WebSocketName;
        headers.Connection = HeaderNames.Upgrade;
        headers.SecWebSocketAccept = WebSocketHandshake.AcceptKey(context.Request.Headers.SecWebSocketKey.ToString());
        return new ValueTask<Stream>(context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync());
    }

    // On HTTP/1.1 the upgraded stream only copies what the connection's pipe holds. Elsewhere a zero-byte read, which waits for data
    // before a buffer is rented, keeps an idle connection small.
    private static PipeReader InputOf(HttpContext context, Stream stream) =>
        ConnectionInput(context) ?? PipeReader.Create(stream, StreamReading);

    private static PipeReader? ConnectionInput(HttpContext context) =>
        IsExtendedConnect(context) ? null : context.Features.Get<IConnectionTransportFeature>()?.Transport.Input;

    // The socket may be written only where the server would write the same bytes to it: HTTP/1.1 without TLS.
    private KestrelSocket? SocketOf(HttpContext context) =>
        _options.DirectSocketWrites
        && !IsExtendedConnect(context)
        && context.Features.Get<ITlsHandshakeFeature>() is null
        && context.Features.Get<IConnectionSocketFeature>() is { } feature
            ? KestrelSocket.TryUse(feature.Socket)
            : null;

    private ReleasedConnection? Release(HttpContext context) =>
        _options.DirectSocketWrites && !IsExtendedConnect(context) ? context.Features.Get<IReleasableConnection>()?.Release() : null;

    private sealed record ErrorBody(
        [property: JsonPropertyName("code")] int Code,
        [property: JsonPropertyName("message")] string Message);

    [JsonSerializable(typeof(ErrorBody))]
    private sealed partial class ErrorJson : JsonSerializerContext;
}
