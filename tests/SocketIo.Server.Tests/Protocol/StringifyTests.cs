using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using SocketIo.Protocol;

namespace SocketIo.Server.Tests.Protocol;

/// <summary>What is sent is what JSON.stringify of Node would send: text by text, number by number.</summary>
public class StringifyTests
{
    // a line for each code point, halves of pairs included, alone and between other characters
    private const string AllTexts = """
        const lines = [];
        for (let c = 0; c <= 0x10ffff; c++) {
          const text = String.fromCodePoint(c);
          lines.push(JSON.stringify(text));
          if (c % 97 === 0 || (c >= 0xd7f0 && c <= 0xe010) || c < 0x300) lines.push(JSON.stringify("a" + text + "\ud83d" + text + "é\n"));
          if (lines.length > 50000) process.stdout.write(lines.splice(0).join("\n") + "\n");
        }
        process.stdout.write(lines.join("\n") + "\n");
        """;

    // bits of doubles come as lines, their texts go
    private const string AllNumbers = """
        const input = require("fs").readFileSync(0, "latin1").split("\n").filter(Boolean);
        const view = new DataView(new ArrayBuffer(8));
        process.stdout.write(input.map((line) => (view.setBigUint64(0, BigInt(line)), JSON.stringify(view.getFloat64(0)))).join("\n") + "\n");
        """;

    private static readonly double[] Edges =
    [
        0, -0.0, 1, -1, 0.1, 1.5, 1e-5, 1e-6, 1.5e-6, 9.99e-7, 1e-7, -1.25e-7, 1e14, 1e15, 1e16, 1234567890123456.7, 123456789012345680000d,
        1e20, 1e21, 1.5e21, -1e21, 1e22, 1e100, 1.7976931348623157E+308, 5e-324, 4.9406564584124654e-324, double.Epsilon, Math.PI,
        9007199254740991, 9007199254740992, 9007199254740993, 4294967296, double.NaN, double.PositiveInfinity, double.NegativeInfinity,
    ];

    public static IEnumerable<TestCaseData> Values()
    {
        yield return Case("null", "a double", double.NaN);
        yield return Case("null", "a float", float.PositiveInfinity);
        yield return Case("null", "a Half", Half.NegativeInfinity);
        yield return Case("null", "what is not known", (object)double.NaN);
        yield return Case("null", "one that may be missing", (double?)double.NaN);
        yield return Case("[null,1.5,null]", "a list", new[] { double.NaN, 1.5, double.NegativeInfinity });
        yield return Case("[null,0.1]", "a list of floats", new List<float> { float.NaN, 0.1f });
        yield return Case("[null,1.5,null,2]", "a list of all kinds", new object?[] { double.NaN, 1.5f, float.NaN, (Half)2 });
        yield return Case("{\"x\":null,\"y\":{\"z\":[null]}}", "an anonymous type", new { X = double.NaN, Y = new { Z = new[] { float.NaN } } });
        yield return Case("{\"x\":null,\"y\":null}", "a record", new Reading(double.NaN, null));
        yield return Case("{\"a\":null,\"b\":1E+300}", "a dictionary", new Dictionary<string, double> { ["a"] = double.NaN, ["b"] = 1e300 }, "e+300");
        yield return Case("{\"1.5\":null}", "a dictionary by numbers", new Dictionary<double, double> { [1.5] = double.NaN });
        yield return Case("[0,0.1,100000000,1e-7,3.4028235e+38]", "floats", new[] { -0f, 0.1f, 1e8f, 1e-7f, float.MaxValue });
        yield return Case("[65500,0.1,6e-8]", "Halves", new[] { Half.MaxValue, (Half)0.1, Half.Epsilon });
        yield return Case("{\"x\":\"NaN\",\"y\":\"1.5\",\"z\":null,\"v\":2}", "attributes of numbers", new Attributed(float.NaN, 1.5, null, 2));

        static TestCaseData Case<T>(string json, string name, T value, string? exponent = null) =>
            new TestCaseData(Wire.Messages(Wire.Event(value)).Single(), exponent is null ? json : json.Replace("E+300", exponent, StringComparison.Ordinal)).SetArgDisplayNames(name);
    }

    [Test]
    public void Every_text_is_written_as_by_node()
    {
        var expected = RunNode(AllTexts, "");
        var texts = new List<string>();
        for (var c = 0; c <= 0x10FFFF; c++)
        {
            var text = c <= char.MaxValue ? ((char)c).ToString() : char.ConvertFromUtf32(c);
            texts.Add(Stringify(text));
            if (c % 97 == 0 || c is >= 0xD7F0 and <= 0xE010 or < 0x300)
                texts.Add(Stringify($"a{text}\ud83d{text}é\n"));
        }
        Assert.That(texts, Has.Count.EqualTo(expected.Length));
        for (var i = 0; i < expected.Length; i++)
        {
            if (texts[i] != expected[i])
                Assert.Fail($"line {i}: {texts[i]} is not {expected[i]}");
        }
    }

