using System.Text;
using SocketIo.Protocol;

namespace SocketIo.Server.Tests.Protocol;

public class ReadHeaderTests
{
    private static readonly object[][] Packets =
    [
        ["0", PacketType.Connect, 0, "/", -1L, ""],
        ["0/admin", PacketType.Connect, 0, "/admin", -1L, ""],
        ["0/admin,", PacketType.Connect, 0, "/admin", -1L, ""],
        ["0/admin,{\"token\":\"123\"}", PacketType.Connect, 0, "/admin", -1L, "{\"token\":\"123\"}"],
        ["0{\"sid\":\"oSO0OpakMV_3jnilAAAA\"}", PacketType.Connect, 0, "/", -1L, "{\"sid\":\"oSO0OpakMV_3jnilAAAA\"}"],
        ["05{}", PacketType.Connect, 0, "/", 5L, "{}"],
        ["0/a?token=1,{}", PacketType.Connect, 0, "/a?token=1", -1L, "{}"],
        ["0/größe,", PacketType.Connect, 0, "/größe", -1L, ""],
        ["0/,", PacketType.Connect, 0, "/", -1L, ""],
        ["1", PacketType.Disconnect, 0, "/", -1L, ""],
        ["1/admin,", PacketType.Disconnect, 0, "/admin", -1L, ""],
        ["17", PacketType.Disconnect, 0, "/", 7L, ""],
        ["2[\"foo\"]", PacketType.Event, 0, "/", -1L, "[\"foo\"]"],
        ["2/admin,[\"bar\"]", PacketType.Event, 0, "/admin", -1L, "[\"bar\"]"],
        ["212[\"foo\"]", PacketType.Event, 0, "/", 12L, "[\"foo\"]"],
        ["2/admin,456[\"foo\",1]", PacketType.Event, 0, "/admin", 456L, "[\"foo\",1]"],
        ["20[\"foo\"]", PacketType.Event, 0, "/", 0L, "[\"foo\"]"],
        ["29007199254740991[\"foo\"]", PacketType.Event, 0, "/", 9007199254740991L, "[\"foo\"]"],
        ["2[1]", PacketType.Event, 0, "/", -1L, "[1]"],
        ["2[-1.5e3,{}]", PacketType.Event, 0, "/", -1L, "[-1.5e3,{}]"],
        ["2[\"\"]", PacketType.Event, 0, "/", -1L, "[\"\"]"],
        ["2[\"Connect\"]", PacketType.Event, 0, "/", -1L, "[\"Connect\"]"],
        ["2[\"connection\"]", PacketType.Event, 0, "/", -1L, "[\"connection\"]"],
        ["2[ \"foo\" ] ", PacketType.Event, 0, "/", -1L, "[ \"foo\" ] "],
        ["3/admin,13[\"bar\"]", PacketType.Ack, 0, "/admin", 13L, "[\"bar\"]"],
        ["313[]", PacketType.Ack, 0, "/", 13L, "[]"],
        ["313", PacketType.Ack, 0, "/", 13L, ""],
        ["3[]", PacketType.Ack, 0, "/", -1L, "[]"],
        ["4", PacketType.ConnectError, 0, "/", -1L, ""],
        ["4{\"message\":\"Not authorized\"}", PacketType.ConnectError, 0, "/", -1L, "{\"message\":\"Not authorized\"}"],
        ["4/admin,\"Not authorized\"", PacketType.ConnectError, 0, "/admin", -1L, "\"Not authorized\""],
        ["502-[\"baz\"]", PacketType.BinaryEvent, 2, "/", -1L, "[\"baz\"]"],
        ["51-[\"baz\",{\"_placeholder\":true,\"num\":0}]", PacketType.BinaryEvent, 1, "/", -1L, "[\"baz\",{\"_placeholder\":true,\"num\":0}]"],
        ["52-/admin,[\"baz\",{\"num\":1,\"_placeholder\":true},{\"_placeholder\":true,\"num\":0}]", PacketType.BinaryEvent, 2, "/admin", -1L, "[\"baz\",{\"num\":1,\"_placeholder\":true},{\"_placeholder\":true,\"num\":0}]"],
        ["510-/a,3[\"b\"]", PacketType.BinaryEvent, 10, "/a", 3L, "[\"b\"]"],
        ["61-15[\"bar\",{\"_placeholder\":true,\"num\":0}]", PacketType.BinaryAck, 1, "/", 15L, "[\"bar\",{\"_placeholder\":true,\"num\":0}]"],
        ["61-/admin,1[{\"_placeholder\":true,\"num\":0}]", PacketType.BinaryAck, 1, "/admin", 1L, "[{\"_placeholder\":true,\"num\":0}]"],
        ["61-1", PacketType.BinaryAck, 1, "/", 1L, ""],
    ];

    public static IEnumerable<string> ValidPackets => Packets.Select(row => (string)row[0]);

    [TestCaseSource(nameof(Packets))]
    public void A_packet_is_split_into_its_parts(
        object packet, object type, object attachments, object namespaceName, object id, object payload)
    {
        var text = (string)packet;
        var header = Wire.Header(text);
        Assert.Multiple(() =>
        {
            Assert.That(header.Type, Is.EqualTo(type));
            Assert.That(header.AttachmentCount, Is.EqualTo(attachments));
            Assert.That(Wire.NamespaceOf(text), Is.EqualTo(namespaceName));
            Assert.That(header.AckId, Is.EqualTo(id));
            Assert.That(header.HasId, Is.EqualTo((long)id != PacketHeader.NoId));
            Assert.That(Encoding.UTF8.GetString(header.PayloadOf(Wire.Bytes(text))), Is.EqualTo(payload));
        });
    }

    [Test]
    public void A_connect_packet_gives_the_auth_object_or_undefined()
    {
        var packet = Wire.Bytes("0/admin,{\"token\":\"123\"}");
        Assert.That(
            Wire.Parser.ReadAuth(packet, Wire.Header("0/admin,{\"token\":\"123\"}")).GetProperty("token").GetString(),
            Is.EqualTo("123"));
        Assert.That(
            Wire.Parser.ReadAuth("0"u8, Wire.Header("0")).ValueKind, Is.EqualTo(System.Text.Json.JsonValueKind.Undefined));
    }

    [Test]
    public void A_payload_may_be_64_levels_deep_and_no_deeper()
    {
        Assert.That(Wire.Error(Wire.Bytes(Nested(64))), Is.Null);
        Assert.That(Wire.Error(Wire.Bytes(Nested(65))), Is.EqualTo("nested deeper than 64 (Json.MaxDepth)"));
    }

    [Test]
    public void A_placeholder_is_checked_at_the_greatest_depth()
    {
        Assert.That(Wire.Error(Wire.Bytes(Deep(0))), Is.Null);
        Assert.That(Wire.Error(Wire.Bytes(Deep(1))), Is.EqualTo("illegal attachments"));

        static string Deep(int number) =>
            "51-[\"a\"," + new string('[', 62) + "{\"_placeholder\":true,\"num\":" + number + "}" + new string(']', 63);
    }

    private static string Nested(int depth) => "2[\"a\"," + new string('[', depth - 1) + new string(']', depth);
}
