using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using SocketIo.Protocol;

namespace SocketIo.MessagePack.Tests;

public class ValueTests
{
    private static readonly DateTime Noon = new(2026, 3, 4, 12, 0, 0, 250, DateTimeKind.Utc);

    [Test]
    public void A_value_comes_back_as_it_was_written() => Assert.Multiple(() =>
    {
        Assert.That(Back(""), Is.Empty);
        Assert.That(Back("ä€😀\0\n\"\\"), Is.EqualTo("ä€😀\0\n\"\\"));
        Assert.That(Back<string?>(null), Is.Null);
        Assert.That(Back(int.MinValue), Is.EqualTo(int.MinValue));
        Assert.That(Back(long.MaxValue), Is.EqualTo(long.MaxValue));
        Assert.That(Back(ulong.MaxValue), Is.EqualTo(ulong.MaxValue));
        Assert.That(Back(double.NegativeInfinity), Is.EqualTo(double.NegativeInfinity));
        Assert.That(Back(double.NaN), Is.NaN);
        Assert.That(Back(0.1f), Is.EqualTo(0.1f));
        Assert.That(Back(12.5m), Is.EqualTo(12.5m));
        Assert.That(Back<int?>(null), Is.Null);
        Assert.That(Back(DayOfWeek.Friday), Is.EqualTo(DayOfWeek.Friday));
        Assert.That(Back(Guid.Empty), Is.EqualTo(Guid.Empty));
        Assert.That(Back(Noon), Is.EqualTo(Noon));
        Assert.That(Back(new DateTimeOffset(Noon).ToOffset(TimeSpan.FromHours(2))), Is.EqualTo(new DateTimeOffset(Noon)));
        Assert.That(Back(new Dictionary<DateTime, int> { [Noon] = 1 }), Is.EqualTo(new Dictionary<DateTime, int> { [Noon] = 1 }));
        Assert.That(Back(new DateTime(2026, 3, 4)), Is.EqualTo(new DateTime(2026, 3, 4)));
    });

    [TestCase(0)]
    [TestCase(255)]
    [TestCase(256)]
    [TestCase(65536)]
    public void Binary_of_any_length_comes_back_at_any_depth(int length)
    {
        var data = new byte[length];
        new Random(length).NextBytes(data);
        var nested = Back(new Box("a", data, [new("b", data, [])]));
        Assert.Multiple(() =>
        {
            Assert.That(Back(data), Is.EqualTo(data));
            Assert.That(Back((ReadOnlyMemory<byte>)data).ToArray(), Is.EqualTo(data));
            Assert.That(nested!.Data, Is.EqualTo(data));
            Assert.That(nested.Inner.Single().Data, Is.EqualTo(data));
        });
    }

    [TestCase(15)]
    [TestCase(16)]
    [TestCase(70_000)]
    public void Arrays_and_maps_of_any_count_come_back(int count)
    {
        var items = Enumerable.Range(0, count).ToArray();
        Assert.That(Back(items), Is.EqualTo(items));
        var named = items.ToDictionary(item => $"k{item}");
        Assert.That(Back(named)!.SequenceEqual(named));
        Assert.That(Back(new[] { items, items }), Is.EqualTo(new[] { items, items }));
    }

    [TestCase(31)]
    [TestCase(32)]
    [TestCase(256)]
    [TestCase(65536)]
    public void Text_of_any_length_comes_back(int length)
    {
        var text = new string('x', length);
        Assert.That(Back(text), Is.EqualTo(text));
        Assert.That(Back(new[] { text, text + "\n" }), Is.EqualTo(new[] { text, text + "\n" }));
    }

    [Test]
    public void Binary_and_dates_are_no_text_on_the_wire()
    {
        Assert.That(Written(new { data = new byte[] { 1 }, no = (byte[]?)null, at = DateTime.UnixEpoch }), Is.EqualTo("83a464617461c40101a26e6fc0a26174d7000000000000000000"));
        Assert.That(Written<object>(new byte[] { 7 }), Is.EqualTo("c40107"));
        Assert.That(Written<object?[]>([null, new byte[] { 1 }, null, DateTimeOffset.UnixEpoch]), Is.EqualTo("94c0c40101c0d7000000000000000000"));
    }

    [Test]
    public void What_the_options_want_in_a_way_of_their_own_goes_that_way()
    {
        var options = new SocketIoOptions().Json;
        options.Converters.Add(new Shouting());
        options.NumberHandling = JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString;
        var parser = new MessagePackPacketParser(options);
        Assert.That(Hex(parser, new One<string>("a")), Does.Contain("a141"));
        Assert.That(Hex(parser, new One<int>(7)), Does.Contain("a137"));
    }

    [Test]
    public void A_value_that_does_not_convert_is_the_argument_s_error()
    {
        var error = Assert.Throws<EventArgumentException>(() => Wire.Read<int>(0xA1, (byte)'x'))!;
        Assert.Multiple(() =>
        {
            Assert.That(error.EventName, Is.EqualTo("e"));
            Assert.That(error.Index, Is.Zero);
            Assert.That(error.TargetType, Is.EqualTo(typeof(int)));
        });
        Assert.Throws<EventArgumentException>(() => Wire.Read<int>(0xCE, 0xFF, 0xFF, 0xFF, 0xFF));
        Assert.Throws<EventArgumentException>(() => Wire.Read<byte[]>(1));
    }

