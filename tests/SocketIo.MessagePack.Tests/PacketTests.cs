using System.Text;
using System.Text.Json;
using SocketIo.Protocol;

namespace SocketIo.MessagePack.Tests;

/// <summary>Whole packets, as socket.io-msgpack-parser 3.0.2 writes them.</summary>
public class PacketTests
{
    private const string Connect = "83a47479706500a464617461d40000a36e7370a12f";
    private const string ConnectWithAuth = "83a47479706500a46461746181a5746f6b656ea3616263a36e7370a62f61646d696e";
    private const string Connected = "83a47479706500a46461746181a3736964a3616263a36e7370a12f";
    private const string Event =
        "85a47479706502a46461746199a568656c6c6f01d0dfcb3ff8000000000000a2c3a4c0c3910181a16181a162a163"
        + "a76f7074696f6e7381a8636f6d7072657373c3a269640ca36e7370a12f";

    private const string EventOfExtensions =
        "84a47479706502a46461746198a164d7000000018bcfe5687bd40000c403010203c702000405cb7ff8000000000000"
        + "cf0020000000000000d3ffffff0000000000a76f7074696f6e7381a8636f6d7072657373c3a36e7370a12f";

    private const string Ack = "84a47479706503a4646174619107a2696403a36e7370a12f";
    private const string Refusal = "83a47479706504a46461746182a76d657373616765a26e6fa46461746181a57265747279c2a36e7370a12f";
    private const string Disconnect = "82a47479706501a36e7370a62f61646d696e";

    private static readonly string[] Packets = [Connect, ConnectWithAuth, Event, EventOfExtensions, Ack, Refusal, Disconnect];

    [TestCase(Connect, PacketType.Connect, "/", -1)]
    [TestCase(ConnectWithAuth, PacketType.Connect, "/admin", -1)]
    [TestCase(Event, PacketType.Event, "/", 12)]
    [TestCase(Ack, PacketType.Ack, "/", 3)]
    [TestCase(Refusal, PacketType.ConnectError, "/", -1)]
    [TestCase(Disconnect, PacketType.Disconnect, "/admin", -1)]
    public void A_packet_of_the_reference_is_read(string hex, PacketType type, string namespaceName, long ackId)
    {
        var packet = Wire.Bytes(hex);
        var header = Wire.Header(packet);
        Assert.Multiple(() =>
        {
            Assert.That(header.Type, Is.EqualTo(type));
            Assert.That(header.AckId, Is.EqualTo(ackId));
            Assert.That(header.AttachmentCount, Is.Zero);
            Assert.That(Encoding.UTF8.GetString(Wire.Header(packet).NamespaceOf(packet)), Is.EqualTo(namespaceName));
        });
    }

    [Test]
    public void The_auth_is_what_the_client_sent_or_undefined()
    {
        var packet = Wire.Bytes(ConnectWithAuth);
        var auth = Wire.Parser.ReadAuth(packet, Wire.Header(packet));
        Array.Clear(packet);
        var none = Wire.Bytes(Connect);
        Assert.Multiple(() =>
        {
            Assert.That(auth.GetRawText(), Is.EqualTo("""{"token":"abc"}"""));
            Assert.That(Wire.Parser.ReadAuth(none, Wire.Header(none)).ValueKind, Is.EqualTo(JsonValueKind.Undefined));
        });
    }

    [Test]
    public void The_name_and_the_arguments_of_an_event_are_what_the_client_sent()
    {
        Assert.That(Wire.NameOf(Wire.Bytes(Event)), Is.EqualTo("hello"));
        Assert.That(
            Wire.Arguments(Wire.Bytes(Event)),
            Is.EqualTo(new[] { "1", "-33", "1.5", "\"ä\"", "null", "true", "[1]", """{"a":{"b":"c"}}""" }));
    }

    [Test]
    public void Dates_undefined_binary_and_numbers_that_JSON_has_no_word_for_are_read()
    {
        var arguments = Wire.Open(Wire.Bytes(EventOfExtensions));
        Assert.That(arguments.Read<DateTime>(), Is.EqualTo(new DateTime(2023, 11, 14, 22, 13, 20, 123, DateTimeKind.Utc)));
        Assert.That(arguments.Read<int?>(), Is.Null);
        Assert.That(arguments.Read<byte[]>(), Is.EqualTo(new byte[] { 1, 2, 3 }));
        Assert.That(arguments.Read<byte[]>(), Is.EqualTo(new byte[] { 4, 5 }));
        Assert.That(arguments.Read<double>(), Is.NaN);
        Assert.That(arguments.Read<long>(), Is.EqualTo(1L << 53));
        Assert.That(arguments.Read<double>(), Is.EqualTo(-(double)(1L << 40)));
        Assert.That(arguments.HasMore, Is.False);
    }

