using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using SocketIo.Engine.WebSockets;

namespace SocketIo.Engine.Hosting;

/// <summary>
/// How a request becomes a WebSocket: by an upgrade of HTTP/1.1, by an extended CONNECT of HTTP/2, or on a server that has only
/// WebSockets of its own to give, as that of tests.
/// </summary>
internal static class WebSocketEntry
{
    private static readonly StreamPipeReaderOptions StreamReading = new(leaveOpen: true, useZeroByteReads: true);

    /// <summary>Whether the request wants to become one.</summary>
    public static bool IsRequested(HttpContext context)
    {
        if (context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect)
            return string.Equals(connect.Protocol, Router.WebSocketName, StringComparison.OrdinalIgnoreCase);
        if (IsUpgradable(context))
            return context.Request.Headers.Upgrade.ToString().Contains(Router.WebSocketName, StringComparison.OrdinalIgnoreCase);
        return context.Features.Get<IHttpWebSocketFeature>() is { IsWebSocketRequest: true };
    }

    /// <summary>Why it cannot; null when it can.</summary>
    public static string? FindFault(HttpContext context)
    {
        if (IsExtendedConnect(context))
            return WebSocketHandshake.ValidateExtendedConnect(context.Request);
        return HasOnlyFramed(context) ? null : WebSocketHandshake.Validate(context.Request);
    }

    /// <summary>Whether messages are all that the server has to give: framing, and with it compression, are its own.</summary>
    public static bool HasOnlyFramed(HttpContext context) => !IsExtendedConnect(context) && !IsUpgradable(context);

    /// <summary>Answers the handshake. The stream carries frames.</summary>
    public static ValueTask<Stream> AcceptAsync(HttpContext context)
    {
        var headers = context.Response.Headers;

        // a browser that offered subprotocols fails without an answer; the first is what the reference picks
        var subprotocol = context.Request.Headers.SecWebSocketProtocol.ToString() is { Length: > 0 } offered ? offered.Split(',')[0].Trim() : null;
        if (HasOnlyFramed(context))
            return AcceptFramedAsync(context, subprotocol);
        if (subprotocol is not null)
            headers.SecWebSocketProtocol = subprotocol;
        if (IsExtendedConnect(context))
            return context.Features.GetRequiredFeature<IHttpExtendedConnectFeature>().AcceptAsync();

        headers.Upgrade = Router.WebSocketName;
        headers.Connection = HeaderNames.Upgrade;
        headers.SecWebSocketAccept = WebSocketHandshake.AcceptKey(context.Request.Headers.SecWebSocketKey.ToString());
        return new ValueTask<Stream>(context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync());
    }

    /// <summary>Takes the handshake's headers out of an answer that will be another one.</summary>
    public static void TakeBack(HttpResponse response)
    {
        response.Headers.Upgrade = default;
        response.Headers.Connection = default;
        response.Headers.SecWebSocketAccept = default;
        response.Headers.SecWebSocketProtocol = default;
        response.Headers.SecWebSocketExtensions = default;
        response.Headers.SetCookie = default;
    }

    /// <summary>
    /// The connection's own pipe, which stays the server's to complete; null where a stream is read. On HTTP/1.1 the upgraded stream
    /// only copies what that pipe holds.
    /// </summary>
    public static PipeReader? ConnectionInput(HttpContext context) =>
        IsExtendedConnect(context) ? null : context.Features.Get<IConnectionTransportFeature>()?.Transport.Input;

    // A zero-byte read, which waits for data before a buffer is rented, keeps an idle connection small.
    public static PipeReader StreamInput(Stream stream) => PipeReader.Create(stream, StreamReading);

    /// <summary>The socket, which may be written only where the server would write the same bytes to it: HTTP/1.1 without TLS.</summary>
    public static KestrelSocket? SocketOf(HttpContext context) =>
        !IsExtendedConnect(context)
        && context.Features.Get<ITlsHandshakeFeature>() is null
        && context.Features.Get<IConnectionSocketFeature>() is { } feature
            ? KestrelSocket.TryUse(feature.Socket)
            : null;

    /// <summary>The connection itself, where it can do without the request.</summary>
    public static ReleasedConnection? Release(HttpContext context) =>
        IsExtendedConnect(context) ? null : context.Features.Get<IReleasableConnection>()?.Release();

    private static async ValueTask<Stream> AcceptFramedAsync(HttpContext context, string? subprotocol)
    {
        var feature = context.Features.GetRequiredFeature<IHttpWebSocketFeature>();
        var socket = await feature.AcceptAsync(new WebSocketAcceptContext { SubProtocol = subprotocol }).ConfigureAwait(false);
        return new FramedStream(socket, context.RequestAborted);
    }

    private static bool IsUpgradable(HttpContext context) => context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true };

    private static bool IsExtendedConnect(HttpContext context) =>
        context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true };
}
