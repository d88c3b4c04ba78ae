using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SocketIo.Protocol;

/// <summary>
/// What is read as object: null, bool, long, double, string, byte[], <see cref="List{T}"/> of such and <see cref="Dictionary{TKey,TValue}"/>
/// of such by names. Written again, it is the same to a JavaScript peer.
/// </summary>
internal sealed class AnyConverter : JsonConverter<object?>
{
    // a null may stand for something
    public override bool HandleNull => true;

    public override object? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ReadValue(ref reader, options);

    public override void Write(Utf8JsonWriter writer, object? value, JsonSerializerOptions options) =>
        throw new NotSupportedException("These options are for reading.");

    private static object? ReadValue(ref Utf8JsonReader reader, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartArray:
                return ReadArray(ref reader, options);
            case JsonTokenType.StartObject:
                return ReadObject(ref reader, options);
            case JsonTokenType.Number:
                return ReadNumber(ref reader);
            case JsonTokenType.String:
                return Attachments.TryGetStandIn(ref reader, out var value) ? value : reader.GetString();
            case JsonTokenType.Null:
                return Attachments.TryGetStandIn(ref reader, out value) ? value : null;
            default:
                return reader.GetBoolean();
        }
    }

    private static List<object?> ReadArray(ref Utf8JsonReader reader, JsonSerializerOptions options)
    {
        // the depth of the options may be any
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var items = new List<object?>();
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
            items.Add(ReadValue(ref reader, options));
        return items;
    }

    private static object ReadObject(ref Utf8JsonReader reader, JsonSerializerOptions options)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var properties = new Dictionary<string, object?>();
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndObject)
        {
            var name = reader.GetString()!;
            if (!options.AllowDuplicateProperties && properties.ContainsKey(name))
                throw new JsonException("A property is there twice.");
            reader.Read();
            properties[name] = ReadValue(ref reader, options);
        }
        return Attachments.Of(properties) ?? (object)properties;
    }

    // A number of JavaScript is an integer when its value is one, however it is written.
    private static object ReadNumber(ref Utf8JsonReader reader)
    {
        if (reader.TryGetInt64(out var integer))
            return integer == 0 && reader.ValueSpan[0] == '-' ? -0.0 : (object)integer;
        var number = reader.GetDouble();
        return double.IsInteger(number) && Math.Abs(number) < 1L << 62 ? (object)(long)number : number;
    }
}
