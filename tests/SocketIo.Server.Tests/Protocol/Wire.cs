using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using SocketIo.Engine.Frames;
using SocketIo.Protocol;

namespace SocketIo.Server.Tests.Protocol;

/// <summary>Packets as the literal text and binary messages on the wire.</summary>
internal static class Wire
{
    public static readonly PacketLimits Limits = new(10, 1000);

    public static readonly byte[][] NoAttachments = [];

    public static JsonPacketParser Parser { get; } = new(ArgumentOptions.CreateDefault());

    public static PacketEncoder Encoder { get; } = new(Parser);

    /// <summary>Options that know no more than <paramref name="resolver"/>: no reflection.</summary>
    public static JsonPacketParser ParserWith(IJsonTypeInfoResolver resolver)
    {
        var options = ArgumentOptions.CreateDefault();
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
        ReadOnlySpan<byte> bytes = Bytes(packet);
        return Header(Parser, ref bytes);
    }

    private static PacketHeader Header(PacketParser parser, ref ReadOnlySpan<byte> packet)
    {
        var text = Encoding.UTF8.GetString(packet);
        var good = parser.TryReadHeader(ref packet, Limits, out var header, out var error);
        Assert.That(error, Is.Null, text);
        Assert.That(good, text);
        return header;
    }

    public static string? Error(ReadOnlySpan<byte> packet) => Error(packet, Limits);

    public static string? Error(ReadOnlySpan<byte> packet, PacketLimits limits)
    {
        var good = Parser.TryReadHeader(ref packet, limits, out _, out var error);
        Assert.That(good, Is.EqualTo(error is null));
        return error;
    }

    public static string NamespaceOf(string packet) => Encoding.UTF8.GetString(Header(packet).NamespaceOf(Bytes(packet)));

    public static string EventName(string packet) =>
        Encoding.UTF8.GetString(Open(packet).EventName);

    public static ArgumentReader Open(string packet, params byte[][] attachments) =>
        Open(Parser, packet, attachments);

    public static ArgumentReader Open(PacketParser parser, string packet, params byte[][] attachments)
    {
        ReadOnlySpan<byte> bytes = Bytes(packet);
        var header = Header(parser, ref bytes);
        return header.Type is PacketType.Ack or PacketType.BinaryAck
            ? parser.OpenAck(bytes, header, attachments)
            : parser.OpenEvent(bytes, header, attachments);
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

    public static Frame Event<T>(T argument) => Encoder.WriteEvent("/", "e", new Args<T>(argument), PacketHeader.NoId);
}
