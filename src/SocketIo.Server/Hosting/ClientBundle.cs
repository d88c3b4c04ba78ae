using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using SocketIo.Engine.Polling;

namespace SocketIo.Hosting;

/// <summary>The stock browser client, embedded in this assembly when it was built, and the HTTP answers that hand it out.</summary>
internal static class ClientBundle
{
    private const string ResourcePrefix = "client/";

    private static readonly string[] Scripts =
        ["socket.io.js", "socket.io.min.js", "socket.io.msgpack.min.js", "socket.io.esm.min.js"];

    private static readonly FrozenDictionary<string, ClientFile> Files = Scripts
        .SelectMany(script => new[] { script, script + ".map" })
        .ToFrozenDictionary(name => name, name => new ClientFile(name, () => ReadResource(name)), StringComparer.Ordinal);

    // The version is the only thing that changes the files. A strong tag promises the same bytes (RFC 9110 8.8.1), so only
    // the plain file has it; a compressed one has the weak form of the same tag, and If-None-Match compares weakly anyway.
    private static readonly EntityTagHeaderValue PlainTag = new($"\"{ReadVersion()}\"");
    private static readonly EntityTagHeaderValue CompressedTag = new(PlainTag.Tag, isWeak: true);

    /// <summary>The version of socket.io-client that is served.</summary>
    public static string Version => PlainTag.Tag.Value!.Trim('"');

    public static bool TryGet(string fileName, [NotNullWhen(true)] out ClientFile? file) =>
        Files.TryGetValue(fileName, out file);

    /// <summary>Answers with the file, or with 304, 404 or 405.</summary>
    public static Task ServeAsync(HttpContext context, string fileName)
    {
        var response = context.Response;
        if (!TryGet(fileName, out var file))
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        var isHead = HttpMethods.IsHead(context.Request.Method);
        if (!isHead && !HttpMethods.IsGet(context.Request.Method))
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            response.Headers.Allow = "GET, HEAD";
            return Task.CompletedTask;
        }

        var coding = ContentCoding.Choose(context.Request.GetTypedHeaders().AcceptEncoding);
        response.Headers.CacheControl = "public, max-age=0";
        response.Headers.ETag = (coding == ContentCoding.Identity ? PlainTag : CompressedTag).ToString();
        response.Headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        if (IsKnownTo(context.Request))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        var body = file.Body(coding);
        response.ContentType = file.ContentType;
        response.ContentLength = body.Length;
        if (coding != ContentCoding.Identity)
            response.Headers.ContentEncoding = coding;

        return isHead ? Task.CompletedTask : response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private static bool IsKnownTo(HttpRequest request)
    {
        foreach (var tag in request.GetTypedHeaders().IfNoneMatch)
        {
            if (tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(PlainTag, useStrongComparison: false))
                return true;
        }

        return false;
    }

    private static string ReadVersion()
    {
        using var package = JsonDocument.Parse(ReadResource("package.json"));
        return package.RootElement.GetProperty("dependencies").GetProperty("socket.io-client").GetString()!;
    }

    private static byte[] ReadResource(string name)
    {
        using var stream = typeof(ClientBundle).Assembly.GetManifestResourceStream(ResourcePrefix + name)
            ?? throw new InvalidOperationException($"The resource {ResourcePrefix}{name} is missing from the assembly.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
