using Microsoft.AspNetCore.Http;

namespace SocketIo.Engine;

/// <summary>Calls into the handling of HTTP requests. They run on the request's thread, before the answer leaves.</summary>
public sealed class EngineEvents
{
    /// <summary>
    /// Called before the headers of the first answer of a session leave (the reference's <c>initial_headers</c>): set cookies or
    /// headers on the given dictionary. For a session that starts as a WebSocket that is the 101 answer.
    /// </summary>
    public Action<HttpContext, IHeaderDictionary>? OnInitialHeaders { get; set; }

    /// <summary>Called before the headers of each answer of a session leave (the reference's <c>headers</c>), the first one too.</summary>
    public Action<HttpContext, IHeaderDictionary>? OnHeaders { get; set; }

    /// <summary>Called when a request is refused (the reference's <c>connection_error</c>).</summary>
    public Action<ConnectionError>? OnConnectionError { get; set; }
}
