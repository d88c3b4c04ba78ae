using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace SocketIo.MessagePack;

/// <summary>
/// Turns checked MessagePack values into the JSON that a JavaScript peer would have made of them, but for binary data, which
/// becomes base64: the converters read that as well.
/// </summary>
internal static class JsonFromMessagePack
{
    private const int MaxInt64Digits = 20;

    /// <summary>Writes the next value and moves behind it.</summary>
    public static void Write(ref MessagePackReader reader, JsonScratch scratch)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        reader.TryRead(out var token);
        var json = scratch.Json;
        switch (token.Kind)
        {
            case MessagePackKind.Boolean:
                json.WriteBooleanValue(token.IsTrue);
                break;
            case MessagePackKind.Integer:
                json.WriteNumberValue(token.Integer);
                break;
            case MessagePackKind.LargeInteger:
                json.WriteNumberValue(token.Bits);
                break;
            case MessagePackKind.Float when double.IsFinite(token.Float):
                json.WriteNumberValue(token.Float);
                break;
            // JSON has no other numbers, and JSON.stringify writes null for them
            case MessagePackKind.Float:
                json.WriteNullValue();
                scratch.MarkAs(token.Float);
                break;
            case MessagePackKind.String:
                json.WriteStringValue(reader.BytesOf(token));
                break;
            case MessagePackKind.Binary:
                json.WriteBase64StringValue(reader.BytesOf(token));
                scratch.MarkAs(MessagePackKind.Binary);
                break;
            case MessagePackKind.Array:
                WriteArray(ref reader, token.Length, scratch);
                break;
            case MessagePackKind.Map:
                WriteObject(ref reader, token.Length, scratch);
                break;
            case MessagePackKind.Date when NotepackDate.TryRead(token, out var date):
                json.WriteStringValue(date);
                scratch.MarkAs(MessagePackKind.Date);
                break;
            case MessagePackKind.Extension:
                WriteExtension(reader, token, scratch);
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }

    private static void WriteArray(ref MessagePackReader reader, int count, JsonScratch scratch)
    {
        scratch.Json.WriteStartArray();
        for (var i = 0; i < count; i++)
            Write(ref reader, scratch);
        scratch.Json.WriteEndArray();
    }

    private static void WriteObject(ref MessagePackReader reader, int count, JsonScratch scratch)
    {
        scratch.Json.WriteStartObject();
        for (var i = 0; i < count; i++)
        {
            reader.TryRead(out var key);
            // A property that is undefined is none, as in JSON.stringify.
            if (reader.TrySkipUndefined())
                continue;
            WriteName(reader, key, scratch.Json);
            Write(ref reader, scratch);
        }
        scratch.Json.WriteEndObject();
    }

    private static void WriteName(MessagePackReader reader, in MessagePackToken key, Utf8JsonWriter json)
    {
        if (key.Kind is MessagePackKind.String)
        {
            json.WritePropertyName(reader.BytesOf(key));
            return;
        }

        Span<byte> digits = stackalloc byte[MaxInt64Digits];
        int length;
        _ = key.Kind is MessagePackKind.LargeInteger
            ? Utf8Formatter.TryFormat(key.Bits, digits, out length)
            : Utf8Formatter.TryFormat(key.Integer, digits, out length);
        json.WritePropertyName(digits[..length]);
    }

    // As notepack gives it to JavaScript: type and bytes.
    private static void WriteExtension(MessagePackReader reader, in MessagePackToken token, JsonScratch scratch)
    {
        scratch.Json.WriteStartArray();
        scratch.Json.WriteNumberValue(token.ExtensionType);
        scratch.Json.WriteBase64StringValue(reader.BytesOf(token));
        scratch.MarkAs(MessagePackKind.Binary);
        scratch.Json.WriteEndArray();
    }
}
