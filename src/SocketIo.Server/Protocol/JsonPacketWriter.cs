using System.Globalization;
using System.Text.Json;

namespace SocketIo.Protocol;

/// <summary>
/// One packet while it is written: the buffer, and a JSON writer over it. Reused per thread; a packet that is written inside another
/// one (from a converter or a property) gets a writer of its own.
/// </summary>
internal sealed class JsonPacketWriter : IBinaryCollector
{
    // Behind the packet type.
    private const int AttachmentCountIndex = 1;

    [ThreadStatic]
    private static JsonPacketWriter? _cached;

    private readonly ArgumentSerializer _owner;
    private PacketBuffer _output;

    private JsonPacketWriter(ArgumentSerializer owner, PacketBuffer output)
    {
        _owner = owner;
        _output = output;
        Json = new Utf8JsonWriter(output, owner.WriterOptions);
    }

    public Utf8JsonWriter Json { get; }

    /// <summary>A writer behind type, namespace and id of a packet without attachments.</summary>
    /// <param name="owner">The options of the JSON writer are its.</param>
    /// <param name="output">Empty.</param>
    /// <param name="type">The packet type.</param>
    /// <param name="namespaceName">The namespace, with its leading slash.</param>
    /// <param name="ackId">The id, or <see cref="PacketHeader.NoId"/>.</param>
    public static JsonPacketWriter Begin(ArgumentSerializer owner, PacketBuffer output, PacketType type, string namespaceName, long ackId)
    {
        output.Append(Digit(type));
        if (namespaceName != "/")
        {
            output.Append(namespaceName);
            output.Append((byte)',');
        }

        if (ackId != PacketHeader.NoId)
            output.AppendNumber(ackId);
        return Rent(owner, output);
    }

    /// <summary>Adds a binary attachment, and writes its placeholder.</summary>
    public void Write(Utf8JsonWriter json, ReadOnlyMemory<byte> data)
    {
        json.WriteStartObject();
        json.WriteBoolean("_placeholder"u8, true);
        json.WriteNumber("num"u8, _output.Attachments.Length);
        json.WriteEndObject();
        _output.Attach(data);
    }

    /// <summary>Completes the packet; <paramref name="binaryType"/> and the count go in where attachments were collected.</summary>
    public void End(PacketType binaryType)
    {
        Json.Flush();
        if (_output.Attachments.Length > 0)
            InsertAttachmentCount(binaryType);
        Return();
    }

    /// <summary>Gives the writer back: what was to be written failed.</summary>
    public void Return() => _cached = this;

    private static JsonPacketWriter Rent(ArgumentSerializer owner, PacketBuffer output)
    {
        var writer = _cached;
        if (writer?._owner != owner)
            return new JsonPacketWriter(owner, output);

        _cached = null;
        writer._output = output;
        writer.Json.Reset(output);
        return writer;
    }

    // The count is known only now. Packets with attachments pay for it with a move of their text.
    private void InsertAttachmentCount(PacketType binaryType)
    {
        _output.Written[AttachmentCountIndex - 1] = Digit(binaryType);
        Span<byte> prefix = stackalloc byte[11];
        _output.Attachments.Length.TryFormat(prefix, out var digits, provider: CultureInfo.InvariantCulture);
        prefix[digits] = (byte)'-';
        _output.Insert(AttachmentCountIndex, prefix[..(digits + 1)]);
    }

    private static byte Digit(PacketType type) => (byte)('0' + (int)type);
}
