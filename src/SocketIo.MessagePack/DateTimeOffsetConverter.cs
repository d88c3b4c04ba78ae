using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace SocketIo.MessagePack;

/// <summary>A DateTimeOffset is a Date on the wire, which has no offset.</summary>
internal sealed class DateTimeOffsetConverter : JsonConverter<DateTimeOffset>
{
    private static readonly JsonConverter<DateTimeOffset> Text = JsonMetadataServices.DateTimeOffsetConverter;

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Text.Read(ref reader, typeToConvert, options);

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        if (MessagePackPacketWriter.Of(writer) is { } packet)
            packet.WriteDate(value);
        else
            Text.Write(writer, value, options);
    }

    public override DateTimeOffset ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Text.ReadAsPropertyName(ref reader, typeToConvert, options);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        Text.WriteAsPropertyName(writer, value, options);
}
