using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace SocketIo.Engine.Polling;

/// <summary>What a GET and a POST of long-polling are answered with.</summary>
internal static class PollAnswer
{
    /// <summary>Answers a GET with a payload.</summary>
    /// <param name="context">The request.</param>
    /// <param name="payload">The body.</param>
    /// <param name="contentType">Its type.</param>
    /// <param name="compression">How it may be compressed; null when it may not.</param>
    /// <exception cref="IOException">The client is gone.</exception>
    /// <exception cref="OperationCanceledException">The client is gone.</exception>
    public static Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> payload, string contentType, HttpCompressionOptions? compression)
    {
        context.Response.ContentType = contentType;
        var body = compression is null ? payload : Encode(context, payload, compression);
        context.Response.ContentLength = body.Length;
        KeepFromFilter(context);
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    /// <summary>Answers a POST that was taken in. A client that is gone does not matter.</summary>
    public static async Task WriteOkAsync(HttpContext context)
    {
        // text/html keeps old browsers from offering a download, as the reference notes
        context.Response.ContentType = "text/html";
        context.Response.ContentLength = 2;
        KeepFromFilter(context);
        try
        {
            await context.Response.Body.WriteAsync("ok"u8.ToArray(), context.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // what it posted is handled
        }
    }

    // Internet Explorer takes an answer that repeats what was posted for an attack.
    private static void KeepFromFilter(HttpContext context)
    {
        var agent = context.Request.Headers.UserAgent.ToString();
        if (agent.Contains(";MSIE", StringComparison.Ordinal) || agent.Contains("Trident/", StringComparison.Ordinal))
            context.Response.Headers.XXSSProtection = "0";
    }

    /// <summary>The body as the client would like it best, with the headers that say so.</summary>
    private static ReadOnlyMemory<byte> Encode(HttpContext context, ReadOnlyMemory<byte> body, HttpCompressionOptions compression)
    {
        if (body.Length < compression.Threshold)
            return body;
        var headers = context.Response.Headers;
        headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        var coding = ContentCoding.ChooseQuick(context.Request.GetTypedHeaders().AcceptEncoding);
        if (coding == ContentCoding.Identity)
            return body;
        headers.ContentEncoding = coding;
        return ContentCoding.Encode(coding, body.Span);
    }
}
