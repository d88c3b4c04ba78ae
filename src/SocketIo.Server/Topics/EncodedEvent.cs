using System.Buffers;
using System.Globalization;
using System.Text.Json;
using SocketIo.Cluster;
using SocketIo.Engine.Frames;
using SocketIo.Protocol;

namespace SocketIo.Topics;

/// <summary>
/// What is sent of a stored event: encoded once for all sockets of the namespace that get the same, under one acknowledgement id. Kept with
/// the event.
/// </summary>
internal sealed class EncodedEvent(Namespace @namespace, StoredEvent stored)
{
    // Each made when first asked for; made twice by two at once, either will do.
    private Frame? _plain;
    private Frame? _withMetadata;
    private Frame? _redelivered;

    /// <summary>The acknowledgement id of all receivers.</summary>
    public long AckId { get; } = @namespace.NextAckId();

    public static EncodedEvent Of(Namespace @namespace, StoredEvent stored)
    {
        if (Volatile.Read(ref stored.Encoded) is EncodedEvent found)
            return found;
        var made = new EncodedEvent(@namespace, stored);
        return (EncodedEvent?)Interlocked.CompareExchange(ref stored.Encoded, made, null) ?? made;
    }

    private PeerArguments Arguments => new(stored.Data);

    /// <summary>The event for the listeners of a socket.</summary>
    public OutgoingEvent ToOutgoing() => new(Arguments.EventName, Arguments.ToArray());

    public Frame FrameFor(string? topicId, bool isRedelivered)
    {
        if (topicId is null)
            return _plain ??= Encode(AckId);
        return isRedelivered
            ? _redelivered ??= Encode(AckId, topicId, isRedelivered)
            : _withMetadata ??= Encode(AckId, topicId, isRedelivered);
    }

    /// <summary>The same for a socket that owes this event's acknowledgement already, by another subscription.</summary>
    public Frame FrameFor(string? topicId, bool isRedelivered, long ackId) =>
        topicId is null ? Encode(ackId) : Encode(ackId, topicId, isRedelivered);

    private Frame Encode(long ackId) => @namespace.Delivery.EncodeForAll(default, Arguments.EventName, Arguments, ackId);

    private Frame Encode(long ackId, string topicId, bool isRedelivered) =>
        @namespace.Delivery.EncodeForAll(default, Arguments.EventName, new WithMetadata(Arguments, Metadata(topicId, isRedelivered)), ackId);

    private PeerValue Metadata(string topicId, bool isRedelivered)
    {
        var output = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("id"u8, $"{topicId}-{stored.Sequence}");
        json.WriteNumber("sequence"u8, stored.Sequence);
        json.WriteString("at"u8, stored.At.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        json.WriteBoolean("redelivered"u8, isRedelivered);
        json.WriteEndObject();
        json.Flush();
        return new PeerValue(new PacketData(output.WrittenMemory));
    }
}