    [Test]
    public void Every_number_is_written_as_by_node()
    {
        var random = new Random(1);
        double[] numbers =
        [
            .. Edges,
            .. Enumerable.Range(-330, 640).SelectMany(e => new[] { 1.5, -1.0, 9.999999999999999 }.Select(m => m * Math.Pow(10, e))),
            .. Enumerable.Range(0, 100_000).Select(_ => BitConverter.Int64BitsToDouble(random.NextInt64())),
            .. Enumerable.Range(0, 100_000).Select(_ => random.NextDouble() * Math.Pow(10, random.Next(-12, 26))),
        ];
        var bits = string.Join('\n', numbers.Select(static number => BitConverter.DoubleToUInt64Bits(number).ToString(CultureInfo.InvariantCulture)));
        var expected = RunNode(AllNumbers, bits);
        for (var i = 0; i < numbers.Length; i++)
            Assert.That(Argument(numbers[i]), Is.EqualTo(expected[i]), $"{numbers[i]}");
        Assert.That(Argument(numbers[..1000]), Is.EqualTo($"[{string.Join(',', expected[..1000])}]"));
    }

    [TestCaseSource(nameof(Values))]
    public void What_is_no_number_of_JSON_is_null_wherever_it_stands(string packet, string json) =>
        Assert.That(packet, Is.EqualTo($"42[\"e\",{json}]"));

    [Test]
    public void Names_of_events_and_of_properties_and_messages_are_written_like_all_text()
    {
        const string Half = "x\ud83d";
        Assert.That(
            Wire.Messages(Wire.Encoder.WriteEvent("/", Half, new Args<Dictionary<string, string>>(new() { [Half] = "é😀\u2028\u0085" }), -1)),
            Is.EqualTo(new[] { "42[\"x\\ud83d\",{\"x\\ud83d\":\"é😀\u2028\u0085\"}]" }));
        Assert.That(
            Wire.Messages(Wire.Encoder.WriteConnectError("/", Half, new { Reason = Half })),
            Is.EqualTo(new[] { "44{\"message\":\"x\\ud83d\",\"data\":{\"reason\":\"x\\ud83d\"}}" }));
        Assert.That(Wire.Messages(Wire.Event('\ud83d')), Is.EqualTo(new[] { "42[\"e\",\"\\ud83d\"]" }));
    }

    [Test]
    public void Json_that_the_application_parsed_keeps_its_halves_of_pairs()
    {
        var element = JsonElement.Parse("""{"a":["\ud83d","\\ud83d"],"\ude00":"\ud83d\ude00"}""");
        Assert.That(
            Wire.Messages(Wire.Event(new { Element = element })),
            Is.EqualTo(new[] { """42["e",{"element":{"a":["\ud83d","\\ud83d"],"\ude00":"\ud83d\ude00"}}]""" }));
        Assert.That(Wire.Messages(Wire.Event(JsonElement.Parse("[\"\\ud83d\\ude00\\u0041\"]"))), Is.EqualTo(new[] { "42[\"e\",[\"😀A\"]]" }));
        Assert.That(Wire.Messages(Wire.Event(default(JsonElement))), Is.EqualTo(new[] { "42[\"e\",null]" }));
    }

    [TestCase("""{"a":["\ud83d","\\ud83d"]}""")]
    [TestCase("\"\\ud83d\"")]
    public void So_do_documents_and_nodes(string json)
    {
        using var document = JsonDocument.Parse(json);
        var packet = Wire.Messages(Wire.Event(JsonElement.Parse(json)));
        Assert.That(Wire.Messages(Wire.Event(document)), Is.EqualTo(packet));
        Assert.That(Wire.Messages(Wire.Event<object>(document)), Is.EqualTo(packet));
        Assert.That(Wire.Messages(Wire.Event(JsonNode.Parse(json))), Is.EqualTo(packet));
        Assert.That(Wire.Messages(Wire.Event<object?>(JsonNode.Parse(json))), Is.EqualTo(packet));
        Assert.That(
            Wire.Messages(Wire.Event(new { Node = JsonNode.Parse(json), Values = new JsonArray(JsonNode.Parse(json)) })).Single(),
            Does.EndWith($$""",{"node":{{packet[0][7..^1]}},"values":[{{packet[0][7..^1]}}]}]"""));
    }

