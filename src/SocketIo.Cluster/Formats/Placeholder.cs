using System.Text.Json;

namespace SocketIo.Cluster.Formats;

/// <summary>What stands in JSON for binary data: <c>{"_placeholder":true,"num":0}</c>.</summary>
internal static class Placeholder
{
    public static ReadOnlySpan<byte> Key => "_placeholder"u8;

    public static void Write(scoped in Utf8Output output, int number)
    {
        output.Raw("{\"_placeholder\":true,\"num\":"u8);
        output.Number((long)number);
        output.Raw("}"u8);
    }

    /// <summary>
    /// Whether the object at whose start the reader stands is one, of the form that servers write; moves behind it then. Any other
    /// object is a value like others.
    /// </summary>
    public static bool TryRead(ref Utf8JsonReader json, int attachments, out int number)
    {
        number = 0;
        if (attachments == 0)
            return false;
        var ahead = json;
        if (!ahead.Read() || ahead.TokenType is not JsonTokenType.PropertyName || !ahead.ValueTextEquals(Key)
            || !ahead.Read() || ahead.TokenType is not JsonTokenType.True
            || !ahead.Read() || ahead.TokenType is not JsonTokenType.PropertyName || !ahead.ValueTextEquals("num"u8)
            || !ahead.Read() || ahead.TokenType is not JsonTokenType.Number || !ahead.TryGetInt32(out number)
            || (uint)number >= (uint)attachments
            || !ahead.Read() || ahead.TokenType is not JsonTokenType.EndObject)
            return false;
        json = ahead;
        return true;
    }
}
