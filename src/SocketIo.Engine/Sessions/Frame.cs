using System.Text;
using SocketIo.Engine.WebSockets;

namespace SocketIo.Engine.Sessions;

/// <summary>
/// An immutable encoded message: the WebSocket frames of one or more Engine.IO packets, ready to send, in one exact-size
/// array owned by the GC. Shared by all receivers of a broadcast. Polling walks the same bytes.
/// </summary>
public class Frame
{
    internal static readonly Frame Ping = Text("2");
    internal static readonly Frame Pong = Text("3");
    internal static readonly Frame ProbePong = Text("3probe");
    internal static readonly Frame Noop = Text("6");

    private readonly byte[] _bytes;

    /// <param name="bytes">Whole unmasked frames; never written again.</param>
    internal Frame(byte[] bytes) => _bytes = bytes;

    internal int Length => _bytes.Length;

    /// <summary>Whether this is a close frame: nothing follows it on a connection.</summary>
    internal bool IsClose => _bytes[0] == (0x80 | (byte)Opcode.Close);

    internal ReadOnlySpan<byte> Span => _bytes;

    internal ReadOnlyMemory<byte> Memory => _bytes;

    /// <summary>A binary message; the bytes are copied.</summary>
    public static Frame OfBinary(ReadOnlySpan<byte> message) => Of(Opcode.Binary, message);

    /// <summary>A text message, and binary ones that follow it with nothing in between; the bytes are copied.</summary>
    /// <param name="utf8">The text, as valid UTF-8.</param>
    /// <param name="attachments">The binary messages.</param>
    public static Frame OfText(ReadOnlySpan<byte> utf8, params ReadOnlySpan<ReadOnlyMemory<byte>> attachments)
    {
        var builder = FrameBuilder.Rent();
        builder.Append(utf8);
        foreach (var attachment in attachments)
            builder.Attach(attachment);
        return builder.Build();
    }

    /// <summary>One text frame holding <paramref name="packet"/>, an Engine.IO packet with its type character.</summary>
    internal static Frame Text(string packet) => Of(Opcode.Text, Encoding.UTF8.GetBytes(packet));

    /// <summary>A close frame (RFC 6455 5.5.1): a status code and a reason of at most 123 bytes.</summary>
    internal static Frame Close(ushort code, string reason)
    {
        Span<byte> payload = stackalloc byte[125];
        payload[0] = (byte)(code >> 8);
        payload[1] = (byte)code;
        Encoding.UTF8.TryGetBytes(reason, payload[2..], out var written);
        return Of(Opcode.Close, payload[..(2 + written)]);
    }

    /// <summary>The same message for many receivers, deflated once for all that take it so.</summary>
    internal Frame Shared() => new SharedFrame(_bytes);

    /// <summary>The same message, never to be compressed.</summary>
    internal Frame Uncompressed() => new UncompressedFrame(_bytes);

    /// <summary>Whether one of the packets is binary.</summary>
    internal bool HasBinary()
    {
        for (var rest = Span; !rest.IsEmpty;)
        {
            FrameWriter.Next(ref rest, out var opcode);
            if (opcode is Opcode.Binary)
                return true;
        }
        return false;
    }

    internal static Frame Of(Opcode opcode, ReadOnlySpan<byte> payload)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(FrameWriter.HeaderSize(payload.Length) + payload.Length);
        payload.CopyTo(bytes.AsSpan(FrameWriter.WriteHeader(bytes, opcode, payload.Length)));
        return new Frame(bytes);
    }
}
