using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using SocketIo.Engine.Sessions;

namespace SocketIo.Engine.Hosting;

/// <summary>The cross-origin rules of <see cref="EngineOptions.Cors"/>.</summary>
internal sealed class OriginRules(EngineServer server, CorsService cors)
{
    /// <summary>Applies them; true when the request is answered: it was a preflight, or the rules threw.</summary>
    public bool TryAnswer(HttpContext context)
    {
        if (server.Options.Cors is not { } policy)
            return false;
        try
        {
            var result = cors.EvaluatePolicy(context, policy);
            cors.ApplyResult(result, context.Response);
            if (result.IsPreflightRequest)
                context.Response.StatusCode = StatusCodes.Status204NoContent;
            return result.IsPreflightRequest;
        }
        catch (Exception exception)
        {
            Log.CallbackFailed(server.Logger, nameof(EngineOptions.Cors), exception);
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return true;
        }
    }
}
