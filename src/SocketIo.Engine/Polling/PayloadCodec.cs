using System.Buffers;
using System.Buffers.Text;
using System.Text.Unicode;
using SocketIo.Engine.Frames;

namespace SocketIo.Engine.Polling;

/// <summary>
/// The bodies of long-polling (Engine.IO v4): packets joined by a record separator, binary ones as 'b' and base64.
/// </summary>
internal static class PayloadCodec
{
    private const byte Separator = 0x1E;
    private const byte BinaryMark = (byte)'b';

    // Base64: three bytes are four characters.
    private const int Quad = 4;

    /// <summary>
    /// Takes the next packet off <paramref name="body"/>; base64 is decoded in place. An empty packet is malformed: before,
    /// between and after separators. A body of no bytes at all is malformed too, but reads as End: who gets
    /// <see cref="PayloadReadStatus.End"/> as the first answer has to reject the request.
    /// </summary>
    public static PayloadReadStatus TryRead(ref Span<byte> body, out Span<byte> packet)
    {
        packet = default;
        if (body.IsEmpty)
            return PayloadReadStatus.End;

        var candidate = TakePacket(ref body);
        var status = Classify(ref candidate);
        if (status == PayloadReadStatus.Malformed)
            body = default;
        else
            packet = candidate;
        return status;
    }

    /// <summary>
    /// The bytes that <see cref="Write"/> makes of the frame when it is the first; one more when it is not. Zero for a
    /// frame that polling does not send.
    /// </summary>
    public static int EncodedSize(Frame frame)
    {
        var size = 0;
        var packets = 0;
        for (var rest = frame.Span; !rest.IsEmpty;)
        {
            var payload = FrameWriter.Next(ref rest, out var opcode);
            if (!IsPacket(opcode))
                continue;
            size += opcode == Opcode.Binary ? 1 + Base64.GetMaxEncodedToUtf8Length(payload.Length) : payload.Length;
            packets++;
        }

        return size + Math.Max(0, packets - 1);
    }

    /// <summary>
    /// Writes the packets of the frame, with a separator in front unless <paramref name="first"/>. Close frames are left
    /// out, a polling client is closed by a packet; after a frame of size zero the next is still the first.
    /// </summary>
    public static void Write(Frame frame, IBufferWriter<byte> output, bool first)
    {
        for (var rest = frame.Span; !rest.IsEmpty;)
        {
            var payload = FrameWriter.Next(ref rest, out var opcode);
            if (!IsPacket(opcode))
                continue;
            if (!first)
                output.Write([Separator]);
            first = false;

            if (opcode == Opcode.Binary)
                WriteBase64(payload, output);
            else
                output.Write(payload);
        }
    }

    private static bool IsPacket(Opcode opcode) => opcode is Opcode.Text or Opcode.Binary;

    private static void WriteBase64(ReadOnlySpan<byte> payload, IBufferWriter<byte> output)
    {
        output.Write([BinaryMark]);
        // In whatever pieces the output has: a large attachment must not need as large a block.
        while (!payload.IsEmpty)
        {
            Base64.EncodeToUtf8(payload, output.GetSpan(Quad), out var taken, out var written);
            output.Advance(written);
            payload = payload[taken..];
        }
    }

    private static Span<byte> TakePacket(ref Span<byte> body)
    {
        var end = body.IndexOf(Separator);
        var packet = end < 0 ? body : body[..end];
        // A separator that ends the body stays in it and becomes the empty packet of the next call.
        var next = end < 0 ? body.Length : end + 1 < body.Length ? end + 1 : end;
        body = body[next..];
        return packet;
    }

    private static PayloadReadStatus Classify(ref Span<byte> packet)
    {
        if (packet.IsEmpty)
            return PayloadReadStatus.Malformed;

        if (packet[0] == BinaryMark)
        {
            packet = packet[1..];
            packet = packet[..Base64Text.DecodeInPlace(packet)];
            return PayloadReadStatus.Binary;
        }

        return packet[0] is >= (byte)'0' and <= (byte)'6' && Utf8.IsValid(packet)
            ? PayloadReadStatus.Text
            : PayloadReadStatus.Malformed;
    }
}
