using System.Text;

namespace SocketIo.Engine;

/// <summary>A packet that a client sent, or that is on its way to one; see <see cref="SessionEvents"/>.</summary>
public readonly ref struct EnginePacket
{
    private EnginePacket(EnginePacketType type, ReadOnlySpan<byte> data, bool isBinary)
    {
        Type = type;
        Data = data;
        IsBinary = isBinary;
    }

    /// <summary>The type.</summary>
    public EnginePacketType Type { get; }

    /// <summary>Whether the packet is a binary message; else it is text.</summary>
    public bool IsBinary { get; }

    /// <summary>What follows the type: the bytes of a binary message, else UTF-8. Valid during the call only.</summary>
    public ReadOnlySpan<byte> Data { get; }

    /// <summary>The text as a new string.</summary>
    public string Text => Encoding.UTF8.GetString(Data);

    /// <summary>A packet as protocol 4 has it on a WebSocket; false when it has no type that exists.</summary>
    internal static bool TryRead(bool isBinary, ReadOnlySpan<byte> encoded, out EnginePacket packet)
    {
        packet = default;
        if (isBinary)
        {
            packet = new EnginePacket(EnginePacketType.Message, encoded, isBinary: true);
            return true;
        }
        if (encoded.IsEmpty || encoded[0] is < (byte)'0' or > (byte)'6')
            return false;
        packet = new EnginePacket((EnginePacketType)(encoded[0] - '0'), encoded[1..], isBinary: false);
        return true;
    }
}
