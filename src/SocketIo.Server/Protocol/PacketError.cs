namespace SocketIo.Protocol;

/// <summary>Why a packet was refused; short, because it ends in logs and close reasons.</summary>
internal static class PacketError
{
    public const string UnknownType = "unknown packet type";
    public const string IllegalAttachments = "illegal attachments";
    public const string TooManyAttachments = "too many attachments";
    public const string IllegalAckId = "illegal ack id";
    public const string IllegalNamespace = "illegal namespace";
    public const string InvalidPayload = "invalid payload";
    public const string InvalidUtf8 = "invalid utf-8";
}
