namespace SocketIo.Protocol;

/// <summary>What stands before the payload of a packet. Holds offsets, so it is only good together with its packet.</summary>
public readonly struct PacketHeader
{
    /// <summary>The ack id of a packet that has none.</summary>
    public const long NoId = -1;

    private readonly int _namespaceStart;
    private readonly int _namespaceLength;

    /// <summary>Describes a packet that was read.</summary>
    /// <param name="type">What it is.</param>
    /// <param name="attachmentCount">The binary messages to wait for before the packet is handled; 0 where the format has none.</param>
    /// <param name="namespaceRange">Where in the packet its namespace stands, as UTF-8 text with the leading slash; empty for "/".</param>
    /// <param name="ackId">From 0 to 2^53-1, or <see cref="NoId"/>.</param>
    /// <param name="payloadStart">Where the payload starts; the length of the packet if there is none.</param>
    public PacketHeader(PacketType type, int attachmentCount, Range namespaceRange, long ackId, int payloadStart)
    {
        Type = type;
        AttachmentCount = attachmentCount;
        AckId = ackId;
        PayloadStart = payloadStart;
        _namespaceStart = namespaceRange.Start.Value;
        _namespaceLength = namespaceRange.End.Value - _namespaceStart;
    }

    /// <summary>What the packet is.</summary>
    public PacketType Type { get; }

    /// <summary>The binary messages that follow this packet.</summary>
    public int AttachmentCount { get; }

    /// <summary>From 0 to 2^53-1, or <see cref="NoId"/>.</summary>
    public long AckId { get; }

    /// <summary>Where the payload starts. Equals the length of the packet if there is no payload.</summary>
    public int PayloadStart { get; }

    /// <summary>Whether there is an ack id.</summary>
    public bool HasId => AckId != NoId;

    /// <summary>The namespace with its leading slash, as UTF-8; a query part is not cut off, as in the reference.</summary>
    public ReadOnlySpan<byte> NamespaceOf(ReadOnlySpan<byte> packet) =>
        _namespaceLength == 0 ? "/"u8 : packet.Slice(_namespaceStart, _namespaceLength);

    /// <summary>What is behind <see cref="PayloadStart"/>.</summary>
    public ReadOnlySpan<byte> PayloadOf(ReadOnlySpan<byte> packet) => packet[PayloadStart..];
}
