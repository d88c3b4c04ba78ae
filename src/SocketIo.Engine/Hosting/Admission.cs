using Microsoft.AspNetCore.Http;
using SocketIo.Engine.Sessions;

namespace SocketIo.Engine.Hosting;

/// <summary>Decides whether a handshake becomes a session, and gives it an id.</summary>
internal sealed class Admission(
    EngineServer server, SessionLimits limits, PollingOpener polling, WebSocketAcceptor webSockets, ErrorAnswer errors)
{
    private readonly EngineOptions _options = server.Options;

    /// <summary>Opens a session, or answers why not.</summary>
    public Task OpenAsync(HttpContext context, in EngineQuery query, bool isUpgrade)
    {
        if (server.IsStopping)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        }
        if (_options.AllowRequest is null && _options.GenerateId is null)
        {
            return FindVersionError(query) is { } error
                ? errors.WriteAsync(context, isUpgrade, error)
                : OpenAsync(context, isUpgrade, Opening.Of(query));
        }

        // the application is spared a question whose answer cannot help
        return limits.Find(context) is { } limit
            ? errors.WriteAsync(context, isUpgrade, limit)
            : AskAndOpenAsync(context, query, isUpgrade).Unwrap();
    }

    private Task OpenAsync(HttpContext context, bool isUpgrade, in Opening opening) =>
        isUpgrade ? webSockets.OpenAsync(context, opening) : polling.OpenAsync(context, opening);

    // What follows is handed out, not awaited: it may last as long as a WebSocket, and this would be kept for it.
    private async Task<Task> AskAndOpenAsync(HttpContext context, EngineQuery query, bool isUpgrade)
    {
        if (await AskAsync(context, query).ConfigureAwait(false) is { } error)
            return errors.WriteAsync(context, isUpgrade, error);
        if (_options.GenerateId is not { } generate)
            return OpenAsync(context, isUpgrade, Opening.Of(query));
        return await ClaimIdAsync(generate, context).ConfigureAwait(false) is { } claim
            ? OpenAsync(context, isUpgrade, Opening.Of(query, claim))
            : errors.WriteAsync(context, isUpgrade, EngineError.BadRequest("ID_GENERATION_ERROR"));
    }

    // The application's wish comes before the version, and the version before an id is made, as in the reference.
    private async ValueTask<EngineError?> AskAsync(HttpContext context, EngineQuery query) =>
        _options.AllowRequest is { } allow && await AskAsync(allow, context).ConfigureAwait(false) is { IsRefused: true } refusal
            ? EngineError.Forbidden(refusal.Message)
            : FindVersionError(query);

    private async ValueTask<AllowRequestResult> AskAsync(Func<HttpContext, ValueTask<AllowRequestResult>> allow, HttpContext context)
    {
        try
        {
            return await AnswerAsync(allow(context), nameof(EngineOptions.AllowRequest), context).ConfigureAwait(false) is (true, var result)
                ? result
                : AllowRequestResult.Refuse();
        }
        catch (Exception exception)
        {
            Log.AllowRequestFailed(server.Logger, exception);
            return AllowRequestResult.Refuse();
        }
    }

    /// <summary>An id of the application's for this handshake alone; null when it made none that can be used.</summary>
    private async ValueTask<IdClaim?> ClaimIdAsync(Func<HttpContext, ValueTask<string>> generate, HttpContext context)
    {
        try
        {
            if (await AnswerAsync(generate(context), nameof(EngineOptions.GenerateId), context).ConfigureAwait(false) is (true, var id))
                return Claim(id);
        }
        catch (Exception exception)
        {
            Log.GenerateIdFailed(server.Logger, exception);
        }
        return null;
    }

    private IdClaim? Claim(string id)
    {
        if (!SessionStore.IsId(id))
        {
            Log.IdRefused(server.Logger, $"is not {SessionStore.IdRule}", LabelOf(id));
            return null;
        }
        if (server.Sessions.TryClaim(id) is { } claim)
            return claim;
        Log.IdRefused(server.Logger, "another session has", LabelOf(id));
        return null;
    }

    private static string LabelOf(string? id) => id is null ? "null" : new SessionLabel(id).ToString();

    /// <summary>Waits for the application's answer as long as the client and the host do; false without one.</summary>
    private async ValueTask<(bool IsGiven, T Answer)> AnswerAsync<T>(ValueTask<T> asked, string option, HttpContext context)
    {
        if (asked.IsCompletedSuccessfully)
            return (true, asked.Result);
        var answer = asked.AsTask();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, server.Stopping);
        try
        {
            return (true, await answer.WaitAsync(_options.HandshakeTimeout, server.Time, end.Token).ConfigureAwait(false));
        }
        catch (TimeoutException) when (!answer.IsCompleted)
        {
            Log.NoAnswer(server.Logger, option, _options.HandshakeTimeout.TotalSeconds);
        }
        catch (OperationCanceledException) when (!answer.IsCompleted)
        {
            // nobody waits for it
        }
        return default;
    }

    private EngineError? FindVersionError(in EngineQuery query) =>
        query.IsVersion4 || _options.AllowEngineIo3 ? null : EngineError.UnsupportedProtocolVersion(query.Protocol);
}
