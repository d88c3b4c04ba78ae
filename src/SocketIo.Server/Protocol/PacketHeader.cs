namespace SocketIo.Protocol;

/// <summary>What stands before the payload of a packet. Holds offsets, so it is only good together with its packet.</summary>
internal readonly struct PacketHeader
{
    /// <summary>The ack id of a packet that has none.</summary>
    public const long NoId = -1;

    private readonly int _namespaceStart;
    private readonly int _namespaceLength;

    public PacketHeader(PacketType type, int attachmentCount, Range namespaceRange, long ackId, int payloadStart)
    {
        Type = type;
        AttachmentCount = attachmentCount;
        AckId = ackId;
        PayloadStart = payloadStart;
        _namespaceStart = namespaceRange.Start.Value;
        _namespaceLength = namespaceRange.End.Value - _namespaceStart;
    }

    public PacketType Type { get; }

    /// <summary>The binary messages that follow this packet: at least one for the binary types, else none.</summary>
    public int AttachmentCount { get; }

    /// <summary>From 0 to 2^53-1, or <see cref="NoId"/>.</summary>
    public long AckId { get; }

    /// <summary>Equals the length of the packet if there is no payload.</summary>
    public int PayloadStart { get; }

    public bool HasId => AckId != NoId;

    /// <summary>The namespace with its leading slash, as UTF-8; a query part is not cut off, as in the reference.</summary>
    public ReadOnlySpan<byte> NamespaceOf(ReadOnlySpan<byte> packet) =>
        _namespaceLength == 0 ? "/"u8 : packet.Slice(_namespaceStart, _namespaceLength);

    public ReadOnlySpan<byte> PayloadOf(ReadOnlySpan<byte> packet) => packet[PayloadStart..];
}
