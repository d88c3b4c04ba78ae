namespace SocketIo.Protocol;

/// <summary>A binary packet of which attachments are still to come. Used by one receive loop at a time.</summary>
internal sealed class AttachmentAssembler
{
    private readonly byte[] _packet;
    private readonly PacketHeader _header;
    private readonly long _maxBytes;

    // Grows with what arrives: the count is the client's claim.
    private readonly List<byte[]> _received = [];
    private long _bytes;

    /// <param name="packet">A checked packet with at least one attachment; copied.</param>
    /// <param name="header">The header of <paramref name="packet"/>.</param>
    /// <param name="maxBytes">The most bytes that all attachments together may have.</param>
    public AttachmentAssembler(ReadOnlySpan<byte> packet, in PacketHeader header, long maxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(header.AttachmentCount, 1);
        _packet = packet.ToArray();
        _header = header;
        _maxBytes = maxBytes;
    }

    public ReadOnlySpan<byte> Packet => _packet;

    public ref readonly PacketHeader Header => ref _header;

    public bool IsComplete => _received.Count == _header.AttachmentCount;

    /// <summary>Copies the next attachment, unless that takes more than the allowed bytes.</summary>
    public AttachmentStatus Add(ReadOnlySpan<byte> data)
    {
        if (IsComplete)
            throw new InvalidOperationException("The packet has all its attachments.");
        if (data.Length > _maxBytes - _bytes)
            return AttachmentStatus.TooLarge;

        _bytes += data.Length;
        _received.Add(data.ToArray());
        return IsComplete ? AttachmentStatus.Complete : AttachmentStatus.Incomplete;
    }

    /// <summary>The attachments in their order; they belong to whoever reads the arguments.</summary>
    public byte[][] ToArray() => [.. _received];
}
