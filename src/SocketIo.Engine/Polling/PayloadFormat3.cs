using System.Buffers;
using SocketIo.Engine.Frames;

namespace SocketIo.Engine.Polling;

/// <summary>
/// The bodies of Engine.IO protocol 3. A payload with a binary packet is of the binary form. A text payload is not made over for
/// one, which begins the next payload instead.
/// </summary>
internal sealed class PayloadFormat3 : PayloadFormat
{
    public override string ContentTypeOf(ReadOnlySpan<byte> payload) =>
        PayloadCodecV3.IsBinary(payload) ? "application/octet-stream" : base.ContentTypeOf(payload);

    public override PayloadReadStatus TryRead(ref Span<byte> body, out Span<byte> packet) => PayloadCodecV3.TryRead(ref body, out packet);

    public override bool Fits(Frame frame, ArrayBufferWriter<byte> payload, int limit) =>
        (PayloadCodecV3.IsBinary(payload.WrittenSpan) || !frame.HasBinary())
        && payload.WrittenCount + PayloadCodecV3.MaxEncodedSize(frame) <= limit;

    public override void Write(Frame frame, ArrayBufferWriter<byte> payload) =>
        PayloadCodecV3.Write(frame, payload, PayloadCodecV3.IsBinary(payload.WrittenSpan) || frame.HasBinary());

    public override void WriteAlone(ReadOnlySpan<byte> packet, ArrayBufferWriter<byte> payload) =>
        PayloadCodecV3.WriteText(packet, payload);
}
