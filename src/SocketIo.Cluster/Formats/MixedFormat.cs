using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace SocketIo.Cluster.Formats;

/// <summary>A cluster message as JSON, or as MessagePack when there are bytes in it, told apart by the first byte.</summary>
internal static class MixedFormat
{
    public static void Write(ClusterMessage message, IBufferWriter<byte> output, MessagePackFlavor flavor)
    {
        if (IsBinary(message))
            ClusterMessagePack.Write(message, output, flavor);
        else
            ClusterJson.Write(message, output);
    }

    /// <summary>Whether there are bytes in a message, which JSON cannot carry.</summary>
    public static bool IsBinary(ClusterMessage message) =>
        message.Data.HasAttachments || message.Sockets.Any(static socket => socket.Data.HasAttachments || socket.Handshake.HasAttachments);

    public static bool TryRead(
        ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out ClusterMessage? message, [NotNullWhen(false)] out string? error) =>
        bytes is { IsEmpty: false, Span: [(byte)'{', ..] }
            ? ClusterJson.TryRead(bytes, out message, out error)
            : ClusterMessagePack.TryRead(bytes, out message, out error);
}
