using System.Buffers;

namespace SocketIo.Cluster.Formats;

/// <summary>Memory for text that is being written. Reused per thread; not across an await.</summary>
internal static class Scratch
{
    private const int LargestKept = 64 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _cached;

    /// <summary>This thread's buffer, empty; another one while that is in use.</summary>
    public static ArrayBufferWriter<byte> Rent()
    {
        var buffer = _cached ?? new ArrayBufferWriter<byte>();
        _cached = null;
        return buffer;
    }

    public static void Return(ArrayBufferWriter<byte> buffer)
    {
        buffer.ResetWrittenCount();
        _cached = buffer.Capacity > LargestKept ? null : buffer;
    }
}
