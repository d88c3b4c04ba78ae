using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using SocketIo.Protocol;

namespace SocketIo.Server.Tests.Protocol;

/// <summary>What an argument is read as where the application does not say what it is.</summary>
public class AnyValueTests
{
    private static readonly object?[] Values =
        [null, true, false, 0L, -7L, 1.5, "x", "", new List<object?>(), new List<object?> { 1L, null }, new Dictionary<string, object?> { ["a"] = new List<object?> { "b" } }];

    private sealed record Envelope(string Kind, object? Body);

    [TestCase("null", null)]
    [TestCase("true", true)]
    [TestCase("false", false)]
    [TestCase("7", 7L)]
    [TestCase("-9223372036854775808", long.MinValue)]
    [TestCase("1.0", 1L)]
    [TestCase("1e3", 1000L)]
    [TestCase("-0", -0.0)]
    [TestCase("1.5", 1.5)]
    [TestCase("18446744073709551615", 18446744073709551615.0)]
    [TestCase("1e300", 1e300)]
    [TestCase("1e999", double.PositiveInfinity)]
    [TestCase("\"a\\u00e4\\ud83d\"", "aä\ufffd")]
    public void A_plain_value_is_one_of_dotnet(string json, object? value)
    {
        var any = Wire.Read<object?>($"2[\"e\",{json}]");
        Assert.That(any, Is.EqualTo(value));
        Assert.That(any?.GetType(), Is.EqualTo(value?.GetType()));
    }

    [Test]
    public void Arrays_are_lists_and_objects_are_dictionaries_with_binary_in_its_place()
    {
        var any = Wire.Read<object?>(
            "52-[\"e\",{\"a\":[1,{\"_placeholder\":true,\"num\":1}],\"b\":{\"num\":0,\"_placeholder\":true},\"c\":{\"num\":0}}]", [1], [2, 3]);
        var map = (Dictionary<string, object?>)any!;
        Assert.That(map["a"], Is.EqualTo(new List<object?> { 1L, new byte[] { 2, 3 } }));
        Assert.That(map["b"], Is.EqualTo(new byte[] { 1 }));
        Assert.That(map["c"], Is.EqualTo(new Dictionary<string, object?> { ["num"] = 0L }));
    }

    [Test]
    public void A_placeholder_without_attachments_is_an_object() =>
        Assert.That(
            Wire.Read<object?>("2[\"e\",{\"_placeholder\":true,\"num\":0}]"),
            Is.EqualTo(new Dictionary<string, object?> { ["_placeholder"] = true, ["num"] = 0L }));

    [Test]
    public void A_property_and_an_element_may_be_anything_too()
    {
        var envelope = Wire.Read<Envelope>("51-[\"e\",{\"kind\":\"k\",\"body\":[{\"_placeholder\":true,\"num\":0},1]}]", [7])!;
        Assert.That(envelope.Body, Is.EqualTo(new List<object?> { new byte[] { 7 }, 1L }));
        Assert.That(Wire.Read<object?[]>("2[\"e\",[1,\"a\",null]]"), Is.EqualTo(new object?[] { 1L, "a", null }));
    }

    [Test]
    public void Emitted_again_it_is_the_same()
    {
        foreach (var packet in new[]
        {
            "2[\"e\",{\"a\":[1,1.5,true,null,\"x😀\"],\"\":{},\"b\":[[],[{}]]}]",
            "2[\"e\",\"2026-03-04T12:00:00Z\"]",
            "52-[\"e\",{\"a\":{\"_placeholder\":true,\"num\":0},\"b\":[{\"_placeholder\":true,\"num\":1}]}]",
        })
        {
            var attachments = packet.StartsWith("52", StringComparison.Ordinal) ? new byte[][] { [1], [2] } : [];
            var sent = Wire.Messages(Wire.Event(Wire.Open(packet, attachments).Read<object?>()));
            Assert.That(sent[0], Is.EqualTo("4" + packet));
            Assert.That(sent[1..], Is.EqualTo(attachments.Select(static data => "#" + Convert.ToHexString(data))));
        }
    }

    [Test]
    public void All_arguments_of_an_event_and_all_values_of_an_acknowledgement_can_be_had_at_once()
    {
        const string Arguments = "null,true,false,0,-7,1.5,\"x\",\"\",[],[1,null],{\"a\":[\"b\"]}";
        Assert.That(new IncomingEvent(Wire.Open($"2[\"e\",{Arguments}]"), 1).ToArray(), Is.EqualTo(Values));
        Assert.That(new AckValues(Wire.Open($"31[{Arguments}]")).ToArray(), Is.EqualTo(Values));
        Assert.That(new IncomingEvent(Wire.Open("2[\"e\"]"), 1).ToArray(), Is.Empty);
        Assert.That(new IncomingEvent("e", [.. Values]).ToArray(), Is.EqualTo(Values));
        Assert.That(new AckValues([.. Values]).ToArray(), Is.EqualTo(Values));
    }

    [Test]
    public void A_repeated_property_counts_as_the_options_say()
    {
        const string Packet = "2[\"e\",{\"a\":1,\"a\":2}]";
        Assert.That(Wire.Read<object?>(Packet), Is.EqualTo(new Dictionary<string, object?> { ["a"] = 2L }));
        Assert.Throws<EventArgumentException>(() => Wire.Open(ParserWith(static options => options.AllowDuplicateProperties = false), Packet).Read<object?>());
    }

    [Test]
    public void Depth_without_bounds_is_an_error_and_not_the_end_of_the_process()
    {
        var parser = ParserWith(static options => options.MaxDepth = int.MaxValue);
        var packet = "2[\"e\"," + new string('[', 200_000) + new string(']', 200_000) + "]";
        Assert.Throws<EventArgumentException>(() => Wire.Open(parser, packet).Read<object?>());
    }

    [Test]
    public void Options_that_want_it_otherwise_are_minded()
    {
        var nodes = ParserWith(static options => options.UnknownTypeHandling = JsonUnknownTypeHandling.JsonNode);
        Assert.That(Wire.Open(nodes, "2[\"e\",{}]").Read<object?>(), Is.InstanceOf<JsonObject>());
        var elements = ParserWith(static options => options.Converters.Add(new Elements()));
        Assert.That(Wire.Open(elements, "2[\"e\",{}]").Read<object?>(), Is.InstanceOf<JsonElement>());
    }

    private static JsonPacketParser ParserWith(Action<JsonSerializerOptions> change)
    {
        var options = ArgumentOptions.CreateDefault();
        change(options);
        return new JsonPacketParser(options);
    }

    private sealed class Elements : JsonConverter<object>
    {
        public override object Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonElement.ParseValue(ref reader);

        public override void Write(Utf8JsonWriter writer, object value, JsonSerializerOptions options) => throw new NotSupportedException();
    }
}
