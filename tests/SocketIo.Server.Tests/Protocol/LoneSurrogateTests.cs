using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SocketIo.Server.Tests.Protocol;

/// <summary>
/// Half a surrogate pair, as <c>"x😀".slice(0, 2)</c> has it in JavaScript, comes as an escape, since UTF-8 has no other way.
/// </summary>
public class LoneSurrogateTests
{
    private sealed record Message(string Text, Dictionary<string, string> More);

    [TestCase("\\ud83d", "\ufffd")]
    [TestCase("x\\uD83D", "x\ufffd")]
    [TestCase("\\ude00y", "\ufffdy")]
    [TestCase("\\ude00\\ud83d", "\ufffd\ufffd")]
    [TestCase("\\ud83d\\ud83d\\ude00", "\ufffd😀")]
    [TestCase("\\ud83d\\u0041", "\ufffdA")]
    [TestCase("\\ud83d\\\\ude00", "\ufffd\\ude00")]
    [TestCase("\\\\ud83d", "\\ud83d")]
    [TestCase("\\\\\\ud83d", "\\\ufffd")]
    [TestCase("\\ud83d\\ude00", "😀")]
    [TestCase("\\ud7ff\\ue000", "\ud7ff\ue000")]
    [TestCase("😀\\ud83d\\n", "😀\ufffd\n")]
    public void A_text_has_the_replacement_character_in_its_place(string escaped, string text)
    {
        Assert.That(Wire.Read<string>($"2[\"e\",\"{escaped}\"]"), Is.EqualTo(text));
        Assert.That(Wire.Read<JsonElement>($"2[\"e\",\"{escaped}\"]").GetString(), Is.EqualTo(text));
        Assert.That(Wire.EventName($"2[\"{escaped}\"]"), Is.EqualTo(text));
        Assert.That(Wire.Open($"31[\"{escaped}\"]").Read<string>(), Is.EqualTo(text));
    }

    [Test]
    public void Values_and_names_in_objects_have_it_too()
    {
        const string Packet = "2[\"e\",{\"text\":\"a\\ud800\",\"more\":{\"b\\udbff\":\"\\udc00c\",\"d\":\"😀\"}}]";
        var message = Wire.Read<Message>(Packet)!;
        Assert.That(message.Text, Is.EqualTo("a\ufffd"));
        Assert.That(message.More, Is.EqualTo(new Dictionary<string, string> { ["b\ufffd"] = "\ufffdc", ["d"] = "😀" }));

        var element = Wire.Read<JsonElement>(Packet);
        Assert.That(element.TryGetProperty("missing", out _), Is.False);
        Assert.That(element.GetProperty("more").GetProperty("b\ufffd").GetString(), Is.EqualTo("\ufffdc"));
        Assert.That(Wire.Read<JsonNode>(Packet)!["more"]!["b\ufffd"]!.GetValue<string>(), Is.EqualTo("\ufffdc"));
        Assert.That(Wire.Read<char[]>("2[\"e\",[\"\\ud83d\"]]"), Is.EqualTo(new[] { '\ufffd' }));
    }

    [Test]
    public void A_binary_packet_has_it_too()
    {
        var reader = Wire.Open("51-[\"e\",\"\\ud83d\",{\"\\ud83d\":{\"_placeholder\":true,\"num\":0}}]", [7]);
        Assert.That(reader.Read<string>(), Is.EqualTo("\ufffd"));
        Assert.That(reader.Read<Dictionary<string, byte[]>>()!["\ufffd"], Is.EqualTo(new byte[] { 7 }));
    }

    [Test]
    public void The_auth_has_it_too()
    {
        ReadOnlySpan<byte> packet = "0/admin,{\"token\":\"x\\ud83d\",\"\\ud83d\":1}"u8;
        Assert.That(Wire.Parser.TryReadHeader(ref packet, Wire.Limits, out var header, out _));
        var auth = new HandshakeAuth(Wire.Parser.ReadAuth(packet, header));
        Assert.That(auth.GetString("token"), Is.EqualTo("x\ufffd"));
        Assert.That(auth.TryGet("missing", out _), Is.False);
        Assert.That(auth.TryGet("\ufffd", out var value) && value.GetInt32() == 1);
        Assert.That(auth.TryGet("\ud83d", out value) && value.GetInt32() == 1, "a name is looked for as it arrives");
        Assert.That(auth.GetString("\ud83d"), Is.Null, "it is no text");
    }

    [Test]
    public void A_namespace_that_looks_like_one_is_left_alone()
    {
        ReadOnlySpan<byte> packet = "2/\\ud83d,[\"\\ud83d\"]"u8;
        Assert.That(Wire.Parser.TryReadHeader(ref packet, Wire.Limits, out var header, out _));
        Assert.That(Encoding.UTF8.GetString(header.NamespaceOf(packet)), Is.EqualTo("/\\ud83d"));
    }

    [Test]
    public void A_packet_without_one_is_not_copied()
    {
        var bytes = Wire.Bytes("2[\"e\",\"\\ud83d\\ude00\\u0041\\n\"]");
        ReadOnlySpan<byte> packet = bytes;
        Assert.That(Wire.Parser.TryReadHeader(ref packet, Wire.Limits, out _, out _));
        Assert.That(packet.Overlaps(bytes));
    }
}
