using System.Text.Json;
using System.Text.Json.Serialization;

namespace SocketIo.Protocol;

/// <inheritdoc cref="ElementConverter" />
internal sealed class DocumentConverter(ElementConverter elements) : JsonConverter<JsonDocument>
{
    public override JsonDocument Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonDocument.ParseValue(ref reader);

    public override void Write(Utf8JsonWriter writer, JsonDocument value, JsonSerializerOptions options) =>
        elements.Write(writer, value.RootElement, options);
}
