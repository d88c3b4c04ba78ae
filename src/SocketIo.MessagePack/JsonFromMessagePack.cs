using System.Buffers.Text;
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
    public static void Write(ref MessagePackReader reader, Utf8JsonWriter json)
    {
        reader.TryRead(out var token);
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
            // JSON has no other numbers, and JSON.stringify writes null for them
            case MessagePackKind.Float when double.IsFinite(token.Float):
                json.WriteNumberValue(token.Float);
                break;
            case MessagePackKind.String:
                json.WriteStringValue(reader.BytesOf(token));
                break;
            case MessagePackKind.Binary:
                json.WriteBase64StringValue(reader.BytesOf(token));
                break;
            case MessagePackKind.Array:
                WriteArray(ref reader, token.Length, json);
                break;
            case MessagePackKind.Map:
                WriteObject(ref reader, token.Length, json);
                break;
            case MessagePackKind.Date when NotepackDate.TryRead(token, out var date):
                json.WriteStringValue(date);
                break;
            case MessagePackKind.Extension:
                WriteExtension(reader, token, json);
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }

    private static void WriteArray(ref MessagePackReader reader, int count, Utf8JsonWriter json)
    {
        json.WriteStartArray();
        for (var i = 0; i < count; i++)
            Write(ref reader, json);
        json.WriteEndArray();
    }

    private static void WriteObject(ref MessagePackReader reader, int count, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        for (var i = 0; i < count; i++)
        {
            reader.TryRead(out var key);
            // A property that is undefined is none, as in JSON.stringify.
            if (reader.TrySkipUndefined())
                continue;
            WriteName(reader, key, json);
            Write(ref reader, json);
        }
        json.WriteEndObject();
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
    private static void WriteExtension(MessagePackReader reader, in MessagePackToken token, Utf8JsonWriter json)
    {
        json.WriteStartArray();
        json.WriteNumberValue(token.ExtensionType);
        json.WriteBase64StringValue(reader.BytesOf(token));
        json.WriteEndArray();
    }
}
