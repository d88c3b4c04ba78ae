using System.Text.Json;

namespace SocketIo.Protocol;

/// <summary>
/// What the binary converters share with the packet that is being written or read on this thread. Set only during the
/// synchronous call into the serializer.
/// </summary>
internal static class Attachments
{
    [ThreadStatic]
    private static IBinaryCollector? _collector;

    [ThreadStatic]
    private static byte[][]? _received;

    /// <summary>Makes <paramref name="collector"/> take the attachments from here on; returns the one to put back.</summary>
    public static IBinaryCollector? Collect(IBinaryCollector? collector)
    {
        var previous = _collector;
        _collector = collector;
        return previous;
    }

    /// <summary>Makes placeholders resolve from <paramref name="received"/>; returns what to put back.</summary>
    public static byte[][]? Resolve(byte[][]? received)
    {
        var previous = _received;
        _received = received;
        return previous;
    }

    /// <summary>Gives binary data to the packet that is written or, where none takes it, writes base64.</summary>
    public static void Write(Utf8JsonWriter json, ReadOnlyMemory<byte> data)
    {
        if (CollectorOf(json) is { } collector)
            collector.Write(data);
        else
            json.WriteBase64StringValue(data.Span);
    }

    /// <summary>The packet that <paramref name="json"/> writes, if it does.</summary>
    public static IBinaryCollector? CollectorOf(Utf8JsonWriter json)
    {
        // A converter of the user may serialise with a writer of its own in between: that is not part of the packet.
        var collector = _collector;
        return ReferenceEquals(collector?.Json, json) ? collector : null;
    }

    /// <summary>The attachment that the placeholder at the reader stands for, or the bytes of a base64 string.</summary>
    public static byte[] Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
            return reader.GetBytesFromBase64();
        if (reader.TokenType != JsonTokenType.StartObject || ReadPlaceholder(ref reader) is not { } number)
            throw new JsonException("Binary data must be an attachment or a base64 string.");
        if (_received is not { } received || (uint)number >= (uint)received.Length)
            throw new JsonException("The attachment is missing.");
        return received[number];
    }

    private static int? ReadPlaceholder(ref Utf8JsonReader reader)
    {
        var isPlaceholder = false;
        int? number = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isFlag = reader.ValueTextEquals("_placeholder"u8);
            var isNumber = reader.ValueTextEquals("num"u8);
            reader.Read();
            if (isFlag)
                isPlaceholder = reader.TokenType == JsonTokenType.True;
            else if (isNumber)
                number = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var n) ? n : null;
            reader.TrySkip();
        }

        return isPlaceholder ? number : null;
    }
}
