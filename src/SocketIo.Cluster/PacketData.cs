namespace SocketIo.Cluster;

/// <summary>
/// Arguments as they travel: JSON as UTF-8, and the binary data in it. Where binary data stands in a value, the JSON has
/// <c>{"_placeholder":true,"num":N}</c>, as in a text packet of the Socket.IO protocol; N is the index in <see cref="Attachments"/>.
/// </summary>
/// <remarks>
/// For <see cref="MessageType.Broadcast"/> and <see cref="MessageType.ServerSideEmit"/> an array, <c>["name", arguments...]</c>; for
/// their answers one value. A backplane moves it without looking inside. What comes from a peer is checked by the codecs of this
/// assembly, which give valid JSON of bounded depth only. The memory must not change after the value was made.
/// </remarks>
public readonly struct PacketData
{
    private readonly ReadOnlyMemory<byte>[]? _attachments;

    /// <summary>Describes arguments.</summary>
    /// <param name="json">Valid JSON, as UTF-8 without byte order mark and without white space around it.</param>
    /// <param name="attachments">The binary data; null for none.</param>
    public PacketData(ReadOnlyMemory<byte> json, ReadOnlyMemory<byte>[]? attachments = null)
    {
        Json = json;
        _attachments = attachments;
    }

    /// <summary>The JSON; empty when there is no value, as in an acknowledgement without arguments.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>The binary data, in the order of the placeholders.</summary>
    public ReadOnlySpan<ReadOnlyMemory<byte>> Attachments => _attachments;

    /// <summary>Whether there is no value.</summary>
    public bool IsEmpty => Json.IsEmpty;

    /// <summary>Whether there is binary data, which JSON alone does not carry.</summary>
    public bool HasAttachments => _attachments is { Length: > 0 };

    /// <summary>A part of the value, with the same attachments: placeholders keep their numbers.</summary>
    internal PacketData Slice(Range range) => new(Json[range], _attachments);
}