    [Test]
    public void Nodes_that_the_application_built_are_written_like_other_values()
    {
        var node = new JsonObject
        {
            ["\ud83d"] = double.NaN,
            ["b"] = new JsonArray(float.PositiveInfinity, 1e-7, 1.5f, "x\ud83d😀", null, true, 7),
            ["c"] = JsonValue.Create(new Reading(double.NaN, 1)),
            ["d"] = JsonValue.Create(new byte[] { 1 }),
        };
        Assert.That(
            Wire.Messages(Wire.Event(node)),
            Is.EqualTo(new[] { """451-["e",{"\ud83d":null,"b":[null,1e-7,1.5,"x\ud83d😀",null,true,7],"c":{"x":null,"y":1},"d":{"_placeholder":true,"num":0}}]""", "#01" }));
        Assert.That(Wire.Messages(Wire.Event(JsonValue.Create(double.NaN))), Is.EqualTo(new[] { "42[\"e\",null]" }));
        Assert.That(Wire.Messages(Wire.Event((JsonNode?)null)), Is.EqualTo(new[] { "42[\"e\",null]" }));
    }

    [Test]
    public void An_encoder_of_the_user_wins()
    {
        var options = new JsonSerializerOptions { Encoder = JavaScriptEncoder.Default };
        var encoder = new PacketEncoder(new JsonPacketParser(options));
        Assert.That(Wire.Messages(encoder.WriteEvent("/", "<", new Args<string>("é"), -1)), Is.EqualTo(new[] { "42[\"\\u003C\",\"\\u00E9\"]" }));
    }

    [Test]
    public void Number_handling_of_the_user_wins()
    {
        var options = new JsonSerializerOptions { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };
        var encoder = new PacketEncoder(new JsonPacketParser(options));
        Assert.That(
            Wire.Messages(encoder.WriteEvent("/", "e", new Args<double, object?, double[]>(double.NaN, 1.5, [double.NaN]), -1)),
            Is.EqualTo(new[] { "42[\"e\",\"NaN\",1.5,[\"NaN\"]]" }));
    }

    [TestCase("", "")]
    [TestCase("abc", "abc")]
    [TestCase("a\"b\\c\u0001", "a\\\"b\\\\c\\u0001")]
    [TestCase("é😀", "é😀")]
    [TestCase("HxL", "\\ud83dx\\ude00")]
    public void The_encoder_fills_what_there_is_room_for_and_goes_on_from_there(string text, string escaped)
    {
        // attributes hold no halves
        text = text.Replace('H', '\ud83d').Replace('L', '\ude00');
        for (var room = 6; room < 20; room++)
        {
            var result = new StringBuilder();
            var buffer = new char[room];
            for (var at = 0; at < text.Length;)
            {
                var status = StringifyEncoder.Instance.Encode(text.AsSpan(at), buffer, out var consumed, out var written);
                Assert.That(status is OperationStatus.Done || consumed > 0, $"{status}");
                result.Append(buffer, 0, written);
                at += consumed;
            }
            Assert.That(result.ToString(), Is.EqualTo(escaped));
        }
    }

    [Test]
    public void Half_a_pair_at_the_end_of_a_block_waits_for_the_other_half()
    {
        var buffer = new char[10];
        var status = StringifyEncoder.Instance.Encode("a\ud83d", buffer, out var consumed, out var written, isFinalBlock: false);
        Assert.That((status, consumed, written), Is.EqualTo((OperationStatus.NeedMoreData, 1, 1)));
    }

    private static string Stringify(string text)
    {
        var json = Argument(text);
        var utf8 = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(utf8, new JsonWriterOptions { Encoder = StringifyEncoder.Instance });
        if (!text.Any(char.IsSurrogate))
        {
            // what comes as UTF-8 already is written the same
            writer.WriteStringValue(Encoding.UTF8.GetBytes(text));
            writer.Flush();
            Assert.That(Encoding.UTF8.GetString(utf8.WrittenSpan), Is.EqualTo(json));
        }
        return json;
    }

    private static string Argument<T>(T value)
    {
        var packet = Wire.Messages(Wire.Event(value)).Single();
        return packet["42[\"e\",".Length..^1];
    }

    private static string[] RunNode(string script, string input)
    {
        using var node = Process.Start(new ProcessStartInfo("node", ["-e", script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardOutputEncoding = Encoding.UTF8,
        })!;
        node.StandardInput.Write(input);
        node.StandardInput.Close();
        var lines = node.StandardOutput.ReadToEnd().Split('\n')[..^1];
        node.WaitForExit();
        Assert.That(node.ExitCode, Is.Zero);
        return lines;
    }

    private sealed record Reading(double X, float? Y);

    private sealed record Attributed(
        [property: JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)] float X,
        [property: JsonNumberHandling(JsonNumberHandling.WriteAsString)] double? Y,
        [property: JsonNumberHandling(JsonNumberHandling.WriteAsString)] Half? Z,
        double V);
}
