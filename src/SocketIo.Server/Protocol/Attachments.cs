using System.Text.Json;

namespace SocketIo.Protocol;

/// <summary>
/// What the binary converters share with the packet that is being written or read on this thread. Set only during the
/// synchronous call into the serializer.
/// </summary>
internal static class Attachments
{
    [ThreadStatic]
    private static Utf8JsonWriter? _json;

    [ThreadStatic]
    private static IBinaryCollector? _collector;

    [ThreadStatic]
    private static byte[][]? _received;

    [ThreadStatic]
    private static IStandIns? _standIns;

    /// <summary>Until the end of the block, what is written to <paramref name="json"/> gives its binary data to <paramref name="collector"/>.</summary>
    public static Scope Collect(Utf8JsonWriter json, IBinaryCollector? collector)
    {
        var outer = new Scope(_json, _collector, _received, _standIns);
        _json = json;
        _collector = collector;
        return outer;
    }

    /// <summary>Until the end of the block, placeholders stand for <paramref name="received"/>, and other values for what is said.</summary>
    public static Scope Resolve(byte[][] received, IStandIns? standIns)
    {
        var outer = new Scope(_json, _collector, _received, _standIns);
        _received = received;
        _standIns = standIns;
        return outer;
    }

    /// <summary>Gives binary data to the packet that is written or, where none takes it, writes base64.</summary>
    public static void Write(Utf8JsonWriter json, ReadOnlyMemory<byte> data)
    {
        // A converter of the user may serialise with a writer of its own in between: that is not part of the packet.
        if (_collector is { } collector && ReferenceEquals(_json, json))
            collector.Write(json, data);
        else
            json.WriteBase64StringValue(data.Span);
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

    /// <summary>The attachment that an object stands for; null when it is none of the packet's placeholders.</summary>
    public static byte[]? Of(Dictionary<string, object?> properties)
    {
        if (_received is not { Length: > 0 } received || !properties.TryGetValue("_placeholder", out var flag) || flag is not true)
            return null;
        return properties.TryGetValue("num", out var number) && number is long index && (ulong)index < (ulong)received.Length ? received[index] : null;
    }

    /// <summary>What the text or null at the reader stands for, in formats that are read by way of JSON.</summary>
    public static bool TryGetStandIn(ref Utf8JsonReader reader, out object? value)
    {
        value = null;
        return _standIns is { } standIns && standIns.TryGet(ref reader, out value);
    }

    /// <summary>The number of the placeholder at the reader, which it moves behind; null when it is another object.</summary>
    public static int? ReadPlaceholder(ref Utf8JsonReader reader)
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

    /// <summary>Puts back at its end what there was before.</summary>
    public readonly ref struct Scope(Utf8JsonWriter? json, IBinaryCollector? collector, byte[][]? received, IStandIns? standIns)
    {
        public void Dispose()
        {
            _json = json;
            _collector = collector;
            _received = received;
            _standIns = standIns;
        }
    }
}
