using System.Text;
using System.Text.Json;
using SocketIo.Protocol;

namespace SocketIo.MessagePack.Tests;

/// <summary>Packets as the hexadecimal digits of their bytes.</summary>
internal static class Wire
{
    public static readonly PacketLimits Limits = new(10, 1000);

    public static MessagePackPacketParser Parser { get; } = new(new SocketIoOptions().Json);

    public static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    /// <summary>An event "e" with one argument, given by its bytes.</summary>
    public static byte[] Event(params byte[] argument) => Packet(2, [0x92, 0xA1, (byte)'e', .. argument]);

    /// <summary>A packet of the namespace "/".</summary>
    public static byte[] Packet(byte type, params byte[] data) =>
        [0x83, 0xA4, .. "type"u8, type, 0xA4, .. "data"u8, .. data, 0xA3, .. "nsp"u8, 0xA1, (byte)'/'];

    /// <summary>The packet that a parser writes.</summary>
    public static byte[] Written(Action<PacketBuffer> write)
    {
        var buffer = new PacketBuffer();
        write(buffer);
        Assert.That(buffer.Attachments.IsEmpty);
        return buffer.Written.ToArray();
    }

    public static string? Error(ReadOnlySpan<byte> packet)
    {
        var isGood = Parser.TryReadHeader(ref packet, Limits, out _, out var error);
        Assert.That(isGood, Is.EqualTo(error is null));
        return error;
    }

    public static PacketHeader Header(byte[] packet)
    {
        Assert.That(Error(packet), Is.Null, Convert.ToHexString(packet));
        ReadOnlySpan<byte> span = packet;
        Parser.TryReadHeader(ref span, Limits, out var header, out _);
        return header;
    }

    public static ArgumentReader Open(byte[] packet)
    {
        var header = Header(packet);
        return header.Type is PacketType.Ack ? Parser.OpenAck(packet, header, []) : Parser.OpenEvent(packet, header, []);
    }

    public static string NameOf(byte[] packet)
    {
        return Encoding.UTF8.GetString(Parser.OpenEvent(packet, Header(packet), []).EventName);
    }

    /// <summary>The argument of an <see cref="Event"/>.</summary>
    public static T? Read<T>(params byte[] argument) => Open(Event(argument)).Read<T>();

    /// <summary>The arguments as JSON texts; nothing for undefined.</summary>
    public static string[] Arguments(byte[] packet)
    {
        var reader = Open(packet);
        var texts = new List<string>();
        while (reader.HasMore)
        {
            var value = reader.Read<JsonElement>();
            texts.Add(value.ValueKind is JsonValueKind.Undefined ? "" : value.GetRawText());
        }
        return [.. texts];
    }
}
