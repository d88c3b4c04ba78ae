using System.Text;
using SocketIo.Engine.WebSockets;

namespace SocketIo.Engine.Sessions;

/// <summary>
/// An immutable encoded message: the WebSocket frames of one or more Engine.IO packets, ready to send, in one exact-size
/// array owned by the GC. Shared by all receivers of a broadcast. Polling walks the same bytes with <see cref="FrameWriter.Next"/>.
/// </summary>
internal sealed class Frame
{
    public static readonly Frame Ping = Text("2");
    public static readonly Frame ProbePong = Text("3probe");
    public static readonly Frame Noop = Text("6");

    private readonly byte[] _bytes;

    /// <param name="bytes">Whole unmasked frames; never written again.</param>
    public Frame(byte[] bytes) => _bytes = bytes;

    public int Length => _bytes.Length;

    /// <summary>Whether this is a close frame: nothing follows it on a connection.</summary>
    public bool IsClose => _bytes[0] == (0x80 | (byte)Opcode.Close);

    public ReadOnlySpan<byte> Span => _bytes;

    public ReadOnlyMemory<byte> Memory => _bytes;

    /// <summary>One text frame holding <paramref name="packet"/>, an Engine.IO packet with its type character.</summary>
    public static Frame Text(string packet) => Of(Opcode.Text, Encoding.UTF8.GetBytes(packet));

    /// <summary>A close frame (RFC 6455 5.5.1): a status code and a reason of at most 123 bytes.</summary>
    public static Frame Close(ushort code, string reason)
    {
        Span<byte> payload = stackalloc byte[125];
        payload[0] = (byte)(code >> 8);
        payload[1] = (byte)code;
        Encoding.UTF8.TryGetBytes(reason, payload[2..], out var written);
        return Of(Opcode.Close, payload[..(2 + written)]);
    }

    public static Frame Of(Opcode opcode, ReadOnlySpan<byte> payload)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(FrameWriter.HeaderSize(payload.Length) + payload.Length);
        payload.CopyTo(bytes.AsSpan(FrameWriter.WriteHeader(bytes, opcode, payload.Length)));
        return new Frame(bytes);
    }
}
