using System.Text.Json;
using System.Text.Json.Serialization;

namespace SocketIo.Emitter;

/// <summary>Puts placeholders where binary data stands, and keeps the data of the event that this thread writes.</summary>
internal sealed class BinaryConverter : JsonConverter<byte[]>
{
    [ThreadStatic]
    private static List<ReadOnlyMemory<byte>>? _attachments;

    /// <summary>An event begins.</summary>
    public static List<ReadOnlyMemory<byte>> Begin() => _attachments = [];

    /// <summary>The event ends.</summary>
    public static void End() => _attachments = null;

    public override byte[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetBytesFromBase64();

    public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options)
    {
        if (_attachments is not { } attachments)
        {
            writer.WriteBase64StringValue(value);
            return;
        }
        writer.WriteStartObject();
        writer.WriteBoolean("_placeholder"u8, true);
        writer.WriteNumber("num"u8, attachments.Count);
        writer.WriteEndObject();
        // the application may change its array
        attachments.Add(value.ToArray());
    }
}
