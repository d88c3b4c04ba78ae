using System.Buffers;
using SocketIo.Engine.Frames;

namespace SocketIo.Engine.Polling;

/// <summary>The bodies of Engine.IO protocol 4.</summary>
internal sealed class PayloadFormat4 : PayloadFormat
{
    // engine.io-protocol 4 sends binary as base64 text
    public override bool Accepts(string? contentType) => contentType is not "application/octet-stream";

    public override PayloadReadStatus TryRead(ref Span<byte> body, out Span<byte> packet) => PayloadCodec.TryRead(ref body, out packet);

    public override bool Fits(Frame frame, ArrayBufferWriter<byte> payload, int limit) =>
        payload.WrittenCount + 1 + PayloadCodec.EncodedSize(frame) <= limit;

    public override void Write(Frame frame, ArrayBufferWriter<byte> payload) =>
        PayloadCodec.Write(frame, payload, first: payload.WrittenCount == 0);

    public override void WriteAlone(ReadOnlySpan<byte> packet, ArrayBufferWriter<byte> payload) => payload.Write(packet);
}