    [Test]
    public void A_property_that_is_undefined_is_none_and_a_number_may_be_a_key()
    {
        Assert.That(Wire.Read<JsonElement>(0x82, 0xA1, (byte)'a', 0xD4, 0, 0, 0xA1, (byte)'b', 1).GetRawText(), Is.EqualTo("""{"b":1}"""));
        Assert.That(Wire.Read<JsonElement>(0x82, 7, 1, 0xCF, 255, 255, 255, 255, 255, 255, 255, 255, 2).GetRawText(), Is.EqualTo("""{"7":1,"18446744073709551615":2}"""));
        Assert.That(Wire.Read<JsonElement>(0x91, 0xD4, 0, 0).GetRawText(), Is.EqualTo("[null]"));
    }

    [Test]
    public void A_date_that_dotnet_does_not_have_and_NaN_in_an_array_read_as_null()
    {
        Assert.That(Wire.Read<DateTime?>(0xD7, 0, 0x7F, 255, 255, 255, 255, 255, 255, 255), Is.Null);
        Assert.That(Wire.Read<double?[]>(0x91, 0xCB, 0x7F, 0xF8, 0, 0, 0, 0, 0, 0), Is.EqualTo(new double?[] { null }));
    }

    [Test]
    public void NaN_and_infinities_are_floats_wherever_they_stand_as_in_notepack()
    {
        const string NaN = "cbfff8000000000000";
        const string Infinity = "cb7ff0000000000000";
        Assert.That(Written(double.NaN), Is.EqualTo(NaN));
        Assert.That(Written<object>(double.PositiveInfinity), Is.EqualTo(Infinity));
        Assert.That(Written(float.PositiveInfinity), Is.EqualTo(Infinity));
        Assert.That(Written(Half.PositiveInfinity), Is.EqualTo(Infinity));
        Assert.That(Written<double?>(double.NaN), Is.EqualTo(NaN));
        Assert.That(Written(new[] { double.NaN, 1, float.PositiveInfinity }), Is.EqualTo($"93{NaN}01{Infinity}"));
        Assert.That(
            Written(new { A = double.NaN, B = new Dictionary<string, object?> { ["c"] = float.NaN, ["d"] = new byte[] { 7 } }, E = Noon, F = Half.NaN }),
            Is.EqualTo($"84a161{NaN}a16282a163{NaN}a164c40107a165d7000000019cb8b81efaa166{NaN}"));
    }

    [Test]
    public void Json_that_the_application_built_is_written_like_other_values()
    {
        var node = new JsonObject { ["a"] = double.NaN, ["b"] = new JsonArray(JsonValue.Create(new byte[] { 7 }), JsonValue.Create(Noon), JsonNode.Parse("\"\\ud83d\"")) };
        const string Array = "93c40107d7000000019cb8b81efaa3efbfbd";
        Assert.That(Written(node), Is.EqualTo($"82a161cbfff8000000000000a162{Array}"));
        using var document = JsonDocument.Parse("[\"\\ud83d\"]");
        Assert.That(Written(document), Is.EqualTo("91a3efbfbd"));
    }

    [Test]
    public void An_argument_that_cannot_be_written_fails_and_the_next_packet_is_whole()
    {
        Assert.Throws<InvalidOperationException>(() => Written(new Failing()));
        Assert.That(Written(1), Is.EqualTo("01"));
    }

    [Test]
    public void A_packet_written_inside_of_another_one_is_whole_and_so_is_the_other()
    {
        var inner = "";
        var value = new Nesting(() => inner = Written(new[] { "inner" }));
        Assert.That(Written(value), Is.EqualTo("82a46e616d65a178a464617461c40101"));
        Assert.That(inner, Is.EqualTo("91a5696e6e6572"));
    }

    private static T? Back<T>(T value)
    {
        var packet = Wire.Written(output => Wire.Parser.WriteEvent(output, "/", "e", new One<T>(value), PacketHeader.NoId));
        return Wire.Open(packet).Read<T>();
    }

    private static string Written<T>(T value)
    {
        var hex = Hex(Wire.Parser, new One<T>(value));
        var data = Convert.ToHexStringLower([0xA4, .. "data"u8, 0x92, 0xA1, (byte)'e']);
        var end = Convert.ToHexStringLower([0xA3, .. "nsp"u8, 0xA1, (byte)'/']);
        return hex[(hex.IndexOf(data, StringComparison.Ordinal) + data.Length)..^end.Length];
    }

    private static string Hex<T>(MessagePackPacketParser parser, One<T> argument) =>
        Convert.ToHexStringLower(Wire.Written(output => parser.WriteEvent(output, "/", "e", argument, PacketHeader.NoId)));

    private sealed record Box(string Name, byte[] Data, Box[] Inner);

    private sealed class Failing
    {
        public byte[] Data { get; } = [1];

        public int Fails => throw new InvalidOperationException();
    }

    private sealed class Nesting(Func<string> write)
    {
        public string Name
        {
            get
            {
                write();
                return "x";
            }
        }

        public byte[] Data { get; } = [1];
    }

    private sealed class Shouting : JsonConverter<string>
    {
        public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString()!;

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToUpperInvariant());
    }
}
