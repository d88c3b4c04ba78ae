using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SocketIo.Protocol;

/// <summary>JSON that an application parsed: half a surrogate pair in it, at which the framework would throw, is sent as it came.</summary>
internal sealed class ElementConverter : JsonConverter<JsonElement>
{
    public override JsonElement Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonElement.ParseValue(ref reader);

    public override void Write(Utf8JsonWriter writer, JsonElement value, JsonSerializerOptions options)
    {
        // what is missing is null in an array of JavaScript
        if (value.ValueKind is JsonValueKind.Undefined)
            writer.WriteNullValue();
        else if (JsonText.HasLoneSurrogate(JsonMarshal.GetRawUtf8Value(value)))
            writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(value), skipInputValidation: true);
        else
            value.WriteTo(writer);
    }
}
