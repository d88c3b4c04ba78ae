using System.Text.Unicode;

namespace SocketIo.Protocol;

/// <summary>Reads what stands before the payload: type, attachment count, namespace, ack id.</summary>
internal ref struct JsonHeaderReader
{
    // Number.MAX_SAFE_INTEGER: a JavaScript peer cannot tell larger ids apart.
    private const long MaxAckId = (1L << 53) - 1;

    private readonly ReadOnlySpan<byte> _packet;
    private int _position;

    private JsonHeaderReader(ReadOnlySpan<byte> packet) => _packet = packet;

    /// <summary>Returns the error, or null for a good header.</summary>
    public static string? Read(ReadOnlySpan<byte> packet, in PacketLimits limits, out PacketHeader header)
    {
        header = default;
        return new JsonHeaderReader(packet).Read(limits, ref header);
    }

    private string? Read(in PacketLimits limits, ref PacketHeader header)
    {
        // JSON readers look at the bytes of a string only when it is taken out, and then throw.
        if (!Utf8.IsValid(_packet))
            return PacketError.InvalidUtf8;
        if (_packet.IsEmpty || _packet[0] is < (byte)'0' or > (byte)'6')
            return PacketError.UnknownType;

        var type = (PacketType)(_packet[_position++] - '0');
        var attachments = 0;
        if (type is PacketType.BinaryEvent or PacketType.BinaryAck
            && ReadAttachmentCount(limits, out attachments) is { } error)
            return error;

        var namespaceRange = ReadNamespace();
        if (!TryReadAckId(out var ackId))
            return PacketError.IllegalAckId;
        header = new PacketHeader(type, attachments, namespaceRange, ackId, _position);
        return null;
    }

    // Digits only; the reference also takes "51e1-" for 10. None at all is illegal since its release 4.2.7: before, such
    // a packet made it refuse the next one.
    private string? ReadAttachmentCount(in PacketLimits limits, out int count)
    {
        count = 0;
        if (!TryReadDigits(int.MaxValue, out var number) || number == 0)
            return PacketError.IllegalAttachments;
        if (_position == _packet.Length || _packet[_position] != '-')
            return PacketError.IllegalAttachments;
        if (number > limits.MaxAttachments)
            return limits.TooManyAttachments;
        _position++;
        count = (int)number;
        return null;
    }

    private Range ReadNamespace()
    {
        if (_position == _packet.Length || _packet[_position] != '/')
            return default;
        var start = _position;
        var length = _packet[start..].IndexOf((byte)',');
        if (length < 0)
            length = _packet.Length - start;
        _position = Math.Min(start + length + 1, _packet.Length);
        return start..(start + length);
    }

    private bool TryReadAckId(out long id)
    {
        if (TryReadDigits(MaxAckId, out id))
            return id <= MaxAckId;
        id = PacketHeader.NoId;
        return true;
    }

    /// <summary>False if there is no digit. Whatever exceeds <paramref name="max"/> gives max + 1.</summary>
    private bool TryReadDigits(long max, out long value)
    {
        var start = _position;
        value = 0;
        for (; _position < _packet.Length && char.IsAsciiDigit((char)_packet[_position]); _position++)
            value = Math.Min(value * 10 + (_packet[_position] - '0'), max + 1);
        return _position > start;
    }
}
