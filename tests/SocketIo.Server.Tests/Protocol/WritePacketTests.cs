using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using SocketIo.Engine.Frames;
using SocketIo.Protocol;

namespace SocketIo.Server.Tests.Protocol;

public class WritePacketTests
{
    private static readonly PacketEncoder Parser = Wire.Encoder;

    private sealed record Throwing(string Before)
    {
        public string Value => throw new NotImplementedException(Before);
    }

    private sealed class Emitting(List<Frame> frames)
    {
        public byte[] Data
        {
            get
            {
                frames.Add(Parser.WriteEvent("/", "inner", new Args<byte[]>([9]), PacketHeader.NoId));
                return [1];
            }
        }
    }

    [Test]
    public void An_event_is_written_as_in_the_protocol_text()
    {
        AssertWritten(Parser.WriteEvent("/", "foo", new Args0(), -1), "42[\"foo\"]");
        AssertWritten(Parser.WriteEvent("/admin", "bar", new Args0(), -1), "42/admin,[\"bar\"]");
        AssertWritten(Parser.WriteEvent("/", "foo", new Args0(), 12), "4212[\"foo\"]");
        AssertWritten(Parser.WriteEvent("/admin", "foo", new Args<int>(1), 0), "42/admin,0[\"foo\",1]");
        AssertWritten(Parser.WriteEvent("/", "e", new Args0(), long.MaxValue), "429223372036854775807[\"e\"]");
    }

    [Test]
    public void An_ack_is_written_as_in_the_protocol_text()
    {
        AssertWritten(Parser.WriteAck("/", 12, new Args0()), "4312[]");
        AssertWritten(Parser.WriteAck("/admin", 13, new Args<string>("bar")), "43/admin,13[\"bar\"]");
        AssertWritten(
            Parser.WriteAck("/", 15, new Args<string, byte[]>("bar", [1, 2, 3, 4])),
            "461-15[\"bar\",{\"_placeholder\":true,\"num\":0}]", "#01020304");
    }

    [Test]
    public void Connect_and_disconnect_are_written_as_in_the_protocol_text()
    {
        AssertWritten(Parser.WriteConnect("/", "wZX3oN0bSVIhsaknAAAI", null), "40{\"sid\":\"wZX3oN0bSVIhsaknAAAI\"}");
        AssertWritten(Parser.WriteConnect("/admin", "oSO0OpakMV_3jnilAAAA", null), "40/admin,{\"sid\":\"oSO0OpakMV_3jnilAAAA\"}");
        AssertWritten(Parser.WriteDisconnect("/"), "41");
        AssertWritten(Parser.WriteDisconnect("/admin"), "41/admin,");
    }

    [Test]
    public void A_connect_error_has_data_only_if_given()
    {
        AssertWritten(Parser.WriteConnectError("/", "Not authorized", null), "44{\"message\":\"Not authorized\"}");
        AssertWritten(
            Parser.WriteConnectError("/admin", "a\"b", new { Retry = false, Key = new byte[] { 1 } }),
            "44/admin,{\"message\":\"a\\\"b\",\"data\":{\"retry\":false,\"key\":\"AQ==\"}}");
    }

    [Test]
    public void A_binary_event_is_written_as_in_the_protocol_text()
    {
        AssertWritten(
            Parser.WriteEvent("/", "baz", new Args<byte[]>([1, 2, 3, 4]), -1),
            "451-[\"baz\",{\"_placeholder\":true,\"num\":0}]", "#01020304");
        AssertWritten(
            Parser.WriteEvent("/admin", "baz", new Args<byte[], Memory<byte>>([1, 2], new byte[] { 3, 4 }), 7),
            "452-/admin,7[\"baz\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]", "#0102", "#0304");
    }

    [Test]
    public void Binary_data_is_found_wherever_it_stands()
    {
        var value = new
        {
            A = new byte[] { 1 },
            B = new Dictionary<string, object?> { ["x"] = new[] { new byte[] { 2 }, null, [] } },
            C = new ReadOnlyMemory<byte>([9, 3, 9], 1, 1),
            D = new ArraySegment<byte>([9, 4, 9], 1, 1),
            E = default(byte[]),
        };
        AssertWritten(
            Wire.Event(value),
            "455-[\"e\",{\"a\":{\"_placeholder\":true,\"num\":0},\"b\":{\"x\":[{\"_placeholder\":true,\"num\":1},null,"
            + "{\"_placeholder\":true,\"num\":2}]},\"c\":{\"_placeholder\":true,\"num\":3},"
            + "\"d\":{\"_placeholder\":true,\"num\":4},\"e\":null}]",
            "#01", "#02", "#", "#03", "#04");
    }

