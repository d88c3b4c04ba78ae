using Microsoft.AspNetCore.Http;
using SocketIo.Engine.Sessions;

namespace SocketIo.Engine.Hosting;

/// <summary>
/// The headers that answers have before anything else is known of them: those against caches, the cookie, and what the application
/// adds. They come first, so that a session neither begins nor loses a message when the application's code throws.
/// </summary>
internal sealed class ResponseHeaders(EngineServer server)
{
    private readonly EngineOptions _options = server.Options;

    /// <summary>Writes those of a session's first answer; false when the application threw, and the request is answered.</summary>
    public bool TryWriteInitial(HttpContext context, string id) =>
        Try(context, null, nameof(EngineOptions.Cookie), (Headers: this, Id: id), static (state, context) => state.Headers.AppendCookie(context, state.Id))
        && Try(context, null, nameof(EngineEvents.OnInitialHeaders), _options.Events.InitialHeaders, Call)
        && TryWrite(context, null);

    /// <summary>Writes those of any other answer; false when the application threw, and the request is answered.</summary>
    public bool TryWrite(HttpContext context, EngineSession? session)
    {
        context.Response.Headers.CacheControl = "no-store";
        return Try(context, session, nameof(EngineEvents.OnHeaders), _options.Events.Headers, Call);
    }

    private static void Call(Action<HttpContext, IHeaderDictionary>? listener, HttpContext context) =>
        listener?.Invoke(context, context.Response.Headers);

    private bool Try<TState>(HttpContext context, EngineSession? session, string option, TState state, Action<TState, HttpContext> write)
    {
        try
        {
            write(state, context);
            return true;
        }
        catch (Exception exception)
        {
            if (session is null)
                Log.CallbackFailed(server.Logger, option, exception);
            else
                Log.SessionCallbackFailed(server.Logger, option, session.Label, exception);
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;

            // of a session that does not begin
            context.Response.Headers.SetCookie = default;
            return false;
        }
    }

    private void AppendCookie(HttpContext context, string id)
    {
        if (_options.Cookie is { } cookie)
            context.Response.Cookies.Append(cookie.Name!, id, cookie.Build(context));
    }
}
