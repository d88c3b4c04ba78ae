using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using SocketIo.Engine.Sessions;

namespace SocketIo.Protocol;

/// <summary>
/// One packet while it is written: the frame builder and a JSON writer over it. Reused per thread; a packet that is
/// written inside another one (from a converter or a property) gets a writer of its own.
/// </summary>
internal sealed class JsonPacketWriter : IBinaryCollector
{
    // Behind the Engine.IO type and the packet type.
    private const int AttachmentCountIndex = 2;

    [ThreadStatic]
    private static JsonPacketWriter? _cached;

    private readonly JavaScriptEncoder? _encoder;
    private FrameBuilder _frame;

    private JsonPacketWriter(JavaScriptEncoder? encoder)
    {
        _encoder = encoder;
        _frame = FrameBuilder.Rent();
        Json = new Utf8JsonWriter(_frame, new JsonWriterOptions { Encoder = encoder, SkipValidation = true });
    }

    public Utf8JsonWriter Json { get; }

    /// <summary>A writer behind type, namespace and id of a packet without attachments.</summary>
    public static JsonPacketWriter Begin(JavaScriptEncoder? encoder, PacketType type, string namespaceName, long ackId)
    {
        var writer = Rent(encoder);
        writer._frame.Append(Digit(type));
        if (namespaceName != "/")
        {
            writer._frame.Append(namespaceName);
            writer._frame.Append((byte)',');
        }

        if (ackId != PacketHeader.NoId)
            writer._frame.AppendNumber(ackId);
        return writer;
    }

    /// <summary>Adds a binary attachment, and writes its placeholder.</summary>
    public void Write(ReadOnlyMemory<byte> data)
    {
        Json.WriteStartObject();
        Json.WriteBoolean("_placeholder"u8, true);
        Json.WriteNumber("num"u8, _frame.AttachmentCount);
        Json.WriteEndObject();
        _frame.Attach(data);
    }

    /// <summary>The packet; <paramref name="binaryType"/> and the count go in where attachments were collected.</summary>
    public Frame Build(PacketType binaryType)
    {
        Json.Flush();
        if (_frame.AttachmentCount > 0)
            InsertAttachmentCount(binaryType);
        var frame = _frame.Build();
        _cached = this;
        return frame;
    }

    /// <summary>Gives the writer back: what was to be written failed.</summary>
    public void Abandon()
    {
        _frame.Return();
        _cached = this;
    }

    private static JsonPacketWriter Rent(JavaScriptEncoder? encoder)
    {
        var writer = _cached;
        if (writer is null || writer._encoder != encoder)
            return new JsonPacketWriter(encoder);

        _cached = null;
        writer._frame = FrameBuilder.Rent();
        writer.Json.Reset(writer._frame);
        return writer;
    }

    // The count is known only now. Packets with attachments pay for it with a move of their text.
    private void InsertAttachmentCount(PacketType binaryType)
    {
        _frame.WrittenText[AttachmentCountIndex - 1] = Digit(binaryType);
        Span<byte> prefix = stackalloc byte[11];
        _frame.AttachmentCount.TryFormat(prefix, out var digits, provider: CultureInfo.InvariantCulture);
        prefix[digits] = (byte)'-';
        _frame.Insert(AttachmentCountIndex, prefix[..(digits + 1)]);
    }

    private static byte Digit(PacketType type) => (byte)('0' + (int)type);
}
