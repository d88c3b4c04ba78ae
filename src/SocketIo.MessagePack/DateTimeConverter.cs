using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace SocketIo.MessagePack;

/// <summary>A DateTime is a Date on the wire; one of unspecified kind is no point in time and stays text.</summary>
internal sealed class DateTimeConverter : JsonConverter<DateTime>
{
    private static readonly JsonConverter<DateTime> Text = JsonMetadataServices.DateTimeConverter;

    public override DateTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Text.Read(ref reader, typeToConvert, options);

    public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options)
    {
        if (value.Kind is not DateTimeKind.Unspecified && MessagePackPacketWriter.Of(writer) is { } packet)
            packet.WriteDate(value);
        else
            Text.Write(writer, value, options);
    }

    public override DateTime ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Text.ReadAsPropertyName(ref reader, typeToConvert, options);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options) =>
        Text.WriteAsPropertyName(writer, value, options);
}
