using SocketIo.Engine.Sessions;
using SocketIo.Engine.WebSockets;

namespace SocketIo.TestKit;

/// <summary>What a frame puts on the wire.</summary>
public static class FrameMessages
{
    /// <summary>The message of a frame that is one binary message.</summary>
    public static byte[] SingleBinary(Frame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var rest = frame.Span;
        var message = FrameWriter.Next(ref rest, out var opcode).ToArray();
        return opcode is Opcode.Binary && rest.IsEmpty
            ? message
            : throw new InvalidOperationException("The frame is not a single binary message.");
    }

    /// <summary>How many bytes the frame is, headers included.</summary>
    public static int LengthOf(Frame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        return frame.Length;
    }
}
