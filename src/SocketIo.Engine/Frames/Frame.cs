using System.Text;

namespace SocketIo.Engine.Frames;

/// <summary>
/// An immutable encoded message: the WebSocket frames of one or more Engine.IO packets, ready to send, in one exact-size
/// array owned by the GC. Shared by all receivers of a broadcast. Polling walks the same bytes.
/// </summary>
internal class Frame
{
    public static readonly Frame Ping = Text("2");
    public static readonly Frame Pong = Text("3");
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

    /// <summary>The same message for many receivers, deflated once for all that take it so.</summary>
    public Frame Shared() => new SharedFrame(_bytes);

    /// <summary>The same message, never to be compressed.</summary>
    public Frame Uncompressed() => new UncompressedFrame(_bytes);

    /// <summary>Whether one of the packets is binary.</summary>
    public bool HasBinary()
    {
        for (var rest = Span; !rest.IsEmpty;)
        {
            FrameWriter.Next(ref rest, out var opcode);
            if (opcode is Opcode.Binary)
                return true;
        }
        return false;
    }

    /// <summary>What a message is refused with that no frame can hold.</summary>
    public static InvalidOperationException TooLarge(long bytes) =>
        new($"The message is too large: with its attachments it has {bytes} bytes or more, and no message can have more than {Array.MaxLength}.");

    /// <summary>A message, and binary ones that follow it with nothing in between; the bytes are copied.</summary>
    /// <exception cref="InvalidOperationException">Together they are larger than an array can be.</exception>
    public static Frame Of(Opcode opcode, ReadOnlySpan<byte> payload, params ReadOnlySpan<ReadOnlyMemory<byte>> attachments)
    {
        var size = FrameWriter.HeaderSize(payload.Length) + (long)payload.Length;
        foreach (var attachment in attachments)
            size += FrameWriter.HeaderSize(attachment.Length) + attachment.Length;
        if (size > Array.MaxLength)
            throw TooLarge(size);

        var bytes = GC.AllocateUninitializedArray<byte>((int)size);
        var at = Put(bytes, opcode, payload);
        foreach (var attachment in attachments)
            at += Put(bytes.AsSpan(at), Opcode.Binary, attachment.Span);
        return new Frame(bytes);
    }

    private static int Put(Span<byte> destination, Opcode opcode, ReadOnlySpan<byte> payload)
    {
        var header = FrameWriter.WriteHeader(destination, opcode, payload.Length);
        payload.CopyTo(destination[header..]);
        return header + payload.Length;
    }
}
