using System.Text.Json;
using System.Text.Json.Serialization;
using SocketIo.Protocol;

namespace SocketIo.MessagePack.Tests;

/// <summary>What an argument is read as where the application does not say what it is: the same as from JSON.</summary>
public class AnyValueTests
{
    private static readonly DateTime Noon = new(2026, 3, 4, 12, 0, 0, 250, DateTimeKind.Utc);

    private sealed record Envelope(object? Body, object? More);

    private static IEnumerable<TestCaseData<object?, object?>> Plain =>
    [
        new(null, null),
        new(true, true),
        new(7, 7L),
        new(long.MinValue, long.MinValue),
        new(1.0, 1L),
        new(1.5, 1.5),
        new(double.NaN, double.NaN),
        new(double.NegativeInfinity, double.NegativeInfinity),
        new("x😀", "x😀"),
        new("AQID", "AQID"),
        new(new byte[] { 1, 2, 3 }, new byte[] { 1, 2, 3 }),
        new(Array.Empty<byte>(), Array.Empty<byte>()),
        new(Noon, Noon),
        new(new object?[] { 1, null, Array.Empty<byte>(), "", double.NaN }, new List<object?> { 1L, null, Array.Empty<byte>(), "", double.NaN }),
        new(new { a = new byte[] { 1 }, b = "AQ==", c = Noon }, new Dictionary<string, object?> { ["a"] = new byte[] { 1 }, ["b"] = "AQ==", ["c"] = Noon }),
    ];

    [TestCaseSource(nameof(Plain))]
    public void A_value_is_one_of_dotnet_and_emitted_again_it_is_the_same(object? sent, object? value)
    {
        var any = Wire.Open(Packet(sent)).Read<object?>();
        Assert.That(any, Is.EqualTo(value));
        Assert.That(any?.GetType(), Is.EqualTo(value?.GetType()));
        Assert.That(Packet(any), Is.EqualTo(Packet(sent)));
    }

    [Test]
    public void A_property_and_an_element_may_be_anything_too()
    {
        var envelope = Wire.Open(Packet(new { body = new byte[] { 7 }, more = new object[] { "Bw==", new byte[] { 8 } } })).Read<Envelope>()!;
        Assert.That(envelope.Body, Is.EqualTo(new byte[] { 7 }));
        Assert.That(envelope.More, Is.EqualTo(new List<object?> { "Bw==", new byte[] { 8 } }));
    }

    [Test]
    public void What_notepack_gives_as_type_and_bytes_is_a_list_of_them() =>
        Assert.That(Wire.Read<object?>(0xD4, 5, 9), Is.EqualTo(new List<object?> { 5L, new byte[] { 9 } }));

    [Test]
    public void Undefined_is_null_and_as_a_property_none()
    {
        Assert.That(Wire.Read<object?>(0xD4, 0, 0), Is.Null);
        Assert.That(Wire.Read<object?>(0x82, 0xA1, (byte)'a', 0xD4, 0, 0, 0xA1, (byte)'b', 1), Is.EqualTo(new Dictionary<string, object?> { ["b"] = 1L }));
    }

    [Test]
    public void Twice_the_same_text_is_binary_only_where_it_was()
    {
        var many = Enumerable.Range(0, 2000).SelectMany(static i => new object[] { BitConverter.GetBytes(i), Convert.ToBase64String(BitConverter.GetBytes(i)) }).ToArray();
        Assert.That(Wire.Open(Packet(many)).Read<object?>(), Is.EqualTo(many.ToList()));
    }

    // What stands for binary data is found by where it is in the text, so a text of the converter's own must not be taken for it.
    [Test]
    public void A_converter_may_read_a_part_or_a_text_of_its_own()
    {
        var options = new SocketIoOptions().Json;
        options.Converters.Add(new PairConverter());
        var parser = new MessagePackPacketParser(options);
        ReadOnlySpan<byte> packet = Packet(new object[] { "AQ==", new byte[] { 1 }, "AQ==" });
        Assert.That(parser.TryReadHeader(ref packet, Wire.Limits, out var header, out _));
        var pair = parser.OpenEvent(packet, header, []).Read<Pair>()!;
        Assert.That(pair.Parts, Is.EqualTo(new object[] { "AQ==", new byte[] { 1 }, "AQ==" }));
        Assert.That(pair.Own, Is.EqualTo(new List<object?> { "AQ==", "AQ==", "AQ==" }));
    }

    private static byte[] Packet(object? argument) =>
        Wire.Written(output => Wire.Parser.WriteEvent(output, "/", "e", new One<object?>(argument), PacketHeader.NoId));

    private sealed record Pair(List<object?> Parts, object? Own);

    private sealed class PairConverter : JsonConverter<Pair>
    {
        public override Pair Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var parts = new List<object?>();
            while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
                parts.Add(JsonSerializer.Deserialize<object?>(ref reader, options));
            return new Pair(parts, JsonSerializer.Deserialize<object?>("""["AQ==","AQ==","AQ=="]""", options));
        }

        public override void Write(Utf8JsonWriter writer, Pair value, JsonSerializerOptions options) => throw new NotSupportedException();
    }
}
