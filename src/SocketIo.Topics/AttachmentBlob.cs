using System.Buffers.Binary;
using SocketIo.Cluster;

namespace SocketIo.Topics;

/// <summary>The attachments of an event as one value, for stores: their number, their lengths, their bytes; numbers little-endian in 32 bits.</summary>
internal static class AttachmentBlob
{
    /// <summary>Null when there are none.</summary>
    public static byte[]? Pack(in PacketData data)
    {
        if (!data.HasAttachments)
            return null;
        var attachments = data.Attachments;
        var position = sizeof(int) * (1 + attachments.Length);
        var length = position;
        foreach (var attachment in attachments)
            length += attachment.Length;

        var blob = new byte[length];
        BinaryPrimitives.WriteInt32LittleEndian(blob, attachments.Length);
        for (var i = 0; i < attachments.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(blob.AsSpan(sizeof(int) * (1 + i)), attachments[i].Length);
            attachments[i].CopyTo(blob.AsMemory(position));
            position += attachments[i].Length;
        }
        return blob;
    }

    /// <summary>Parts of the value, without a copy.</summary>
    public static ReadOnlyMemory<byte>[]? Unpack(byte[]? blob)
    {
        if (blob is null)
            return null;
        var attachments = new ReadOnlyMemory<byte>[BinaryPrimitives.ReadInt32LittleEndian(blob)];
        var position = sizeof(int) * (1 + attachments.Length);
        for (var i = 0; i < attachments.Length; i++)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(blob.AsSpan(sizeof(int) * (1 + i)));
            attachments[i] = blob.AsMemory(position, length);
            position += length;
        }
        return attachments;
    }
}
