using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using SocketIo.Cluster.Formats;

namespace SocketIo.Cluster;

/// <summary>
/// Cluster messages as JSON text, as the official JavaScript adapters write it. JSON has no binary data: attachments become
/// <c>{"type":"Buffer","data":[...]}</c>, and the receiver cannot tell them from such an object. Use <see cref="ClusterMessagePack"/>
/// for messages that have them (<see cref="PacketData.HasAttachments"/>), where the backplane takes bytes.
/// </summary>
public static class ClusterJson
{
    /// <summary>Writes a message.</summary>
    public static void Write(ClusterMessage message, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(output);
        new JsonMessageWriter(message, output).WriteAll();
    }

    /// <summary>
    /// Writes what belongs to the type, which is the member <c>data</c> of the whole message; nothing when there is none.
    /// </summary>
    /// <returns>Whether there is any.</returns>
    public static bool WriteData(ClusterMessage message, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(output);
        return new JsonMessageWriter(message, output).WriteData();
    }

    /// <summary>Reads and checks a message. Never throws, whatever the bytes.</summary>
    /// <param name="json">UTF-8. The message keeps parts of it, so it must not change any more.</param>
    /// <param name="message">The message, also one whose type is not known.</param>
    /// <param name="error">What is wrong, in a few words.</param>
    public static bool TryRead(
        ReadOnlyMemory<byte> json, [NotNullWhen(true)] out ClusterMessage? message, [NotNullWhen(false)] out string? error) =>
        JsonMessageReader.TryRead(new PacketData(json), out message, out error);

    /// <summary>Reads and checks what <see cref="WriteData"/> wrote.</summary>
    /// <param name="json">UTF-8; empty when there is no data.</param>
    /// <param name="type">What the message is for.</param>
    /// <param name="sender">The sending node.</param>
    /// <param name="namespaceName">The namespace.</param>
    /// <param name="message">The message.</param>
    /// <param name="error">What is wrong, in a few words.</param>
    public static bool TryReadData(
        ReadOnlyMemory<byte> json, MessageType type, string sender, string namespaceName,
        [NotNullWhen(true)] out ClusterMessage? message, [NotNullWhen(false)] out string? error) =>
        JsonMessageReader.TryReadData(new PacketData(json), type, sender, namespaceName, out message, out error);
}
