using Microsoft.AspNetCore.Http;

namespace SocketIo.Engine;

/// <summary>
/// Calls from the handling of requests. They run on the request's thread, before the answer leaves. What happens later in a session
/// is told by its own <see cref="EngineSession.Events"/>.
/// </summary>
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

    /// <summary>
    /// Called when a session has begun (the reference's <c>connection</c> of its engine), before
    /// <see cref="IEngineHandler.OnOpened"/>, so before any namespace is joined: the place to listen to
    /// <see cref="EngineSession.Events"/>. What is sent here follows the handshake packet. An exception is logged, and the session
    /// goes on.
    /// </summary>
    public Action<EngineSession>? OnConnection { get; set; }
}
