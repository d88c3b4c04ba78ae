using Microsoft.AspNetCore.Http;

namespace SocketIo.Engine;

/// <summary>
/// Events of the handling of requests. Handlers are called one after the other, in the order of their registration, on the request's
/// thread, before the answer leaves. Register them before the server starts. What happens later in a session is told by its own
/// <see cref="EngineSession.Events"/>.
/// </summary>
public sealed class EngineEvents
{
    internal Action<HttpContext, IHeaderDictionary>? InitialHeaders { get; private set; }

    internal Action<HttpContext, IHeaderDictionary>? Headers { get; private set; }

    internal Action<ConnectionError>? ConnectionError { get; private set; }

    internal Action<EngineSession>? Connection { get; private set; }

    /// <summary>
    /// Calls a handler before the headers of the first answer of a session leave (the reference's <c>initial_headers</c>): set cookies or
    /// headers on the given dictionary. For a session that starts as a WebSocket that is the 101 answer. An exception is logged, and the
    /// request is answered with status 500.
    /// </summary>
    /// <param name="handler">Gets the request and the headers of its answer.</param>
    public void OnInitialHeaders(Action<HttpContext, IHeaderDictionary> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        InitialHeaders += handler;
    }

    /// <summary>
    /// Calls a handler before the headers of each answer of a session leave (the reference's <c>headers</c>), the first one too. An
    /// exception is logged, and the request is answered with status 500.
    /// </summary>
    /// <param name="handler">Gets the request and the headers of its answer.</param>
    public void OnHeaders(Action<HttpContext, IHeaderDictionary> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Headers += handler;
    }

    /// <summary>Calls a handler when a request is refused (the reference's <c>connection_error</c>). An exception is logged.</summary>
    /// <param name="handler">Gets the request, and why it is refused.</param>
    public void OnConnectionError(Action<ConnectionError> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ConnectionError += handler;
    }

    /// <summary>
    /// Calls a handler when a session has begun (the reference's <c>connection</c> of its engine), before
    /// <see cref="IEngineHandler.OnOpened"/>, so before any namespace is joined: the place to listen to
    /// <see cref="EngineSession.Events"/>. What is sent here follows the handshake packet. An exception is logged, and the session
    /// goes on.
    /// </summary>
    /// <param name="handler">Gets the session.</param>
    public void OnConnection(Action<EngineSession> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Connection += handler;
    }
}
