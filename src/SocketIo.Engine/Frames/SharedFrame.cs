namespace SocketIo.Engine.Frames;

/// <summary>
/// A frame for many receivers: the first that takes it deflated has it made so, the others get the same. Made only where
/// connections may be compressed, so that the frames of other servers need no place for it.
/// </summary>
internal sealed class SharedFrame(byte[] bytes) : Frame(bytes)
{
    // written once, under a lock: drains that come together must not deflate it each
    private Frame? _deflated;

    public Frame Deflated(int threshold)
    {
        if (Volatile.Read(ref _deflated) is { } deflated)
            return deflated;
        lock (this)
            return _deflated ??= FrameDeflater.Deflate(this, threshold);
    }
}
