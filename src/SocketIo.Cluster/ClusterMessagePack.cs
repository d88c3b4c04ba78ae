using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using SocketIo.Cluster.Formats;

namespace SocketIo.Cluster;

/// <summary>Cluster messages as MessagePack, as the official JavaScript adapters write it. Binary data stands in its place.</summary>
public static class ClusterMessagePack
{
    [ThreadStatic]
    private static MessagePackBuffer? _buffer;

    /// <summary>Writes a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="output">Gets the bytes.</param>
    /// <param name="flavor">Whose bytes they equal.</param>
    public static void Write(ClusterMessage message, IBufferWriter<byte> output, MessagePackFlavor flavor)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(output);
        var buffer = Rent();
        new MessagePackMessageWriter(message, buffer, flavor).WriteAll();
        output.Write(buffer.Written);
    }

    /// <summary>Writes what belongs to the type, which is the member <c>data</c> of the whole message; nothing when there is none.</summary>
    /// <inheritdoc cref="Write" path="/param" />
    /// <returns>Whether there is any.</returns>
    public static bool WriteData(ClusterMessage message, IBufferWriter<byte> output, MessagePackFlavor flavor)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(output);
        var buffer = Rent();
        var hasData = new MessagePackMessageWriter(message, buffer, flavor).WriteData();
        output.Write(buffer.Written);
        return hasData;
    }

    /// <summary>Writes one value, such as an event with its arguments, for formats that have an envelope of their own.</summary>
    /// <param name="value">The value; an empty one is written as nil.</param>
    /// <param name="output">Gets the bytes.</param>
    /// <param name="flavor">Whose bytes they equal.</param>
    public static void WriteValue(in PacketData value, IBufferWriter<byte> output, MessagePackFlavor flavor)
    {
        ArgumentNullException.ThrowIfNull(output);
        var buffer = Rent();
        if (value.IsEmpty)
            buffer.WriteNil();
        else
            MessagePackFromJson.Write(value, buffer, flavor);
        output.Write(buffer.Written);
    }

    /// <summary>Reads and checks a message, of either flavor. Never throws, whatever the bytes.</summary>
    /// <param name="bytes">The message keeps parts of it, so it must not change any more.</param>
    /// <param name="message">The message, also one whose type is not known.</param>
    /// <param name="error">What is wrong, in a few words.</param>
    public static bool TryRead(
        ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out ClusterMessage? message, [NotNullWhen(false)] out string? error)
    {
        message = null;
        return TryReadValue(bytes, out var value, out error) && JsonMessageReader.TryRead(value, out message, out error);
    }

    /// <summary>Reads and checks what <see cref="WriteData"/> wrote.</summary>
    /// <param name="bytes">The bytes; empty when there is no data.</param>
    /// <param name="type">What the message is for.</param>
    /// <param name="sender">The sending node.</param>
    /// <param name="namespaceName">The namespace.</param>
    /// <param name="message">The message.</param>
    /// <param name="error">What is wrong, in a few words.</param>
    public static bool TryReadData(
        ReadOnlyMemory<byte> bytes, MessageType type, string sender, string namespaceName,
        [NotNullWhen(true)] out ClusterMessage? message, [NotNullWhen(false)] out string? error)
    {
        message = null;
        return TryReadValue(bytes, out var value, out error)
            && JsonMessageReader.TryReadData(value, type, sender, namespaceName, out message, out error);
    }

    /// <summary>Reads and checks one value, which must be all of the bytes, as JSON and attachments. Never throws.</summary>
    /// <param name="bytes">The attachments are parts of it, so it must not change any more.</param>
    /// <param name="value">The value.</param>
    /// <param name="error">What is wrong, in a few words.</param>
    public static bool TryReadValue(ReadOnlyMemory<byte> bytes, out PacketData value, [NotNullWhen(false)] out string? error) =>
        MessagePackToJson.TryRead(bytes, JsonMessageReader.MaxDepth, out value, out error);

    // Nothing that is written calls back, so one buffer for each thread is enough.
    private static MessagePackBuffer Rent()
    {
        var buffer = _buffer ??= new MessagePackBuffer();
        buffer.Clear();
        return buffer;
    }
}
