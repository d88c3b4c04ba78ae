using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace SocketIo.Engine.Hosting;

/// <summary>
/// What the protocol reads of a request's query. <see cref="HttpRequest.Query"/> would keep a dictionary of it for as long as the
/// request lasts, which for a WebSocket is the whole connection.
/// </summary>
/// <param name="Transport">The transport the client uses.</param>
/// <param name="Protocol">The version of the protocol, "EIO".</param>
/// <param name="Sid">The session the request belongs to; null or empty when it asks for one.</param>
/// <param name="IsBase64">Whether the client takes no binary, "b64"; of protocol 3 only.</param>
/// <param name="Callback">The number of the function that the answers call, "j"; of protocol 3 only.</param>
internal readonly record struct EngineQuery(string? Transport, string? Protocol, string? Sid, bool IsBase64, string? Callback)
{
    /// <summary>What is not 4 is 3, also where no version is named, as in the reference.</summary>
    public bool IsVersion4 => Protocol == "4";

    public static EngineQuery Of(HttpRequest request)
    {
        var query = default(EngineQuery);
        foreach (var pair in new QueryStringEnumerable(request.QueryString.Value))
        {
            query = pair.DecodeName().Span switch
            {
                "transport" => query with { Transport = Join(query.Transport, pair) },
                "EIO" => query with { Protocol = Join(query.Protocol, pair) },
                "sid" => query with { Sid = Join(query.Sid, pair) },
                "b64" => query with { IsBase64 = !pair.EncodedValue.IsEmpty },
                "j" => query with { Callback = pair.DecodeValue().ToString() },
                _ => query,
            };
        }
        return query;
    }

    // A name that comes twice has no value that anybody meant: together they match nothing.
    private static string Join(string? before, QueryStringEnumerable.EncodedNameValuePair pair)
    {
        var value = pair.DecodeValue().Span;
        return before is null ? Known(value) ?? value.ToString() : $"{before},{value}";
    }

    private static string? Known(ReadOnlySpan<char> value) => value switch
    {
        "websocket" => "websocket",
        "polling" => "polling",
        "4" => "4",
        _ => null,
    };
}
