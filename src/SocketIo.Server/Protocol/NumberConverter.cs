using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SocketIo.Protocol;

/// <summary>Floating-point numbers as JavaScript writes them, wherever they stand in an argument.</summary>
/// <param name="plain">The framework's, for all else.</param>
internal sealed class NumberConverter<T>(JsonConverter<T> plain) : JsonConverter<T>
    where T : IBinaryFloatingPointIeee754<T>, IUtf8SpanFormattable
{
    public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        plain.Read(ref reader, typeToConvert, options);

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        if (typeof(T) == typeof(double))
            JavaScriptNumber.Write(writer, double.CreateTruncating(value));
        else
            JavaScriptNumber.WriteShortest(writer, value);
    }

    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        plain.ReadAsPropertyName(ref reader, typeToConvert, options);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        plain.WriteAsPropertyName(writer, value, options);
}
