using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace SocketIo.Postgres.Backplanes;

/// <summary>What a notification says besides the message itself.</summary>
/// <param name="Sender">The node; null when it is not named.</param>
/// <param name="Attachment">The row that has the whole message; null when the message stands here.</param>
/// <param name="Offset">The message's place in the log; null when it is not kept.</param>
internal readonly record struct NotificationHead(string? Sender, long? Attachment, long? Offset)
{
    // the data is skipped here, and checked when it is read
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 1000 };

    public static bool TryRead(ReadOnlySpan<byte> json, out NotificationHead head, [NotNullWhen(false)] out string? error)
    {
        head = default;
        error = null;
        try
        {
            var reader = new Utf8JsonReader(json, Options);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return Fail("a notification that is no object", out error);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                head = Read(ref reader, head);
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return Fail("a notification that is no JSON", out error);
        }
    }

    private static NotificationHead Read(ref Utf8JsonReader reader, NotificationHead head)
    {
        var (isSender, isAttachment, isOffset) = (reader.ValueTextEquals("uid"u8), reader.ValueTextEquals("attachmentId"u8), reader.ValueTextEquals("offset"u8));
        reader.Read();
        if (isSender && reader.TokenType == JsonTokenType.String)
            return head with { Sender = reader.GetString() };
        if (isAttachment)
            return head with { Attachment = ReadNumber(ref reader) };
        if (isOffset)
            return head with { Offset = ReadNumber(ref reader) };
        reader.Skip();
        return head;
    }

    // the JavaScript driver gives a bigint as text
    private static long? ReadNumber(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number)
            return reader.TryGetInt64(out var number) ? number : null;
        if (reader.TokenType == JsonTokenType.String)
            return long.TryParse(reader.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        reader.Skip();
        return null;
    }

    private static bool Fail(string reason, out string error)
    {
        error = reason;
        return false;
    }
}
