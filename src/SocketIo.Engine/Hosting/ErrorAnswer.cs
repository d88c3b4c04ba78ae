using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using SocketIo.Engine.Sessions;

namespace SocketIo.Engine.Hosting;

/// <summary>Refuses requests: tells the log, the metrics, the application and the client.</summary>
internal sealed partial class ErrorAnswer(EngineServer server)
{
    // In seconds: long enough that clients that are turned away are no load, and short enough that nobody waits for a free place.
    private const string RetryAfter = "10";

    private bool _hasWarned;

    /// <summary>The error of a request for a WebSocket that is none; the first one is a warning, as the proxy before us may be the cause.</summary>
    public EngineError NoUpgrade(HttpContext context)
    {
        if (HttpMethods.IsGet(context.Request.Method) && !Interlocked.Exchange(ref _hasWarned, true))
            Log.NoUpgrade(server.Logger);
        return EngineError.BadRequest("a request for the transport websocket without the headers of an upgrade");
    }

    /// <summary>Answers with an error.</summary>
    public Task WriteAsync(HttpContext context, bool isUpgrade, EngineError error)
    {
        server.Metrics.Rejected(error.Code);
        Log.Refused(server.Logger, error.Code, error.Message, error.Detail);
        Tell(new ConnectionError(context, error.Code, error.Message, error.Detail));

        var response = context.Response;
        if (error.IsTemporary)
            response.Headers.RetryAfter = RetryAfter;
        if (isUpgrade)
        {
            response.StatusCode = error.IsTemporary ? error.Status : StatusCodes.Status400BadRequest;
            response.ContentType = "text/html";
            if (HttpProtocol.IsHttp11(context.Request.Protocol))
                response.Headers.Connection = "close";
            return response.WriteAsync(error.Message);
        }
        response.StatusCode = error.Status;
        response.ContentType = "application/json";
        return response.WriteAsync(JsonSerializer.Serialize(new ErrorBody(error.Code, error.Message), ErrorJson.Default.ErrorBody));
    }

    private void Tell(ConnectionError error)
    {
        foreach (var handler in Delegate.EnumerateInvocationList(server.Options.Events.ConnectionError))
        {
            try
            {
                handler(error);
            }
            catch (Exception exception)
            {
                Log.ErrorListenerFailed(server.Logger, exception);
            }
        }
    }

    private sealed record ErrorBody(
        [property: JsonPropertyName("code")] int Code,
        [property: JsonPropertyName("message")] string Message);

    [JsonSerializable(typeof(ErrorBody))]
    private sealed partial class ErrorJson : JsonSerializerContext;
}
