using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace SocketIo.Protocol;

/// <summary>JSON that an application built: what the framework writes in another way than JavaScript, or throws at, is written as anywhere else.</summary>
internal sealed class NodeConverter : JsonConverter<JsonNode>
{
    public override bool CanConvert(Type typeToConvert) => typeof(JsonNode).IsAssignableFrom(typeToConvert);

    public override JsonNode Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("These options are for writing.");

    public override void Write(Utf8JsonWriter writer, JsonNode? value, JsonSerializerOptions options)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case JsonObject properties:
                WriteObject(writer, properties, options);
                break;
            case JsonArray items:
                WriteArray(writer, items, options);
                break;
            default:
                WriteValue(writer, value.AsValue(), options);
                break;
        }
    }

    private void WriteObject(Utf8JsonWriter writer, JsonObject properties, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (name, value) in properties)
        {
            writer.WritePropertyName(name);
            Write(writer, value, options);
        }
        writer.WriteEndObject();
    }

    private void WriteArray(Utf8JsonWriter writer, JsonArray items, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var item in items)
            Write(writer, item, options);
        writer.WriteEndArray();
    }

    // Other values know how they are written.
    private static void WriteValue(Utf8JsonWriter writer, JsonValue value, JsonSerializerOptions options)
    {
        if (value.TryGetValue<object>(out var content) && content is JsonElement or double or float or byte[] or DateTime or DateTimeOffset)
            JsonSerializer.Serialize(writer, content, options.GetTypeInfo(content.GetType()));
        else
            value.WriteTo(writer, options);
    }
}
