using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace SocketIo.Protocol;

/// <summary>
/// Writes and reads single argument values. The primitives that most events carry skip the serializer, unless the
/// options want them in a way of their own.
/// </summary>
internal sealed class JsonValues
{
    private static readonly Type[] Primitives =
        [typeof(string), typeof(int), typeof(long), typeof(double), typeof(bool)];

    private readonly JsonSerializerOptions _options;
    private readonly bool _plainPrimitives;

    /// <param name="options">Read-only, with a resolver.</param>
    public JsonValues(JsonSerializerOptions options)
    {
        _options = options;
        _plainPrimitives = !options.NumberHandling.HasFlag(JsonNumberHandling.WriteAsString)
            && !Primitives.Any(type => options.Converters.Any(converter => converter.CanConvert(type)));
    }

    /// <summary>Whether the options leave text, numbers and booleans as they are.</summary>
    public bool HasPlainPrimitives => _plainPrimitives;

    public void Write<T>(Utf8JsonWriter json, T value)
    {
        if (typeof(T) == typeof(object))
            WriteByRunTimeType(json, value);
        else if (!_plainPrimitives || !TryWritePrimitive(json, ref value))
            JsonSerializer.Serialize(json, value, TypeInfo<T>.Of(_options));
    }

    /// <summary>Reads the value at the start of <paramref name="json"/>, which may go on behind it.</summary>
    public T? Read<T>(ReadOnlySpan<byte> json, byte[][] attachments, out int length)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (!_plainPrimitives || !TryReadPrimitive<T>(ref reader, out var value))
            value = Deserialize<T>(ref reader, attachments);
        length = (int)reader.BytesConsumed;
        return value;
    }

    private void WriteByRunTimeType(Utf8JsonWriter json, object? value)
    {
        if (value is null)
            json.WriteNullValue();
        else if (_plainPrimitives && value is string text)
            json.WriteStringValue(text);
        else
            JsonSerializer.Serialize(json, value, _options.GetTypeInfo(value.GetType()));
    }

    // Not by boxing and unboxing, which only an optimised build leaves out.
    private static bool TryWritePrimitive<T>(Utf8JsonWriter json, ref T value)
    {
        if (typeof(T) == typeof(string))
            json.WriteStringValue(Unsafe.As<T, string?>(ref value));
        else if (typeof(T) == typeof(int))
            json.WriteNumberValue(Unsafe.As<T, int>(ref value));
        else if (typeof(T) == typeof(long))
            json.WriteNumberValue(Unsafe.As<T, long>(ref value));
        else if (typeof(T) == typeof(bool))
            json.WriteBooleanValue(Unsafe.As<T, bool>(ref value));
        else if (typeof(T) == typeof(double) && double.IsFinite(Unsafe.As<T, double>(ref value)))
            json.WriteNumberValue(Unsafe.As<T, double>(ref value));
        else
            return false;
        return true;
    }

    // False leaves the reader where it is: the serializer then knows what to make of the token.
    private static bool TryReadPrimitive<T>(ref Utf8JsonReader reader, out T? value)
    {
        value = default;
        switch (reader.TokenType)
        {
            case JsonTokenType.String when typeof(T) == typeof(string):
                Unsafe.As<T?, string?>(ref value) = reader.GetString();
                return true;
            case JsonTokenType.Number when typeof(T) == typeof(int):
                return reader.TryGetInt32(out Unsafe.As<T?, int>(ref value));
            case JsonTokenType.Number when typeof(T) == typeof(long):
                return reader.TryGetInt64(out Unsafe.As<T?, long>(ref value));
            case JsonTokenType.Number when typeof(T) == typeof(double):
                return reader.TryGetDouble(out Unsafe.As<T?, double>(ref value));
            case JsonTokenType.True or JsonTokenType.False when typeof(T) == typeof(bool):
                Unsafe.As<T?, bool>(ref value) = reader.GetBoolean();
                return true;
            default:
                return false;
        }
    }

    private T? Deserialize<T>(ref Utf8JsonReader reader, byte[][] attachments)
    {
        var previous = Attachments.Resolve(attachments);
        try
        {
            return JsonSerializer.Deserialize(ref reader, TypeInfo<T>.Of(_options));
        }
        finally
        {
            Attachments.Resolve(previous);
        }
    }

    /// <summary>Remembers the type info of the options used last, which spares a look-up in a dictionary.</summary>
    private static class TypeInfo<T>
    {
        private static JsonTypeInfo<T>? _last;

        public static JsonTypeInfo<T> Of(JsonSerializerOptions options)
        {
            var last = _last;
            if (last?.Options != options)
                _last = last = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
            return last;
        }
    }
}
