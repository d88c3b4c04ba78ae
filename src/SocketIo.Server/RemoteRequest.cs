using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using SocketIo.Cluster;

namespace SocketIo;

/// <summary>The request of a client of another server, as that server told it.</summary>
internal sealed class RemoteRequest
{
    private readonly JsonElement _handshake;
    private HttpContext? _context;

    /// <param name="handshake">A JSON object; anything may be missing.</param>
    public RemoteRequest(in PacketData handshake)
    {
        if (!handshake.IsEmpty)
            _handshake = JsonElement.Parse(handshake.Json.Span, new JsonDocumentOptions { MaxDepth = int.MaxValue });
    }

    public HttpContext Context => LazyInitializer.EnsureInitialized(ref _context, MakeContext);

    public JsonElement Auth => Find("auth");

    public bool CrossDomain => Find("xdomain").ValueKind is JsonValueKind.True;

    public DateTimeOffset Issued =>
        Find("issued") is { ValueKind: JsonValueKind.Number } issued && issued.TryGetDouble(out var milliseconds) && milliseconds is >= 0 and < 253402300800000
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds)
            : default;

    private DefaultHttpContext MakeContext()
    {
        var context = new DefaultHttpContext();
        foreach (var (name, values) in Texts("headers"))
            context.Request.Headers[name] = values;
        context.Request.Scheme = Find("secure").ValueKind is JsonValueKind.True ? "https" : "http";
        if (TextOf(Find("url")) is ['/', ..] url)
            SetUrl(context.Request, url);
        context.Request.Query = new QueryCollection(Texts("query").ToDictionary(static text => text.Name, static text => text.Values, StringComparer.OrdinalIgnoreCase));
        if (IPAddress.TryParse(TextOf(Find("address")), out var address))
            context.Connection.RemoteIpAddress = address;
        return context;
    }

    private static void SetUrl(HttpRequest request, string url)
    {
        var query = url.IndexOf('?', StringComparison.Ordinal);
        request.Path = PathString.FromUriComponent(query < 0 ? url : url[..query]);
        request.QueryString = query < 0 ? QueryString.Empty : new QueryString(url[query..]);
    }

    // The last one counts of names that differ in case only.
    private IEnumerable<(string Name, StringValues Values)> Texts(string member)
    {
        var texts = new Dictionary<string, StringValues>(StringComparer.OrdinalIgnoreCase);
        if (Find(member) is { ValueKind: JsonValueKind.Object } found)
        {
            foreach (var property in found.EnumerateObject())
                texts[property.Name] = ValuesOf(property.Value);
        }
        return texts.Select(static pair => (pair.Key, pair.Value));
    }

    private static StringValues ValuesOf(JsonElement value) =>
        value.ValueKind is JsonValueKind.Array ? new StringValues([.. value.EnumerateArray().Select(TextOf)]) : TextOf(value);

    private static string? TextOf(JsonElement value) => value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private JsonElement Find(string member) =>
        _handshake.ValueKind is JsonValueKind.Object && _handshake.TryGetProperty(member, out var value) ? value : default;
}
