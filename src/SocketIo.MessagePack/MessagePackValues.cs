using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using SocketIo.Protocol;

namespace SocketIo.MessagePack;

/// <summary>
/// Writes and reads single argument values. Text, numbers, booleans and byte arrays are taken as they are, unless the options want
/// them in a way of their own; everything else is serialised as JSON and transcoded, so that a JsonTypeInfo is all a type needs.
/// </summary>
internal sealed class MessagePackValues
{
    private readonly ArgumentSerializer _json;
    private readonly bool _plainBinary;

    /// <param name="options">The user's; copied.</param>
    public MessagePackValues(JsonSerializerOptions options)
    {
        _json = new ArgumentSerializer(options, Converters(options));
        _plainBinary = !options.Converters.Any(static converter => converter.CanConvert(typeof(byte[])));
    }

    /// <inheritdoc cref="PacketParser.CanRead" />
    public bool CanRead(Type type) => _json.CanRead(type);

    /// <inheritdoc cref="PacketParser.CanWrite" />
    public bool CanWrite(Type type) => _json.CanWrite(type);

    /// <summary>How deep arrays and maps of a client may nest; as in the JSON format.</summary>
    public int MaxDepth => _json.ReaderOptions.MaxDepth;

    private static IEnumerable<JsonConverter> Converters(JsonSerializerOptions options)
    {
        yield return new DateTimeConverter();
        yield return new DateTimeOffsetConverter();
        if ((options.NumberHandling & (JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowNamedFloatingPointLiterals)) != 0)
            yield break;
        yield return new NumberConverter<double>(JsonMetadataServices.DoubleConverter);
        yield return new NumberConverter<float>(JsonMetadataServices.SingleConverter);
        yield return new NumberConverter<Half>(JsonMetadataServices.HalfConverter);
    }

    public void Write<T>(MessagePackPacketWriter packet, T value)
    {
        if (typeof(T) == typeof(object))
            WriteByRunTimeType(packet, value);
        else if (!TryWritePlain(packet.Writer, ref value))
            packet.WriteByJson(_json, value);
    }

    /// <summary>Reads the next value and moves behind it.</summary>
    public T? Read<T>(ref MessagePackReader reader)
    {
        var before = reader;
        reader.TryRead(out var token);
        if (token.Kind is MessagePackKind.Undefined && (default(T) is null || typeof(T) == typeof(JsonElement)))
            return default;
        if (TryReadPlain<T>(reader, token, out var value))
            return value;
        reader = before;
        return ReadByJson<T>(ref reader);
    }

    private T? ReadByJson<T>(ref MessagePackReader reader)
    {
        var scratch = JsonScratch.Rent();
        try
        {
            JsonFromMessagePack.Write(ref reader, scratch);
            return _json.Read<T>(scratch.Finish(), scratch);
        }
        finally
        {
            scratch.Return();
        }
    }

    private void WriteByRunTimeType(MessagePackPacketWriter packet, object? value)
    {
        if (value is null)
            packet.Writer.WriteNil();
        else if (value is string text && _json.HasPlainPrimitives)
            packet.Writer.Write(text);
        else if (value is byte[] data && _plainBinary)
            packet.Writer.WriteBinary(data);
        else
            packet.WriteByJson(_json, value);
    }

    // Not by boxing and unboxing, which only an optimised build leaves out.
    private bool TryWritePlain<T>(MessagePackWriter output, ref T value)
    {
        if (typeof(T) == typeof(byte[]))
            return TryWriteBinary(output, Unsafe.As<T, byte[]?>(ref value));
        if (!_json.HasPlainPrimitives)
            return false;
        if (typeof(T) == typeof(string))
            output.Write(Unsafe.As<T, string?>(ref value));
        else if (typeof(T) == typeof(int))
            output.Write(Unsafe.As<T, int>(ref value));
        else if (typeof(T) == typeof(long))
            output.Write(Unsafe.As<T, long>(ref value));
        else if (typeof(T) == typeof(bool))
            output.Write(Unsafe.As<T, bool>(ref value));
        else if (typeof(T) == typeof(double))
            output.Write(Unsafe.As<T, double>(ref value));
        else
            return false;
        return true;
    }

    private bool TryWriteBinary(MessagePackWriter output, byte[]? data)
    {
        if (!_plainBinary)
            return false;
        if (data is null)
            output.WriteNil();
        else
            output.WriteBinary(data);
        return true;
    }

    // False for what the serializer has to make something of, or to refuse.
    private bool TryReadPlain<T>(MessagePackReader reader, in MessagePackToken token, out T? value)
    {
        value = default;
        switch (token.Kind)
        {
            case MessagePackKind.Binary when typeof(T) == typeof(byte[]) && _plainBinary:
                Unsafe.As<T?, byte[]>(ref value) = reader.BytesOf(token).ToArray();
                return true;
            case MessagePackKind.String when typeof(T) == typeof(string) && _json.HasPlainPrimitives:
                Unsafe.As<T?, string>(ref value) = Encoding.UTF8.GetString(reader.BytesOf(token));
                return true;
            case MessagePackKind.Integer when typeof(T) == typeof(int) && _json.HasPlainPrimitives && token.Integer == (int)token.Integer:
                Unsafe.As<T?, int>(ref value) = (int)token.Integer;
                return true;
            case MessagePackKind.Integer when typeof(T) == typeof(long) && _json.HasPlainPrimitives:
                Unsafe.As<T?, long>(ref value) = token.Integer;
                return true;
            case MessagePackKind.Integer when typeof(T) == typeof(double) && _json.HasPlainPrimitives:
                Unsafe.As<T?, double>(ref value) = token.Integer;
                return true;
            case MessagePackKind.Float when typeof(T) == typeof(double) && _json.HasPlainPrimitives:
                Unsafe.As<T?, double>(ref value) = token.Float;
                return true;
            case MessagePackKind.Boolean when typeof(T) == typeof(bool) && _json.HasPlainPrimitives:
                Unsafe.As<T?, bool>(ref value) = token.IsTrue;
                return true;
            default:
                return false;
        }
    }
}
