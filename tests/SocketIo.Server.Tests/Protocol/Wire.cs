using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using SocketIo.Engine.Sessions;
using SocketIo.Engine.WebSockets;
using SocketIo.Protocol;

namespace SocketIo.Server.Tests.Protocol;

/// <summary>Packets as the literal text and binary messages on the wire.</summary>
internal static class Wire
{
    public const int MaxAttachments = 10;

    public static readonly byte[][] NoAttachments = [];

    public static JsonPacketParser Parser { get; } = new(JsonPacketParser.CreateDefaultOptions());

    /// <summary>Options that know no more than <paramref name="resolver"/>: no reflection.</summary>
    public static JsonPacketParser ParserWith(IJsonTypeInfoResolver resolver)
    {
        var options = JsonPacketParser.CreateDefaultOptions();
        options.TypeInfoResolver = resolver;
        return new JsonPacketParser(options);
    }

    /// <summary>The messages of a frame: text as it is, binary as hexadecimal digits after a #.</summary>
    public static string[] Messages(Frame frame)
    {
        var messages = new List<string>();
        var rest = frame.Span;
        while (!rest.IsEmpty)
        {
            var payload = FrameWriter.Next(ref rest, out var opcode);
            messages.Add(opcode == Opcode.Text ? Encoding.UTF8.GetString(payload) : "#" + Convert.ToHexString(payload));
        }

        return [.. messages];
    }

    public static byte[] Bytes(string packet) => Encoding.UTF8.GetBytes(packet);

    public static PacketHeader Header(string packet)
    {
        var good = Parser.TryReadHeader(Bytes(packet), MaxAttachments, out var header, out var error);
        Assert.That(error, Is.Null, packet);
        Assert.That(good, packet);
        return header;
    }

    public static string? Error(ReadOnlySpan<byte> packet, int maxAttachments = MaxAttachments)
    {
        var good = Parser.TryReadHeader(packet, maxAttachments, out _, out var error);
        Assert.That(good, Is.EqualTo(error is null));
        return error;
    }

    public static string NamespaceOf(string packet) => Encoding.UTF8.GetString(Header(packet).NamespaceOf(Bytes(packet)));

    public static string EventName(string packet)
    {
        Parser.OpenEvent(Bytes(packet), Header(packet), NoAttachments, out var name);
        return Encoding.UTF8.GetString(name);
    }

    public static ArgumentReader Open(string packet, params byte[][] attachments) =>
        Open(Parser, packet, attachments);

    public static ArgumentReader Open(PacketParser parser, string packet, params byte[][] attachments)
    {
        var bytes = Bytes(packet);
        var header = Header(packet);
        return header.Type is PacketType.Ack or PacketType.BinaryAck
            ? parser.OpenAck(bytes, header, attachments)
            : parser.OpenEvent(bytes, header, attachments, out _);
    }

    /// <summary>The first argument.</summary>
    public static T? Read<T>(string packet, params byte[][] attachments) => Open(packet, attachments).Read<T>();

    /// <summary>The arguments as JSON texts.</summary>
    public static string[] Arguments(string packet)
    {
        var reader = Open(packet);
        var texts = new List<string>();
        while (reader.HasMore)
            texts.Add(reader.Read<JsonElement>().GetRawText());
        return [.. texts];
    }

    public static Frame Event<T>(T argument) => Parser.WriteEvent("/", "e", new Args<T>(argument), PacketHeader.NoId);
}
