using Microsoft.AspNetCore.Http;

namespace SocketIo.Engine;

/// <summary>A request that the engine refused: what <see cref="EngineEvents.OnConnectionError"/> gets.</summary>
public sealed class ConnectionError
{
    internal ConnectionError(HttpContext httpContext, int code, string message, string? detail) =>
        (HttpContext, Code, Message, Detail) = (httpContext, code, message, detail);

    /// <summary>The request; valid during the call only.</summary>
    public HttpContext HttpContext { get; }

    /// <summary>
    /// 0 transport unknown, 1 session id unknown, 2 bad handshake method, 3 bad request, 4 forbidden, 5 unsupported protocol version.
    /// </summary>
    public int Code { get; }

    /// <summary>What the client is told.</summary>
    public string Message { get; }

    /// <summary>What exactly was wrong, for the log, and the option that decides on it where there is one; not sent to the client.</summary>
    public string? Detail { get; }
}
