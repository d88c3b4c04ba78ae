using System.Text;

namespace SocketIo.TestKit;

/// <summary>A frame as it came from the server.</summary>
/// <param name="First">The first byte: FIN, reserved bits and opcode.</param>
/// <param name="Payload">The payload.</param>
public sealed record RawFrame(byte First, byte[] Payload)
{
    public int Opcode => First & 0x0F;

    public string Text => Encoding.UTF8.GetString(Payload);

    /// <summary>The code of a close frame.</summary>
    public int CloseCode => (Payload[0] << 8) | Payload[1];

    public string CloseReason => Encoding.UTF8.GetString(Payload, 2, Payload.Length - 2);

    public override string ToString() => Opcode switch
    {
        1 => Text,
        8 => Payload.Length == 0 ? "close" : $"close {CloseCode} {CloseReason}",
        _ => $"opcode {Opcode}, {Payload.Length} bytes",
    };
}
