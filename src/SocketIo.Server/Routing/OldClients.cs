using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace SocketIo.Routing;

/// <summary>What clients of Engine.IO protocol 3 do in another way: they know no auth, but send a query with a namespace's name.</summary>
internal static class OldClients
{
    /// <summary>The id that such a client makes for its socket by itself.</summary>
    public static string SocketId(string namespaceName, string sessionId) =>
        namespaceName == "/" ? sessionId : $"{namespaceName}#{sessionId}";

    /// <summary>Takes the query off a name such as "/admin?token=x".</summary>
    public static ReadOnlySpan<byte> TakeQuery(ref ReadOnlySpan<byte> name)
    {
        var mark = name.IndexOf((byte)'?');
        if (mark < 0)
            return default;
        var query = name[mark..];
        name = name[..mark];
        return query;
    }

    /// <summary>A query as an auth object of texts; of a name that comes twice the last value counts, as in the reference.</summary>
    public static JsonElement AuthOf(ReadOnlySpan<byte> query)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in new QueryStringEnumerable(Encoding.UTF8.GetString(query)))
            values[pair.DecodeName().ToString()] = pair.DecodeValue().ToString();
        return ToElement(values);
    }

    private static JsonElement ToElement(Dictionary<string, string> values)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in values)
                writer.WriteString(name, value);
            writer.WriteEndObject();
        }
        var reader = new Utf8JsonReader(json.WrittenSpan);
        return JsonElement.ParseValue(ref reader);
    }
}
