using System.Text.Json;
using System.Text.Json.Serialization;

namespace SocketIo.TestKit;

/// <summary>Bytes on their way to or from a Node client: <c>{"$b64": "..."}</c> at any depth of an argument.</summary>
public sealed record NodeBinary([property: JsonPropertyName("$b64")] string Base64)
{
    private const string Key = "$b64";

    public static NodeBinary From(byte[] bytes) => new(Convert.ToBase64String(bytes));

    /// <summary>Makes every <c>byte[]</c> in an argument binary, so that none becomes a base64 text by mistake.</summary>
    internal sealed class Converter : JsonConverter<byte[]>
    {
        public override byte[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            JsonElement.ParseValue(ref reader).GetBinary();

        public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WriteBase64String(Key, value);
            writer.WriteEndObject();
        }
    }
}

public static class NodeBinaryExtensions
{
    /// <summary>The bytes of a binary argument; throws when it is something else.</summary>
    public static byte[] GetBinary(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("$b64", out var text)
            ? text.GetBytesFromBase64()
            : throw new InvalidOperationException($"Not binary: {element}");
}