    [Test]
    public void Keys_may_come_in_any_order_the_last_of_a_name_counts_and_a_number_is_an_event_name()
    {
        Assert.That(
            Wire.NameOf([0x84, 0xA3, .. "nsp"u8, 0xA1, (byte)'/', 0xA4, .. "data"u8, 0x91, 1, 0xA4, .. "data"u8, 0x91, 0xCD, 1, 0, 0xA4, .. "type"u8, 2]),
            Is.EqualTo("256"));
    }

    [Test]
    public void What_is_written_is_what_the_reference_writes() => Assert.Multiple(() =>
    {
        Assert.That(Hex(packet => Wire.Parser.WriteConnect(packet, "/", "abc", null)), Is.EqualTo(Connected));
        Assert.That(Hex(packet => Wire.Parser.WriteConnectError(packet, "/", "no", new { Retry = false })), Is.EqualTo(Refusal));
        Assert.That(Hex(packet => Wire.Parser.WriteDisconnect(packet, "/admin")), Is.EqualTo(Disconnect));
        Assert.That(Hex(packet => Wire.Parser.WriteAck(packet, "/", 3, new One<int>(7))), Is.EqualTo(Ack));
        Assert.That(
            Hex(packet => Wire.Parser.WriteEvent<EventArguments>(packet, "/", "hello", [1, -33, 1.5, "ä", null, true, new[] { 1 }, new { a = new { b = "c" } }], 12)),
            Is.EqualTo(Event.Replace("85a474797065", "84a474797065", StringComparison.Ordinal)
                .Replace("a76f7074696f6e7381a8636f6d7072657373c3", "", StringComparison.Ordinal)));
    });

    [Test]
    public void A_packet_that_ends_early_is_refused_wherever_it_ends([ValueSource(nameof(Packets))] string hex)
    {
        var packet = Wire.Bytes(hex);
        for (var length = 0; length < packet.Length; length++)
            Assert.That(Wire.Error(packet.AsSpan(0, length)), Is.Not.Null, $"{length} bytes");
        Assert.That(Wire.Error([.. packet, 0xC0]), Is.EqualTo("invalid payload"), "a byte too many");
    }

    [TestCase("", "invalid payload")]
    [TestCase("c0", "invalid payload")]
    [TestCase("9102", "invalid payload")]
    [TestCase("80", "unknown packet type")]
    [TestCase("82a47479706505a36e7370a12f", "unknown packet type")]
    [TestCase("82a474797065ffa36e7370a12f", "unknown packet type")]
    [TestCase("82a474797065a131a36e7370a12f", "unknown packet type")]
    [TestCase("82a474797065cb3ff0000000000000a36e7370a12f", "unknown packet type")]
    [TestCase("81a47479706501", "illegal namespace")]
    [TestCase("82a47479706501a36e7370a0", "illegal namespace")]
    [TestCase("82a47479706501a36e737001", "illegal namespace")]
    [TestCase("82a47479706501a36e7370a2c328", "invalid utf-8")]
    [TestCase("83a47479706501a46461746180a36e7370a12f", "invalid payload")]
    [TestCase("83a47479706501a464617461c0a36e7370a12f", "invalid payload")]
    [TestCase("83a47479706500a464617461c0a36e7370a12f", "invalid payload")]
    [TestCase("83a47479706500a46461746190a36e7370a12f", "invalid payload")]
    [TestCase("82a47479706502a36e7370a12f", "invalid payload")]
    [TestCase("83a47479706502a46461746190a36e7370a12f", "invalid payload")]
    [TestCase("83a47479706502a46461746191c0a36e7370a12f", "invalid payload")]
    [TestCase("83a47479706502a46461746191a7636f6e6e656374a36e7370a12f", "invalid payload")]
    [TestCase("83a47479706502a46461746192a16181c001a36e7370a12f", "invalid payload")]
    [TestCase("83a47479706502a46461746192a16181a2c32801a36e7370a12f", "invalid utf-8")]
    [TestCase("83a47479706502a46461746192a161a2c328a36e7370a12f", "invalid utf-8")]
    [TestCase("83a47479706502a46461746192a161c1a36e7370a12f", "invalid payload")]
    [TestCase("83a47479706502a464617461ddffffffffa36e7370a12f", "invalid payload")]
    [TestCase("83a47479706502a464617461dfffffffffa36e7370a12f", "invalid payload")]
    [TestCase("83a47479706502a464617461c6ffffffffa36e7370a12f", "invalid payload")]
    [TestCase("dfffffffff", "invalid payload")]
    [TestCase("82a47479706503a36e7370a12f", "invalid payload")]
    [TestCase("84a47479706503a46461746190a26964c0a36e7370a12f", "an ack id that is no integer from 0 to 2^53-1")]
    [TestCase("84a47479706503a46461746190a26964ffa36e7370a12f", "an ack id that is no integer from 0 to 2^53-1")]
    [TestCase("84a47479706503a46461746190a26964cf0020000000000000a36e7370a12f", "an ack id that is no integer from 0 to 2^53-1")]
    [TestCase("84a47479706503a46461746190a26964cfffffffffffffffffa36e7370a12f", "an ack id that is no integer from 0 to 2^53-1")]
    public void A_malformed_packet_is_refused_with_its_error(string hex, string error) =>
        Assert.That(Wire.Error(Wire.Bytes(hex)), Is.EqualTo(error));

