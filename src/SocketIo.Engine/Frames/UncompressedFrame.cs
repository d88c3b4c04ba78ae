namespace SocketIo.Engine.Frames;

/// <summary>A frame that its sender wants to be sent as it is, also where the connection compresses.</summary>
internal sealed class UncompressedFrame(byte[] bytes) : Frame(bytes);
