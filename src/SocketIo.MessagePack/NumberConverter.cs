using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SocketIo.MessagePack;

/// <summary>NaN and infinities, which JSON has not, as the format has them; other numbers as the framework writes them.</summary>
internal sealed class NumberConverter<T>(JsonConverter<T> plain) : JsonConverter<T> where T : IBinaryFloatingPointIeee754<T>
{
    public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        plain.Read(ref reader, typeToConvert, options);

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        if (T.IsFinite(value))
            plain.Write(writer, value, options);
        else if (MessagePackPacketWriter.Of(writer) is { } packet)
            packet.WriteNonFinite(double.CreateTruncating(value));
        else
            writer.WriteNullValue();
    }

    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        plain.ReadAsPropertyName(ref reader, typeToConvert, options);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        plain.WriteAsPropertyName(writer, value, options);
}
