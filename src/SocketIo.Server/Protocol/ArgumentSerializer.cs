using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace SocketIo.Protocol;

/// <summary>
/// Turns single arguments into JSON and back as <see cref="SocketIoOptions.Json"/> says, for parsers whose format holds JSON or is
/// made from it. Knows the built-in types without reflection, and gives binary data (<c>byte[]</c> and memory of bytes) at any depth
/// to the packet. Thread-safe.
/// </summary>
public sealed class ArgumentSerializer
{
    private static readonly Type[] Primitives =
        [typeof(string), typeof(int), typeof(long), typeof(double), typeof(bool)];

    private readonly JsonSerializerOptions _reading;
    private readonly JsonSerializerOptions _writing;

    /// <summary>Makes a serializer.</summary>
    /// <param name="options">Copied. A converter for binary data in them comes before those of this class.</param>
    /// <param name="writers">More converters, behind those of the options and before those of this class, for writing only.</param>
    public ArgumentSerializer(JsonSerializerOptions options, params IEnumerable<JsonConverter> writers)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(writers);
        _reading = ArgumentOptions.ForReading(options);
        _writing = ArgumentOptions.ForWriting(options, writers);
        HasPlainPrimitives = (options.NumberHandling & ArgumentOptions.OtherThanNumbers) == 0
            && !Primitives.Any(type => options.Converters.Any(converter => converter.CanConvert(type)));
        ReaderOptions = ArgumentOptions.ReaderOf(options);
        WriterOptions = ArgumentOptions.WriterOf(_writing);
    }

    /// <summary>Whether the options leave text, numbers and booleans as they are.</summary>
    public bool HasPlainPrimitives { get; }

    /// <summary>What a reader for arguments is made with: depth, comments and trailing commas as the options allow them.</summary>
    public JsonReaderOptions ReaderOptions { get; }

    /// <summary>What a writer for arguments is made with.</summary>
    public JsonWriterOptions WriterOptions { get; }

    /// <inheritdoc cref="PacketParser.CanRead" />
    public bool CanRead(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return HasConverter(type, _reading) || !NoData.Includes(type) && TypeInfoOf(type, _reading) is { } info && !IsUnknowable(info);
    }

    /// <inheritdoc cref="PacketParser.CanWrite" />
    public bool CanWrite(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return HasConverter(type, _writing) || !NoData.Includes(type) && TypeInfoOf(type, _writing) is not null;
    }

    /// <summary>Writes a value: of static type object by its run-time type, any other by <typeparamref name="T"/>.</summary>
    /// <param name="json">Gets the value.</param>
    /// <param name="value">The value.</param>
    /// <param name="binary">Gets the binary data in it; null writes base64.</param>
    public void Write<T>(Utf8JsonWriter json, T value, IBinaryCollector? binary)
    {
        ArgumentNullException.ThrowIfNull(json);
        if (typeof(T) == typeof(object))
            WriteByRunTimeType(json, value, binary);
        else if (!HasPlainPrimitives || !TryWritePrimitive(json, ref value))
            Serialize(json, value, binary);
    }

    /// <summary>Reads the value at the start of <paramref name="json"/>, which may go on behind it.</summary>
    /// <param name="json">JSON that was checked.</param>
    /// <param name="attachments">What the placeholders in it stand for.</param>
    /// <param name="length">The length of the value.</param>
    /// <exception cref="JsonException">The value does not convert. Converters and constructors of the user may throw others.</exception>
    public T? Read<T>(ReadOnlySpan<byte> json, byte[][] attachments, out int length) => Read<T>(json, attachments, null, out length);

    /// <inheritdoc cref="Read{T}(ReadOnlySpan{byte}, byte[][], out int)" />
    /// <param name="json">JSON that was checked.</param>
    /// <param name="standIns">Knows what stands for something that JSON does not have.</param>
    public T? Read<T>(ReadOnlySpan<byte> json, IStandIns standIns) => Read<T>(json, [], standIns, out _);

    private T? Read<T>(ReadOnlySpan<byte> json, byte[][] attachments, IStandIns? standIns, out int length)
    {
        var reader = new Utf8JsonReader(json, ReaderOptions);
        reader.Read();
        if (!HasPlainPrimitives || !TryReadPrimitive<T>(ref reader, out var value))
            value = Deserialize<T>(ref reader, attachments, standIns);
        length = (int)reader.BytesConsumed;
        return value;
    }

    private static bool HasConverter(Type type, JsonSerializerOptions options) =>
        options.Converters.Any(converter => converter is not UnawaitedConverter && converter.CanConvert(type));

    private static JsonTypeInfo? TypeInfoOf(Type type, JsonSerializerOptions options)
    {
        try
        {
            return options.GetTypeInfo(type);
        }
        catch (NotSupportedException)
        {
            // reflection is off, and no source-generated context knows it
            return null;
        }
    }

    // an interface or an abstract class that does not say which class to make
    private static bool IsUnknowable(JsonTypeInfo info) =>
        info is { Kind: JsonTypeInfoKind.Object, Type.IsAbstract: true, CreateObject: null, PolymorphismOptions: null };

    private void WriteByRunTimeType(Utf8JsonWriter json, object? value, IBinaryCollector? binary)
    {
        if (value is null)
            json.WriteNullValue();
        else if (HasPlainPrimitives && value is string text)
            json.WriteStringValue(text);
        else
            SerializeByRunTimeType(json, value, binary);
    }

    private void Serialize<T>(Utf8JsonWriter json, T value, IBinaryCollector? binary)
    {
        using (Attachments.Collect(json, binary))
            JsonSerializer.Serialize(json, value, Writing<T>.Of(_writing));
    }

    private void SerializeByRunTimeType(Utf8JsonWriter json, object value, IBinaryCollector? binary)
    {
        using (Attachments.Collect(json, binary))
            JsonSerializer.Serialize(json, value, _writing.GetTypeInfo(value.GetType()));
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
        else if (typeof(T) == typeof(double))
            JavaScriptNumber.Write(json, Unsafe.As<T, double>(ref value));
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

    private T? Deserialize<T>(ref Utf8JsonReader reader, byte[][] attachments, IStandIns? standIns)
    {
        using (Attachments.Resolve(attachments, standIns))
            return JsonSerializer.Deserialize(ref reader, Reading<T>.Of(_reading));
    }

    /// <summary>Remembers the type info of the options used last, which spares a look-up in a dictionary.</summary>
    private static class Reading<T>
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

    /// <inheritdoc cref="Reading{T}" />
    private static class Writing<T>
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
