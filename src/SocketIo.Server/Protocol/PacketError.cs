using System.Text.Json;

namespace SocketIo.Protocol;

/// <summary>Why a packet was refused; short, because it ends in logs and close reasons.</summary>
internal static class PacketError
{
    public const string UnknownType = "unknown packet type";
    public const string IllegalAttachments = "illegal attachments";
    public const string SharedAttachment = "two placeholders for one attachment";
    public const string IllegalAckId = "an ack id above 2^53-1";
    public const string InvalidPayload = "invalid payload";
    public const string InvalidUtf8 = "invalid utf-8";

    public static string TooDeep(int maxDepth) => $"nested deeper than {maxDepth} ({nameof(SocketIoOptions.Json)}.{nameof(JsonSerializerOptions.MaxDepth)})";
}
