using System.Buffers;
using SocketIo.Engine.Frames;
using SocketIo.Engine.Sessions;

namespace SocketIo.Engine.Polling;

/// <summary>How a client's bodies are written: chosen once for a session, stateless.</summary>
internal abstract class PayloadFormat
{
    public static PayloadFormat Version4 { get; } = new PayloadFormat4();

    public static PayloadFormat Version3 { get; } = new PayloadFormat3();

    /// <summary>What the content type of an answer says.</summary>
    public virtual string ContentTypeOf(ReadOnlySpan<byte> payload) => "text/plain; charset=UTF-8";

    /// <summary>Whether a POST of that content type can be read.</summary>
    public virtual bool Accepts(string? contentType) => true;

    /// <summary>Takes what carries the packets off a POST's body, in place; false when the body is not of the format.</summary>
    public virtual bool TryUnpack(byte[] body, ref int length) => length > 0;

    /// <summary>Takes the next packet off the body.</summary>
    public abstract PayloadReadStatus TryRead(ref Span<byte> body, out Span<byte> packet);

    /// <summary>Whether a payload that is not empty can take one more frame and stay within the limit.</summary>
    public abstract bool Fits(Frame frame, ArrayBufferWriter<byte> payload, int limit);

    public abstract void Write(Frame frame, ArrayBufferWriter<byte> payload);

    /// <summary>Writes a text packet that is alone in its payload.</summary>
    public abstract void WriteAlone(ReadOnlySpan<byte> packet, ArrayBufferWriter<byte> payload);

    /// <summary>Moves frames into the payload until it is full; the first always fits. True when it ends with the close packet.</summary>
    /// <param name="payload">The payload, empty.</param>
    /// <param name="outbox">Where the frames come from.</param>
    /// <param name="limit">The most bytes of a payload with more than one frame.</param>
    /// <param name="isUncompressed">Whether none of the frames may make the answer compressed.</param>
    public bool Fill(ArrayBufferWriter<byte> payload, Outbox outbox, int limit, out bool isUncompressed)
    {
        isUncompressed = true;
        while (outbox.HasPending)
        {
            var frame = outbox.First;
            var isFirst = payload.WrittenCount == 0;
            if (frame.IsClose)
            {
                // alone: stock clients see a close at once, and the messages before it in the same payload only after it
                if (!isFirst)
                    return false;
                WriteAlone("1"u8, payload);
                outbox.ConsumeFirst();
                return true;
            }
            if (!isFirst && !Fits(frame, payload, limit))
                return false;
            Write(frame, payload);
            isUncompressed &= frame is UncompressedFrame;
            outbox.ConsumeFirst();
        }
        return false;
    }

    /// <summary>The body of the answer, of a payload that is complete.</summary>
    public virtual ArrayBufferWriter<byte> Finish(ArrayBufferWriter<byte> payload) => payload;

    /// <summary>The body of an answer with one text packet.</summary>
    public ArrayBufferWriter<byte> Alone(ReadOnlySpan<byte> packet)
    {
        var payload = new ArrayBufferWriter<byte>();
        WriteAlone(packet, payload);
        return Finish(payload);
    }
}