    [Test]
    public void More_attachments_than_one_digit_counts_keep_their_text()
    {
        var data = Enumerable.Range(0, 1000).Select(i => new[] { (byte)i }).ToArray();
        var messages = Wire.Messages(Wire.Event(data));
        Assert.That(messages, Has.Length.EqualTo(1001));
        Assert.That(messages[0], Does.StartWith("451000-[\"e\",[{\"_placeholder\":true,\"num\":0},"));
        Assert.That(messages[0], Does.EndWith(",{\"_placeholder\":true,\"num\":999}]]"));
        Assert.That(messages[1000], Is.EqualTo("#E7"));
    }

    [Test]
    public void Every_length_of_text_survives_the_insertion_of_the_count()
    {
        for (var length = 0; length < 1200; length++)
        {
            var text = new string('x', length);
            AssertWritten(
                Parser.WriteEvent("/", "e", new Args<string, byte[]>(text, [1]), -1),
                "451-[\"e\",\"" + text + "\",{\"_placeholder\":true,\"num\":0}]", "#01");
        }
    }

    [Test]
    public void Values_are_written_as_javascript_expects_them()
    {
        AssertWritten(Wire.Event("<ä'&>\n\""), "42[\"e\",\"<ä'&>\\n\\\"\"]");
        AssertWritten(Wire.Event("😀"), "42[\"e\",\"😀\"]");
        AssertWritten(Wire.Event<string?>(null), "42[\"e\",null]");
        AssertWritten(Wire.Event(long.MinValue), "42[\"e\",-9223372036854775808]");
        AssertWritten(Wire.Event(0.1), "42[\"e\",0.1]");
        AssertWritten(Wire.Event(true), "42[\"e\",true]");
        AssertWritten(Wire.Event<int?>(null), "42[\"e\",null]");
        AssertWritten(Wire.Event(1.50m), "42[\"e\",1.50]");
        AssertWritten(Wire.Event(new { UserName = "x" }), "42[\"e\",{\"userName\":\"x\"}]");
        AssertWritten(Wire.Event<JsonNode?>(new JsonArray(1, "a")), "42[\"e\",[1,\"a\"]]");
        AssertWritten(Wire.Event(JsonElement.Parse("{\"a\": 1}")), "42[\"e\",{\"a\":1}]");
        AssertWritten(Wire.Event("a\ud800b"), "42[\"e\",\"a\\ud800b\"]");
    }

    [Test]
    public void Names_are_escaped_and_encoded()
    {
        AssertWritten(Parser.WriteEvent("/größe", "a\"b\nñ", new Args0(), -1), "42/größe,[\"a\\\"b\\nñ\"]");
        var name = new string('ä', 5000);
        AssertWritten(Parser.WriteEvent("/" + name, name, new Args0(), -1), "42/" + name + ",[\"" + name + "\"]");
    }

    [Test]
    public void An_array_of_strings_is_one_argument()
    {
        AssertWritten(Wire.Event(new[] { "ann", "bob" }), "42[\"e\",[\"ann\",\"bob\"]]");
        AssertWritten(Wire.Event(new object[] { 1, "b" }), "42[\"e\",[1,\"b\"]]");
    }

    [Test]
    public void Elements_typed_object_are_written_by_their_run_time_type()
    {
        AssertWritten(
            Parser.WriteEvent("/", "e", new Args<object?, object?, object?>(1, null, new { A = "x" }), -1),
            "42[\"e\",1,null,{\"a\":\"x\"}]");
        AssertWritten(Wire.Event(new object()), "42[\"e\",{}]");
    }

