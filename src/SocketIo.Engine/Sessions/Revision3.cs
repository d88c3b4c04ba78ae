using System.Text;
using SocketIo.Engine.Frames;

namespace SocketIo.Engine.Sessions;

/// <summary>
/// How packets of Engine.IO protocol 3 differ from those of 4, the same on both transports: a binary message has its type in front,
/// as a byte or, in base64, as the text "b4...". Frames are made for protocol 4 and shared; those with binary are remade here.
/// </summary>
/// <param name="isBase64">Whether the client takes no binary.</param>
internal sealed class Revision3(bool isBase64)
{
    private const byte MessageType = 4;

    /// <summary>The frame as this client takes it: itself when it has no binary.</summary>
    public Frame Adapt(Frame frame) => frame.HasBinary() ? Remake(frame) : frame;

    /// <summary>Takes the type off a binary message; false when it is not one.</summary>
    public static bool TryUnwrap(ref ReadOnlySpan<byte> packet)
    {
        if (packet.IsEmpty || packet[0] != MessageType)
            return false;
        packet = packet[1..];
        return true;
    }

    /// <summary>The answer to a client's ping: what it carries comes back.</summary>
    public static Frame Pong(ReadOnlySpan<byte> ping)
    {
        if (ping.Length == 1)
            return Frame.Pong;
        byte[] pong = [.. ping];
        pong[0] = (byte)'3';
        return Frame.Of(Opcode.Text, pong);
    }

    private Frame Remake(Frame frame)
    {
        var frames = frame.Span;
        using var remade = new MemoryStream(frames.Length + FrameWriter.MaxHeaderSize);
        while (!frames.IsEmpty)
        {
            var payload = FrameWriter.Next(ref frames, out var opcode);
            remade.Write((opcode is Opcode.Binary ? Wrap(payload) : Frame.Of(opcode, payload)).Span);
        }
        return frame is UncompressedFrame ? new UncompressedFrame(remade.ToArray()) : new Frame(remade.ToArray());
    }

    private Frame Wrap(ReadOnlySpan<byte> message) => isBase64
        ? Frame.Of(Opcode.Text, Encoding.ASCII.GetBytes("b4" + Convert.ToBase64String(message)))
        : Frame.Of(Opcode.Binary, [MessageType, .. message]);
}