    [Test]
    public void Values_may_nest_64_levels_deep_and_no_deeper()
    {
        Assert.That(Wire.Arguments(Wire.Packet(2, Nested(64)))[0], Does.StartWith("[[["));
        Assert.That(Wire.Error(Wire.Packet(2, Nested(65))), Is.EqualTo("nested deeper than 64 (Json.MaxDepth)"));
    }

    [TestCase("eda0bd", "\ufffd")]
    [TestCase("78eda0bdedb88079", "x\ufffd\ufffdy")]
    [TestCase("edb880edededbfbf", null)]
    [TestCase("ed9fbfedbfbf", "\ud7ff\ufffd")]
    [TestCase("eda0", null)]
    [TestCase("ff", null)]
    public void Half_a_surrogate_pair_is_the_replacement_character_and_other_bytes_that_are_no_utf8_an_error(string hex, string? text)
    {
        byte[] name = Wire.Bytes(hex);
        byte[] value = [(byte)(0xA0 | name.Length), .. name];
        byte[] binary = [0xC4, (byte)name.Length, .. name];
        var bytes = Wire.Packet(2, [0x93, .. value, 0x81, .. value, .. value, .. binary]);
        if (text is null)
        {
            Assert.That(Wire.Error(bytes), Is.EqualTo("invalid utf-8"));
            return;
        }

        ReadOnlySpan<byte> packet = bytes;
        Assert.That(Wire.Parser.TryReadHeader(ref packet, Wire.Limits, out var header, out _));
        var reader = Wire.Parser.OpenEvent(packet, header, []);
        Assert.That(Encoding.UTF8.GetString(reader.EventName), Is.EqualTo(text));
        Assert.That(reader.Read<Dictionary<string, string>>(), Is.EqualTo(new Dictionary<string, string> { [text] = text }));
        Assert.That(reader.Read<byte[]>(), Is.EqualTo(name), "binary data is left alone");
    }

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(1500)]
    public void The_depth_is_that_of_the_options(int depth)
    {
        var parser = new MessagePackPacketParser(new JsonSerializerOptions(new SocketIoOptions().Json) { MaxDepth = depth });
        Assert.That(Error(depth), Is.Null);
        Assert.That(Error(depth + 1), Is.EqualTo($"nested deeper than {depth} (Json.MaxDepth)"));
        if (depth == 1)
            return;

        ReadOnlySpan<byte> packet = Wire.Packet(2, Nested(depth));
        parser.TryReadHeader(ref packet, Wire.Limits, out var header, out _);
        var value = parser.OpenEvent(packet, header, []).Read<JsonElement>();
        Assert.That(value.GetRawText(), Is.EqualTo(new string('[', depth - 1) + new string(']', depth - 1)));
        Assert.That(
            Wire.Written(output => parser.WriteEvent(output, "/", "e", new One<JsonElement>(value), PacketHeader.NoId)),
            Is.EqualTo(Wire.Packet(2, Nested(depth))));

        string? Error(int nested)
        {
            ReadOnlySpan<byte> bytes = Wire.Packet(2, nested == 1 ? [0x91, 0xA1, (byte)'e'] : Nested(nested));
            parser.TryReadHeader(ref bytes, Wire.Limits, out _, out var error);
            return error;
        }
    }

    [Test]
    public void The_argument_limit_is_the_callers()
    {
        var limits = new PacketLimits(10, 2);
        Assert.That(Error(Wire.Packet(2, 0x93, 0xA1, (byte)'e', 1, 2)), Is.Null);
        Assert.That(Error(Wire.Packet(2, 0x94, 0xA1, (byte)'e', 1, 2, 3)), Is.EqualTo("more than 2 arguments (MaxArguments)"));
        Assert.That(Error(Wire.Packet(3, 0x92, 1, 2)), Is.Null);
        Assert.That(Error(Wire.Packet(3, 0x93, 1, 2, 3)), Is.EqualTo("more than 2 arguments (MaxArguments)"));

        string? Error(ReadOnlySpan<byte> packet)
        {
            Wire.Parser.TryReadHeader(ref packet, limits, out _, out var error);
            return error;
        }
    }

    private static byte[] Nested(int depth) => [0x92, 0xA1, (byte)'e', .. Enumerable.Repeat((byte)0x91, depth - 2), 0x90];

    private static string Hex(Action<PacketBuffer> write) => Convert.ToHexStringLower(Wire.Written(write));
}
