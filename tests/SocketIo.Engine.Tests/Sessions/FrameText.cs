using System.Text;
using SocketIo.Engine.Frames;

namespace SocketIo.Engine.Tests.Sessions;

/// <summary>Frames as a reader of a test sees them: text as it is, binary as hex, a close frame with its code and reason.</summary>
internal static class FrameText
{
    public static string Of(Frame frame) => Of(frame.Span);

    /// <summary>All frames that lie in the bytes, with a blank between.</summary>
    public static string Of(ReadOnlySpan<byte> frames)
    {
        var parts = new List<string>();
        while (!frames.IsEmpty)
        {
            var payload = FrameWriter.Next(ref frames, out var opcode);
            parts.Add(opcode switch
            {
                Opcode.Text => Encoding.UTF8.GetString(payload),
                Opcode.Close => $"close {(payload[0] << 8) | payload[1]} {Encoding.UTF8.GetString(payload[2..])}",
                _ => $"{opcode} {Convert.ToHexString(payload)}",
            });
        }
        return string.Join(' ', parts);
    }
}
