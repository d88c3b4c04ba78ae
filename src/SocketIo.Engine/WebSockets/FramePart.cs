using SocketIo.Engine.Frames;

namespace SocketIo.Engine.WebSockets;

/// <summary>A part of a frame's payload.</summary>
/// <param name="Opcode">What the frame is.</param>
/// <param name="Payload">The bytes.</param>
/// <param name="IsLast">Whether the frame, and with it the message, ends here.</param>
internal readonly record struct FramePart(Opcode Opcode, ReadOnlyMemory<byte> Payload, bool IsLast);
