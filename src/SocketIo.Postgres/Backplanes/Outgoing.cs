using System.Buffers;
using System.Globalization;
using System.Text;
using SocketIo.Cluster;
using SocketIo.Cluster.Formats;

namespace SocketIo.Postgres.Backplanes;

/// <summary>A message as it is sent.</summary>
/// <param name="Text">The notification: all of it, or without its end, which the database writes.</param>
/// <param name="Attachment">The whole message, where the notification only refers to it.</param>
/// <param name="Kept">What the log keeps; null when it keeps nothing.</param>
/// <param name="Number">Counts what one link keeps.</param>
internal readonly record struct Outgoing(string Text, byte[]? Attachment, byte[]? Kept, long Number)
{
    // PostgreSQL takes 7,999 bytes; the reference sends one more, which is refused
    private const int MaxNotification = 7_999;

    // ,"offset":"9223372036854775807"}
    private const int OffsetLength = 32;

    /// <summary>About how much it is.</summary>
    public int Length => Text.Length + (Attachment?.Length ?? 0) + (Kept?.Length ?? 0);

    /// <summary>Encodes a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="number">Its number where it is kept, else null.</param>
    public static Outgoing Encode(ClusterMessage message, long? number)
    {
        var bytes = new ArrayBufferWriter<byte>();
        MixedFormat.Write(message, bytes, MessagePackFlavor.Official);
        var kept = number is null ? null : bytes.WrittenSpan.ToArray();
        if (!MixedFormat.IsBinary(message) && bytes.WrittenCount <= MaxNotification - (number is null ? 0 : OffsetLength))
            return new Outgoing(Encoding.UTF8.GetString(number is null ? bytes.WrittenSpan : bytes.WrittenSpan[..^1]), null, kept, number ?? 0);
        if (!MixedFormat.IsBinary(message))
            bytes = EncodeBinary(message);
        return new Outgoing(Refer(message), bytes.WrittenSpan.ToArray(), kept, number ?? 0);
    }

    /// <summary>The notification of what the log keeps at a place.</summary>
    public static string TextOf(byte[] kept, long place) =>
        string.Create(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetString(kept.AsSpan(..^1))},\"offset\":\"{place}\"}}");

    private static ArrayBufferWriter<byte> EncodeBinary(ClusterMessage message)
    {
        var bytes = new ArrayBufferWriter<byte>();
        ClusterMessagePack.Write(message, bytes, MessagePackFlavor.Official);
        return bytes;
    }

    // {"uid":U,"type":T,"attachmentId":"17"}: ids are hexadecimal, or "emitter"
    private static string Refer(ClusterMessage message) =>
        string.Create(CultureInfo.InvariantCulture, $"{{\"uid\":\"{message.Sender}\",\"type\":{(int)message.Type},\"attachmentId\":\"");
}
