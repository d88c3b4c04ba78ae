using System.Text;
using System.Text.Json;
using SocketIo.Protocol;

namespace SocketIo.Server.Tests.Protocol;

public class MalformedPacketTests
{
    [TestCase("", "unknown packet type")]
    [TestCase(" ", "unknown packet type")]
    [TestCase("7", "unknown packet type")]
    [TestCase("999", "unknown packet type")]
    [TestCase("a[\"b\"]", "unknown packet type")]
    [TestCase("/admin,", "unknown packet type")]
    [TestCase("0[]", "invalid payload")]
    [TestCase("0null", "invalid payload")]
    [TestCase("0/admin,\"invalid\"", "invalid payload")]
    [TestCase("0{", "invalid payload")]
    [TestCase("0{} {}", "invalid payload")]
    [TestCase("1{}", "invalid payload")]
    [TestCase("1/admin,{}", "invalid payload")]
    [TestCase("1/admin,x", "invalid payload")]
    [TestCase("2", "invalid payload")]
    [TestCase("212", "invalid payload")]
    [TestCase("2/admin", "invalid payload")]
    [TestCase("2/admin[\"a\"]", "invalid payload")]
    [TestCase("2[]", "invalid payload")]
    [TestCase("2{}", "invalid payload")]
    [TestCase("2/admin,{}", "invalid payload")]
    [TestCase("2/admin,\"invalid", "invalid payload")]
    [TestCase("2/admin,\"invalid\"", "invalid payload")]
    [TestCase("2\"a\"", "invalid payload")]
    [TestCase("2null", "invalid payload")]
    [TestCase("2 [\"a\"]", "invalid payload")]
    [TestCase("2[\"a\"", "invalid payload")]
    [TestCase("2[\"a\",]", "invalid payload")]
    [TestCase("2[,\"a\"]", "invalid payload")]
    [TestCase("2[\"a\"]]", "invalid payload")]
    [TestCase("2[\"a\"]x", "invalid payload")]
    [TestCase("2[\"a\"/**/]", "invalid payload")]
    [TestCase("2[\"a\",01]", "invalid payload")]
    [TestCase("2[\"a\",NaN]", "invalid payload")]
    [TestCase("2[\"a\",{\"b\":[1,{\"c\":tru}]}]", "invalid payload")]
    [TestCase("2[\"a\",\"\\x\"]", "invalid payload")]
    [TestCase("2[\"a\",\"\\u12\"]", "invalid payload")]
    [TestCase("2[\"a\",\"\n\"]", "invalid payload")]
    [TestCase("2[{\"toString\":\"foo\"}]", "invalid payload")]
    [TestCase("2[true,\"foo\"]", "invalid payload")]
    [TestCase("2[null,\"bar\"]", "invalid payload")]
    [TestCase("2[[\"a\"]]", "invalid payload")]
    [TestCase("2[\"connect\"]", "invalid payload")]
    [TestCase("2[\"connect_error\"]", "invalid payload")]
    [TestCase("2[\"disconnect\",\"123\"]", "invalid payload")]
    [TestCase("2[\"disconnecting\"]", "invalid payload")]
    [TestCase("2[\"newListener\"]", "invalid payload")]
    [TestCase("2[\"removeListener\"]", "invalid payload")]
    [TestCase("2[\"\\u0063onnect\"]", "invalid payload")]
    [TestCase("2[\"\\u0072\\u0065\\u006d\\u006f\\u0076\\u0065\\u004c\\u0069\\u0073\\u0074\\u0065\\u006e\\u0065\\u0072\"]", "invalid payload")]
    [TestCase("51-[\"connect\"]", "invalid payload")]
    [TestCase("3{}", "invalid payload")]
    [TestCase("312{}", "invalid payload")]
    [TestCase("312\"a\"", "invalid payload")]
    [TestCase("312[", "invalid payload")]
    [TestCase("4[]", "invalid payload")]
    [TestCase("4true", "invalid payload")]
    [TestCase("4\"a", "invalid payload")]
    [TestCase("51-", "invalid payload")]
    [TestCase("61-1{}", "invalid payload")]
    [TestCase("442[\"some\",\"data\"", "invalid payload")]
    [TestCase("29007199254740992[\"a\"]", "an ack id above 2^53-1")]
    [TestCase("299999999999999999999999999999[\"a\"]", "an ack id above 2^53-1")]
    [TestCase("5", "illegal attachments")]
    [TestCase("51", "illegal attachments")]
    [TestCase("5-[\"a\"]", "illegal attachments")]
    [TestCase("50-[\"a\"]", "illegal attachments")]
    [TestCase("5000-[\"a\"]", "illegal attachments")]
    [TestCase("5a-[\"a\"]", "illegal attachments")]
    [TestCase("5-1-[\"a\"]", "illegal attachments")]
    [TestCase("5 1-[\"a\"]", "illegal attachments")]
    [TestCase("5a-", "illegal attachments")]
    [TestCase("51.23-", "illegal attachments")]
    [TestCase("51.23-[\"a\"]", "illegal attachments")]
    [TestCase("51e1-[\"a\"]", "illegal attachments")]
    [TestCase("5/admin,[\"a\"]", "illegal attachments")]
    [TestCase("6[\"a\"]", "illegal attachments")]
    [TestCase("511-[\"a\"]", "more than 10 attachments (MaxAttachments)")]
    [TestCase("599999999999999999999999-[\"a\"]", "more than 10 attachments (MaxAttachments)")]
    [TestCase("611-1[\"a\"]", "more than 10 attachments (MaxAttachments)")]
    [TestCase("51-[\"a\",{\"_placeholder\":true,\"num\":1}]", "illegal attachments")]
    [TestCase("51-[\"a\",{\"_placeholder\":true,\"num\":-1}]", "illegal attachments")]
    [TestCase("51-[\"a\",{\"_placeholder\":true,\"num\":0.5}]", "illegal attachments")]
    [TestCase("51-[\"a\",{\"_placeholder\":true,\"num\":\"0\"}]", "illegal attachments")]
    [TestCase("51-[\"a\",{\"_placeholder\":true,\"num\":\"splice\"}]", "illegal attachments")]
    [TestCase("51-[\"a\",{\"_placeholder\":true,\"num\":{\"num\":0}}]", "illegal attachments")]
    [TestCase("51-[\"a\",{\"_placeholder\":true,\"num\":[0]}]", "illegal attachments")]
    [TestCase("51-[\"a\",{\"_placeholder\":true,\"num\":null}]", "illegal attachments")]
    [TestCase("51-[\"a\",{\"_placeholder\":true,\"num\":99999999999999999999}]", "illegal attachments")]
    [TestCase("51-[\"a\",{\"_placeholder\":true}]", "illegal attachments")]
    [TestCase("51-[\"a\",{\"num\":7,\"_placeholder\":true}]", "illegal attachments")]
    [TestCase("51-[\"a\",{\"num\":0,\"_placeholder\":true,\"num\":7}]", "illegal attachments")]
    [TestCase("51-[\"a\",{\"num\":0,\"b\":{\"_placeholder\":true}}]", "illegal attachments")]
    [TestCase("51-[\"a\",{\"_placeholder\":true,\"b\":{\"num\":0}}]", "illegal attachments")]
    [TestCase("51-[\"a\",{\"b\":[1,{\"c\":{\"_placeholder\":true,\"num\":1}}]}]", "illegal attachments")]
    [TestCase("51-[\"a\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true}]", "illegal attachments")]
    [TestCase("51-[\"a\",{\"\\u005fplaceholder\":true,\"n\\u0075m\":1}]", "illegal attachments")]
    [TestCase("61-1[{\"_placeholder\":true,\"num\":1}]", "illegal attachments")]
    [TestCase("51-[\"a\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":0}]", "two placeholders for one attachment")]
    [TestCase("52-[\"a\",{\"_placeholder\":true,\"num\":1},[{\"b\":{\"_placeholder\":true,\"num\":1}}]]", "two placeholders for one attachment")]
    [TestCase("61-1[{\"num\":0,\"_placeholder\":true},{\"_placeholder\":true,\"num\":0}]", "two placeholders for one attachment")]
    [TestCase("51-[\"a\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":0}", "invalid payload")]
    public void A_malformed_packet_is_reported(string packet, string error) =>
        Assert.That(Wire.Error(Wire.Bytes(packet)), Is.EqualTo(error));

    [TestCase("51-[\"a\",{\"_placeholder\":false,\"num\":7}]")]
    [TestCase("51-[\"a\",{\"_placeholder\":\"true\",\"num\":7}]")]
    [TestCase("51-[\"a\",{\"_placeholder\":true,\"num\":7,\"_placeholder\":false}]")]
    [TestCase("51-[\"a\",{\"_placeholder\":true,\"num\":7,\"num\":0}]")]
    [TestCase("51-[\"a\",{\"_placeholder\":{\"_placeholder\":true,\"num\":0},\"num\":7}]")]
    [TestCase("51-[\"a\",{\"num\":7},true]")]
    [TestCase("51-[\"a\",{\"\\ud800aaaaaaaaaa\":true}]")]
    [TestCase("2[\"a\",{\"_placeholder\":true,\"num\":7}]")]
    [TestCase("2[\"a\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":0}]")]
    [TestCase("52-[\"a\",{\"_placeholder\":true,\"num\":1},{\"_placeholder\":true,\"num\":0}]")]
    [TestCase("51-[\"a\",{\"_placeholder\":true,\"num\":0},{\"num\":0},{\"_placeholder\":false,\"num\":0}]")]
    [TestCase("2[\"\\ud800aaaaaa\"]")]
    public void What_only_looks_like_an_illegal_packet_is_accepted(string packet) =>
        Assert.That(Wire.Error(Wire.Bytes(packet)), Is.Null);

    [TestCase(63, 64)]
    [TestCase(64, 65)]
    [TestCase(1_000_000, 2_000_000_000)]
    public void Each_attachment_has_one_placeholder_also_where_many_are_allowed(int first, int second)
    {
        var limits = new PacketLimits(int.MaxValue, Wire.Limits.MaxArguments);
        Assert.That(Wire.Error(Packet(first, second), limits), Is.Null);
        Assert.That(Wire.Error(Packet(first, second, first), limits), Is.EqualTo("two placeholders for one attachment"));
        Assert.That(Wire.Error(Packet(first, second, second), limits), Is.EqualTo("two placeholders for one attachment"));

        static byte[] Packet(params int[] numbers) =>
            Wire.Bytes($"52147483647-[\"a\",{string.Join(',', numbers.Select(number => $$"""{"_placeholder":true,"num":{{number}}}"""))}]");
    }

    [Test]
    public void The_attachment_limit_is_the_callers()
    {
        var two = new PacketLimits(2, Wire.Limits.MaxArguments);
        var most = new PacketLimits(int.MaxValue, Wire.Limits.MaxArguments);
        Assert.That(Wire.Error("53-[\"a\"]"u8, two), Is.EqualTo("more than 2 attachments (MaxAttachments)"));
        Assert.That(Wire.Error("52-[\"a\"]"u8, two), Is.Null);
        Assert.That(Wire.Error("52147483647-[\"a\"]"u8, most), Is.Null);
        Assert.That(Wire.Error("52147483648-[\"a\"]"u8, most), Is.EqualTo("more than 2147483647 attachments (MaxAttachments)"));
    }

    [TestCase("2[\"a\"", 2)]
    [TestCase("37[0", 3)]
    [TestCase("51-[\"a\"", 2)]
    [TestCase("61-7[{\"_placeholder\":true,\"num\":0}", 3)]
    public void The_argument_limit_is_the_callers(string start, int more)
    {
        string Packet(int count) => $"{start}{string.Concat(Enumerable.Repeat(",{\"a\":[1,2,3,4,5,6]}", count))}]";
        var limits = new PacketLimits(Wire.Limits.MaxAttachments, start.StartsWith('3') || start.StartsWith('6') ? more + 1 : more);
        Assert.That(Wire.Error(Wire.Bytes(Packet(more)), limits), Is.Null);
        Assert.That(Wire.Error(Wire.Bytes(Packet(more + 1)), limits), Is.EqualTo($"more than {limits.MaxArguments} arguments (MaxArguments)"));
    }

    [Test]
    public void Bytes_that_are_not_utf8_are_reported()
    {
        Assert.That(Wire.Error([(byte)'2', (byte)'[', (byte)'"', 0xC3, (byte)'"', (byte)']']), Is.EqualTo("invalid utf-8"));
        Assert.That(Wire.Error([(byte)'0', (byte)'/', 0xFF]), Is.EqualTo("invalid utf-8"));
    }

    [TestCaseSource(typeof(ReadHeaderTests), nameof(ReadHeaderTests.ValidPackets))]
    public void A_packet_cut_at_any_byte_is_an_error_or_a_shorter_packet(string packet)
    {
        var bytes = Wire.Bytes(packet);
        for (var length = 0; length <= bytes.Length; length++)
            ReadAll(bytes.AsSpan(0, length));
    }

    [Test]
    public void A_cut_event_is_always_an_error()
    {
        var bytes = Wire.Bytes("2/größe,12[\"n\\u00e4me\",1.5,\"ä\\n\",{\"a\":[true,null]}]");
        for (var length = 0; length < bytes.Length; length++)
            Assert.That(Wire.Error(bytes.AsSpan(0, length)), Is.Not.Null);
        Assert.That(Wire.Error(bytes), Is.Null);
    }

    [Test]
    public void Random_changes_of_packets_never_throw()
    {
        const string Interesting = "0123456789-/,[]{}\":\\utrenumd_.é \u0000\uFFFF";
        var random = new Random(20240917);
        var packets = ReadHeaderTests.ValidPackets.Select(Wire.Bytes).ToArray();
        var noise = Wire.Bytes(Interesting);
        var accepted = 0;
        for (var round = 0; round < 100_000; round++)
        {
            var packet = new List<byte>(packets[random.Next(packets.Length)]);
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                Change(packet, random, noise);
            if (ReadAll(packet.ToArray()))
                accepted++;
        }

        Assert.That(accepted, Is.InRange(5_000, 95_000), "the changes must give both good and bad packets");
    }

    private static void Change(List<byte> packet, Random random, byte[] noise)
    {
        var at = random.Next(packet.Count + 1);
        var value = random.Next(8) == 0 ? (byte)random.Next(256) : noise[random.Next(noise.Length)];
        if (random.Next(3) == 0 || at == packet.Count)
            packet.Insert(at, value);
        else if (random.Next(2) == 0)
            packet.RemoveAt(at);
        else
            packet[at] = value;
    }

    /// <summary>Reads whatever the packet has; a packet that passed the check must not throw.</summary>
    private static bool ReadAll(ReadOnlySpan<byte> packet)
    {
        if (Wire.Error(packet) is not null)
            return false;

        Wire.Parser.TryReadHeader(ref packet, Wire.Limits, out var header, out _);
        Encoding.UTF8.GetString(header.NamespaceOf(packet));
        switch (header.Type)
        {
            case PacketType.Connect:
                Wire.Parser.ReadAuth(packet, header);
                break;
            case PacketType.Event or PacketType.BinaryEvent:
                ReadArguments(Wire.Parser.OpenEvent(packet, header, Wire.NoAttachments));
                break;
            case PacketType.Ack or PacketType.BinaryAck:
                ReadArguments(Wire.Parser.OpenAck(packet, header, Wire.NoAttachments));
                break;
        }

        return true;
    }

    private static void ReadArguments(ArgumentReader reader)
    {
        while (reader.HasMore)
            reader.Read<JsonElement>();
        Assert.That(reader.Packet[reader.Position..].TrimEnd(" \t\r\n"u8).Length, Is.LessThanOrEqualTo(1));
    }
}
