using System.Text.Json;

namespace SocketIo.Protocol;

/// <summary>
/// The one forward pass over a JSON payload: all of it must be JSON, also arguments that nobody reads, so that reading
/// arguments later can only fail at a conversion.
/// </summary>
internal static class PayloadValidator
{
    /// <summary>The default of System.Text.Json, and the width of the bit sets in <see cref="CheckPlaceholders"/>.</summary>
    public const int MaxDepth = 64;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = MaxDepth };

    private enum Property
    {
        Other,
        Placeholder,
        Number,
    }

    /// <summary>Returns the error, or null for a good payload.</summary>
    public static string? Check(PacketType type, ReadOnlySpan<byte> payload, int attachmentCount)
    {
        // The reference lets an event without payload pass its decoder and drops it later. A missing payload of an ack
        // means no arguments.
        if (payload.IsEmpty)
            return type is PacketType.Event or PacketType.BinaryEvent ? PacketError.InvalidPayload : null;
        if (!CanStart(type, payload[0]))
            return PacketError.InvalidPayload;

        try
        {
            return Walk(type, payload, attachmentCount);
        }
        catch (JsonException)
        {
            // Utf8JsonReader has no way to report but this; the session closes, so a client pays with a connection.
            return PacketError.InvalidPayload;
        }
    }

    // Also refuses leading white space, which JSON allows and the reference takes for an ack id.
    private static bool CanStart(PacketType type, byte first) => type switch
    {
        PacketType.Connect => first == '{',
        PacketType.ConnectError => first is (byte)'{' or (byte)'"',
        PacketType.Disconnect => false,
        _ => first == '[',
    };

    private static string? Walk(PacketType type, ReadOnlySpan<byte> payload, int attachmentCount)
    {
        var reader = new Utf8JsonReader(payload, Options);
        reader.Read();
        if (type is PacketType.Event or PacketType.BinaryEvent && !(reader.Read() && IsEventName(ref reader)))
            return PacketError.InvalidPayload;
        if (type is PacketType.BinaryEvent or PacketType.BinaryAck)
            return CheckPlaceholders(ref reader, attachmentCount) ? null : PacketError.IllegalAttachments;

        while (reader.Read())
        {
        }

        return null;
    }

    private static bool IsEventName(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
            return reader.TokenType == JsonTokenType.Number;
        Span<byte> scratch = stackalloc byte[ReservedEvents.MaxLength * JsonText.MaxEscapeFactor];
        return !ReservedEvents.Contains(JsonText.Short(reader.ValueSpan, reader.ValueIsEscaped, scratch));
    }

    /// <summary>
    /// Reads to the end. An object whose _placeholder is true must have a num that is an index of an attachment; of a
    /// repeated property the last one counts, as in JavaScript.
    /// </summary>
    private static bool CheckPlaceholders(ref Utf8JsonReader reader, int attachmentCount)
    {
        // One bit for each open object, by its depth.
        ulong placeholders = 0, numbered = 0;
        var property = Property.Other;
        var legal = true;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                property = PropertyOf(ref reader);
                continue;
            }

            if (property == Property.Placeholder)
                Set(ref placeholders, reader.CurrentDepth - 1, reader.TokenType == JsonTokenType.True);
            else if (property == Property.Number)
                Set(ref numbered, reader.CurrentDepth - 1, IsIndex(ref reader, attachmentCount));
            property = Property.Other;

            if (reader.TokenType == JsonTokenType.StartObject)
            {
                Set(ref placeholders, reader.CurrentDepth, false);
                Set(ref numbered, reader.CurrentDepth, false);
            }
            else if (reader.TokenType == JsonTokenType.EndObject)
            {
                legal &= ((placeholders & ~numbered) >> reader.CurrentDepth & 1) == 0;
            }
        }

        return legal;
    }

    private static Property PropertyOf(ref Utf8JsonReader reader)
    {
        Span<byte> scratch = stackalloc byte[12 * JsonText.MaxEscapeFactor]; // 12: _placeholder
        var name = JsonText.Short(reader.ValueSpan, reader.ValueIsEscaped, scratch);
        if (name.SequenceEqual("_placeholder"u8))
            return Property.Placeholder;
        return name.SequenceEqual("num"u8) ? Property.Number : Property.Other;
    }

    private static bool IsIndex(ref Utf8JsonReader reader, int count) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var n) && (uint)n < (uint)count;

    private static void Set(ref ulong bits, int index, bool value)
    {
        var bit = 1UL << index;
        bits = value ? bits | bit : bits & ~bit;
    }
}