    [Test]
    public void An_exception_reaches_the_caller_and_the_next_packet_is_whole()
    {
        for (var i = 0; i < 3; i++)
        {
            var error = Assert.Throws<NotSupportedException>(
                () => Parser.WriteEvent("/", "e", new Args<byte[], Throwing>([1], new Throwing("mine")), -1));
            Assert.That(error!.Message, Is.EqualTo("Argument 2 of event 'e' can't be sent: mine"));
            Assert.That(error.InnerException, Is.InstanceOf<NotImplementedException>());
            AssertWritten(Wire.Event("after"), "42[\"e\",\"after\"]");
            Assert.Throws<NotImplementedException>(() => Parser.WriteConnectError("/", "m", new Throwing("mine")));
            AssertWritten(Wire.Event(1), "42[\"e\",1]");
        }

        Assert.That(JsonSerializer.Serialize(new byte[] { 1 }, WithConverters()), Is.EqualTo("\"AQ==\""));
    }

    [Test]
    public void An_object_that_holds_itself_throws_and_the_next_packet_is_whole()
    {
        var circular = new List<object>();
        circular.Add(circular);
        Assert.That(() => Wire.Event(circular), Throws.InstanceOf<NotSupportedException>().With.InnerException.InstanceOf<JsonException>());
        Assert.That(
            () => Parser.WriteEvent("/", "e", new Args<byte[], object>([1], circular), 1),
            Throws.InstanceOf<NotSupportedException>().With.InnerException.InstanceOf<JsonException>());
        AssertWritten(Wire.Event("after"), "42[\"e\",\"after\"]");
    }

    [Test]
    public void Arguments_stay_as_they_are_and_may_be_changed_afterwards()
    {
        byte[] first = [1, 2];
        var nested = new Dictionary<string, object?> { ["bytes"] = new byte[] { 3 }, ["none"] = null };
        var frame = Parser.WriteEvent("/", "e", new Args<byte[], Dictionary<string, object?>>(first, nested), -1);
        Assert.That(first, Is.EqualTo(new byte[] { 1, 2 }));
        Assert.That(nested, Is.EqualTo(new Dictionary<string, object?> { ["bytes"] = new byte[] { 3 }, ["none"] = null }));

        first.AsSpan().Clear();
        nested.Clear();
        AssertWritten(
            frame,
            "452-[\"e\",{\"_placeholder\":true,\"num\":0},{\"bytes\":{\"_placeholder\":true,\"num\":1},\"none\":null}]", "#0102", "#03");
    }

    [Test]
    public void A_packet_written_inside_another_one_does_not_disturb_it()
    {
        var frames = new List<Frame>();
        AssertWritten(
            Parser.WriteEvent("/", "outer", new Args<byte[], Emitting, byte[]>([0], new Emitting(frames), [2]), -1),
            "453-[\"outer\",{\"_placeholder\":true,\"num\":0},{\"data\":{\"_placeholder\":true,\"num\":1}},"
            + "{\"_placeholder\":true,\"num\":2}]",
            "#00", "#01", "#02");
        AssertWritten(frames[0], "451-[\"inner\",{\"_placeholder\":true,\"num\":0}]", "#09");
    }

    [Test]
    public void Parsers_with_different_encoders_can_take_turns()
    {
        var strict = new PacketEncoder(new JsonPacketParser(new JsonSerializerOptions { Encoder = JavaScriptEncoder.Default }));
        for (var i = 0; i < 2; i++)
        {
            AssertWritten(strict.WriteEvent("/", "e", new Args<string>("<"), -1), "42[\"e\",\"\\u003C\"]");
            AssertWritten(Wire.Event("<"), "42[\"e\",\"<\"]");
        }
    }

    [Test]
    public void The_options_of_the_caller_are_copied_not_changed()
    {
        var options = new JsonSerializerOptions { WriteIndented = true };
        var parser = new PacketEncoder(new JsonPacketParser(options));
        Assert.That(options.IsReadOnly, Is.False);
        Assert.That(options.Converters, Is.Empty);
        AssertWritten(parser.WriteEvent("/", "e", new Args<int[]>([1, 2]), -1), "42[\"e\",[1,2]]");
    }

    private static JsonSerializerOptions WithConverters()
    {
        var options = ArgumentOptions.CreateDefault();
        options.Converters.Add(new ByteArrayConverter());
        return options;
    }

    private static void AssertWritten(Frame frame, params string[] messages) =>
        Assert.That(Wire.Messages(frame), Is.EqualTo(messages));
}
