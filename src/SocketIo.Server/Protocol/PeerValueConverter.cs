using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using SocketIo.Cluster;

namespace SocketIo.Protocol;

/// <summary>Copies JSON, with what stands for binary data put in its place: on the way out by the packet, on the way in by the value.</summary>
internal sealed class PeerValueConverter : JsonConverter<PeerValue>
{
    // What it is given was checked.
    private static readonly JsonReaderOptions Reading = new() { MaxDepth = int.MaxValue };

    private static readonly JsonWriterOptions Writing = new() { Encoder = StringifyEncoder.Instance, MaxDepth = int.MaxValue, SkipValidation = true };

    public override bool HandleNull => true;

    public override PeerValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var output = new ArrayBufferWriter<byte>();
        var attachments = new List<ReadOnlyMemory<byte>>();
        using (var writer = new Utf8JsonWriter(output, Writing))
        {
            CopyValue(ref reader, writer, (ref Utf8JsonReader json) =>
            {
                WritePlaceholder(writer, attachments.Count);
                attachments.Add(BinaryAt(ref json));
            });
        }
        return new PeerValue(new PacketData(output.WrittenMemory, attachments.Count == 0 ? null : [.. attachments]));
    }

    public override void Write(Utf8JsonWriter writer, PeerValue value, JsonSerializerOptions options)
    {
        if (value.Data.IsEmpty)
        {
            writer.WriteNullValue();
            return;
        }
        if (!value.Data.HasAttachments)
        {
            writer.WriteRawValue(value.Data.Json.Span, skipInputValidation: true);
            return;
        }
        var reader = new Utf8JsonReader(value.Data.Json.Span, Reading);
        reader.Read();
        CopyValue(ref reader, writer, (ref Utf8JsonReader json) =>
        {
            if (Attachments.ReadPlaceholder(ref json) is { } number && number < value.Data.Attachments.Length)
                Attachments.Write(writer, value.Data.Attachments[number]);
            else
                writer.WriteNullValue();
        });
    }

    // Leaves the reader at the last token of the value.
    private static void CopyValue(ref Utf8JsonReader reader, Utf8JsonWriter writer, BinaryCopier copyBinary)
    {
        // the depth of the options may be any
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject when IsPlaceholder(reader):
            case JsonTokenType.String when IsStandIn(reader):
                copyBinary(ref reader);
                break;
            case JsonTokenType.StartObject:
                CopyObject(ref reader, writer, copyBinary);
                break;
            case JsonTokenType.StartArray:
                writer.WriteStartArray();
                while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
                    CopyValue(ref reader, writer, copyBinary);
                writer.WriteEndArray();
                break;
            case JsonTokenType.String:
                writer.WriteStringValue(TextOf(reader));
                break;
            default:
                writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
                break;
        }
    }

    private static void CopyObject(ref Utf8JsonReader reader, Utf8JsonWriter writer, BinaryCopier copyBinary)
    {
        writer.WriteStartObject();
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndObject)
        {
            writer.WritePropertyName(TextOf(reader));
            reader.Read();
            CopyValue(ref reader, writer, copyBinary);
        }
        writer.WriteEndObject();
    }

    // In formats that are read by way of JSON a text stands for binary data.
    private static bool IsStandIn(Utf8JsonReader reader) => Attachments.TryGetStandIn(ref reader, out var value) && value is byte[];

    private static byte[] BinaryAt(ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.String && Attachments.TryGetStandIn(ref reader, out var value) ? (byte[])value! : Attachments.Read(ref reader);

    private static bool IsPlaceholder(Utf8JsonReader reader) => Attachments.ReadPlaceholder(ref reader) is not null;

    private static ReadOnlySpan<byte> TextOf(in Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
            return reader.ValueSpan;
        var text = new byte[reader.ValueSpan.Length];
        return text.AsSpan(0, JsonText.Unescape(reader.ValueSpan, text));
    }

    private static void WritePlaceholder(Utf8JsonWriter writer, int number)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("_placeholder"u8, true);
        writer.WriteNumber("num"u8, number);
        writer.WriteEndObject();
    }

    private delegate void BinaryCopier(ref Utf8JsonReader reader);
}
