using System.Text.Json;

namespace SocketIo.Protocol;

/// <summary>
/// The one forward pass over a JSON payload: all of it must be JSON, also arguments that nobody reads, so that reading
/// arguments later can only fail at a conversion.
/// </summary>
internal static class PayloadValidator
{
    // Of the objects that are open, by their depth: on the stack up to the default depth.
    private const int DefaultDepth = 64;

    // What was seen of an object: of a repeated property the last one counts, as in JavaScript.
    private record struct Seen(bool IsPlaceholder, int? Number);

    /// <summary>Returns the error, or null for a good payload.</summary>
    /// <param name="header">What the packet is.</param>
    /// <param name="payload">What follows the header.</param>
    /// <param name="options">As arguments are read.</param>
    /// <param name="limits">More is an error.</param>
    public static string? Check(in PacketHeader header, ReadOnlySpan<byte> payload, JsonReaderOptions options, in PacketLimits limits)
    {
        // The reference lets an event without payload pass its decoder and drops it later. A missing payload of an ack
        // means no arguments.
        if (payload.IsEmpty)
            return header.Type is PacketType.Event or PacketType.BinaryEvent ? PacketError.InvalidPayload : null;
        if (!CanStart(header.Type, payload[0]))
            return PacketError.InvalidPayload;

        var reader = new Utf8JsonReader(payload, options);
        try
        {
            return Walk(header, ref reader, payload.Length, limits);
        }
        catch (JsonException)
        {
            // Utf8JsonReader has no way to report but this; the session closes, so a client pays with a connection.
            return IsTooDeep(reader, payload) ? PacketError.TooDeep(options.MaxDepth) : PacketError.InvalidPayload;
        }
    }

    // Whether the reader stopped before one more array or object than it may go into.
    private static bool IsTooDeep(scoped in Utf8JsonReader reader, ReadOnlySpan<byte> payload)
    {
        var open = reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject ? reader.CurrentDepth + 1 : reader.CurrentDepth;
        var rest = payload[(int)reader.BytesConsumed..].TrimStart(" \t\r\n,:"u8);
        return open == reader.CurrentState.Options.MaxDepth && !rest.IsEmpty && rest[0] is (byte)'[' or (byte)'{';
    }

    // Also refuses leading white space, which JSON allows and the reference takes for an ack id.
    private static bool CanStart(PacketType type, byte first) => type switch
    {
        PacketType.Connect => first == '{',
        PacketType.ConnectError => first is (byte)'{' or (byte)'"',
        PacketType.Disconnect => false,
        _ => first == '[',
    };

    private static string? Walk(in PacketHeader header, scoped ref Utf8JsonReader reader, int length, in PacketLimits limits)
    {
        reader.Read();
        if (header.Type is PacketType.Event or PacketType.BinaryEvent && !(reader.Read() && IsEventName(ref reader)))
            return PacketError.InvalidPayload;
        var error = header.Type switch
        {
            PacketType.Event or PacketType.Ack => CheckArguments(ref reader, limits),
            PacketType.BinaryEvent or PacketType.BinaryAck => CheckBinaryArguments(ref reader, header.AttachmentCount, length, limits),
            _ => null,
        };
        while (error is null && reader.Read())
        {
        }

        return error;
    }

    private static string? CheckArguments(scoped ref Utf8JsonReader reader, in PacketLimits limits)
    {
        for (var left = limits.MaxArguments; reader.Read() && reader.TokenType is not JsonTokenType.EndArray; left--)
        {
            if (left == 0)
                return limits.TooManyArguments;
            reader.Skip();
        }
        return null;
    }

    private static bool IsEventName(scoped ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
            return reader.TokenType == JsonTokenType.Number;
        Span<byte> scratch = stackalloc byte[ReservedEvents.MaxLength * JsonText.MaxEscapeFactor];
        return !ReservedEvents.Contains(JsonText.Short(reader.ValueSpan, reader.ValueIsEscaped, scratch));
    }

    /// <summary>
    /// An object whose _placeholder is true must have a num that is an index of an attachment, and no two the same: stock clients number
    /// each attachment once, and a small packet could else become as many copies of a large one as it has placeholders. The reference
    /// takes any number of them.
    /// </summary>
    private static string? CheckBinaryArguments(scoped ref Utf8JsonReader reader, int attachmentCount, int length, in PacketLimits limits)
    {
        // no text nests deeper than its length
        var maxDepth = Math.Min(reader.CurrentState.Options.MaxDepth, length);
        Span<Seen> objects = maxDepth <= DefaultDepth ? stackalloc Seen[DefaultDepth] : new Seen[maxDepth];
        var left = limits.MaxArguments;
        var numbers = default(AttachmentNumbers);
        string? error = null;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.EndArray:
                    break;
                case JsonTokenType.EndObject:
                    if (objects[reader.CurrentDepth] is { IsPlaceholder: true, Number: var number })
                        error ??= number is null ? PacketError.IllegalAttachments : numbers.TryAdd(number.Value) ? null : PacketError.SharedAttachment;
                    break;
                case JsonTokenType.PropertyName:
                    ReadProperty(ref reader, objects, attachmentCount);
                    break;
                default:
                    if (reader.CurrentDepth == 1 && left-- == 0)
                        return limits.TooManyArguments;
                    break;
            }
            if (reader.TokenType is JsonTokenType.StartObject)
                objects[reader.CurrentDepth] = default;
        }

        return error;
    }

    // Moves to the value.
    private static void ReadProperty(scoped ref Utf8JsonReader reader, scoped Span<Seen> objects, int attachmentCount)
    {
        ref var seen = ref objects[reader.CurrentDepth - 1];
        Span<byte> scratch = stackalloc byte[12 * JsonText.MaxEscapeFactor]; // 12: _placeholder
        var name = JsonText.Short(reader.ValueSpan, reader.ValueIsEscaped, scratch);
        var isFlag = name.SequenceEqual("_placeholder"u8);
        var isNumber = name.SequenceEqual("num"u8);
        reader.Read();
        if (isFlag)
            seen.IsPlaceholder = reader.TokenType is JsonTokenType.True;
        else if (isNumber)
            seen.Number = reader.TokenType is JsonTokenType.Number && reader.TryGetInt32(out var n) && (uint)n < (uint)attachmentCount ? n : null;
    }
}
