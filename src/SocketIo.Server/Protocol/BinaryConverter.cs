using System.Text.Json;
using System.Text.Json.Serialization;

namespace SocketIo.Protocol;

/// <summary>Binary data as an attachment of the packet, wherever it stands in an argument.</summary>
internal abstract class BinaryConverter<T> : JsonConverter<T>
{
    // null is for every type the value without bytes, as in the converters of the framework.
    public sealed override bool HandleNull => true;

    public sealed override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? default : Wrap(Attachments.Read(ref reader));

    public sealed override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        if (value is null)
            writer.WriteNullValue();
        else
            Attachments.Write(writer, Unwrap(value));
    }

    protected abstract T Wrap(byte[] data);

    protected abstract ReadOnlyMemory<byte> Unwrap(T value);
}
