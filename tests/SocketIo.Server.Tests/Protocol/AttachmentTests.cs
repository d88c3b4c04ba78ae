using System.Text.Json;
using System.Text.Json.Serialization;
using SocketIo.Protocol;

namespace SocketIo.Server.Tests.Protocol;

public class AttachmentTests
{
    private sealed record File(string Name, byte[]? Data, Dictionary<string, ReadOnlyMemory<byte>> Parts);

    private sealed record Wrapped([property: JsonConverter(typeof(InnerJsonConverter))] byte[] Data);

    [Test]
    public void A_placeholder_is_replaced_by_its_attachment()
    {
        var reader = Wire.Open(
            "54-[\"e\",{\"_placeholder\":true,\"num\":1},{\"num\":0,\"_placeholder\":true},{\"_placeholder\":true,\"num\":2},"
            + "{\"_placeholder\":true,\"num\":3}]",
            [0], [1], [], [3]);
        Assert.That(reader.Read<byte[]>(), Is.EqualTo(new byte[] { 1 }));
        Assert.That(reader.Read<Memory<byte>>().ToArray(), Is.EqualTo(new byte[] { 0 }));
        Assert.That(reader.Read<ReadOnlyMemory<byte>>().ToArray(), Is.Empty);
        Assert.That(reader.Read<ArraySegment<byte>>().ToArray(), Is.EqualTo(new byte[] { 3 }));
    }

    [Test]
    public void A_nested_placeholder_is_replaced_by_its_attachment()
    {
        var file = Wire.Read<File>(
            "52-[\"e\",{\"name\":\"n\",\"data\":{\"_placeholder\":true,\"num\":0},\"parts\":{\"x\":{\"_placeholder\":true,\"num\":1}}}]",
            [1, 2], [3])!;
        Assert.That(file.Data, Is.EqualTo(new byte[] { 1, 2 }));
        Assert.That(file.Parts["x"].ToArray(), Is.EqualTo(new byte[] { 3 }));
        Assert.That(
            Wire.Read<List<byte[][]>>("52-[\"e\",[[{\"_placeholder\":true,\"num\":1},{\"_placeholder\":true,\"num\":0}]]]", [7], [8]),
            Is.EqualTo(new List<byte[][]> { new[] { new byte[] { 8 }, [7] } }));
    }

    [Test]
    public void An_ack_resolves_its_attachments() =>
        Assert.That(Wire.Read<byte[]>("61-15[{\"_placeholder\":true,\"num\":0}]", [5]), Is.EqualTo(new byte[] { 5 }));

    [Test]
    public void Binary_data_may_also_come_as_base64()
    {
        Assert.That(Wire.Read<byte[]>("2[\"e\",\"AQI=\"]"), Is.EqualTo(new byte[] { 1, 2 }));
        Assert.That(Wire.Read<File>("2[\"e\",{\"name\":\"\",\"data\":\"AQI=\",\"parts\":{}}]")!.Data, Is.EqualTo(new byte[] { 1, 2 }));
    }

    [TestCase("2[\"e\",{\"_placeholder\":true,\"num\":0}]")]
    [TestCase("51-[\"e\",{\"num\":0}]")]
    [TestCase("51-[\"e\",{\"_placeholder\":false,\"num\":0}]")]
    [TestCase("51-[\"e\",{\"_placeholder\":[true],\"num\":{\"a\":0}}]")]
    [TestCase("51-[\"e\",[1,2]]")]
    [TestCase("51-[\"e\",7]")]
    public void What_is_no_placeholder_does_not_become_binary(string packet)
    {
        Assert.Throws<EventArgumentException>(() => Wire.Read<byte[]>(packet));
    }

    [Test]
    public void Attachments_of_one_packet_are_gone_for_the_next()
    {
        Assert.Throws<EventArgumentException>(() => Wire.Read<int[]>("51-[\"e\",{\"_placeholder\":true,\"num\":0}]", [5]));
        Assert.Throws<EventArgumentException>(() => Wire.Read<byte[]>("2[\"e\",{\"_placeholder\":true,\"num\":0}]"));

        Wire.Read<byte[]>("51-[\"e\",{\"_placeholder\":true,\"num\":0}]", [5]);
        var options = new JsonSerializerOptions { Converters = { new ByteArrayConverter() } };
        Assert.Throws<JsonException>(
            () => JsonSerializer.Deserialize<byte[]>("{\"_placeholder\":true,\"num\":0}", options), "outside of a packet");
    }

    [Test]
    public void What_is_written_can_be_read()
    {
        var file = new File("ä", [1, 2, 3], new() { ["a"] = new byte[] { 4 }, ["b"] = default });
        var messages = Wire.Messages(Wire.Event(file));
        Assert.That(messages[0], Does.StartWith("453-"));

        var read = Wire.Read<File>(messages[0][1..], [.. messages[1..].Select(m => Convert.FromHexString(m.AsSpan(1)))])!;
        Assert.That(read.Name, Is.EqualTo("ä"));
        Assert.That(read.Data, Is.EqualTo(file.Data));
        Assert.That(read.Parts["a"].ToArray(), Is.EqualTo(new byte[] { 4 }));
        Assert.That(read.Parts["b"].IsEmpty);
    }

    [Test]
    public void Json_that_a_converter_writes_on_the_side_holds_base64() =>
        Assert.That(
            Wire.Messages(Wire.Event(new Wrapped([1]))), Is.EqualTo(new[] { "42[\"e\",{\"data\":\"[\\\"AQ==\\\"]\"}]" }));

    [Test]
    public void An_assembler_is_complete_with_the_last_attachment()
    {
        const string Packet = "52-/a,7[\"e\",{\"_placeholder\":true,\"num\":1}]";
        var source = Wire.Bytes(Packet);
        var assembler = new AttachmentAssembler(source, Wire.Header(Packet), maxBytes: 3);
        source.AsSpan().Clear();
        byte[] first = [1];

        Assert.That(assembler.Add(first), Is.EqualTo(AttachmentStatus.Incomplete));
        Assert.That(assembler.IsComplete, Is.False);
        first[0] = 9;
        Assert.That(assembler.Add([2, 3]), Is.EqualTo(AttachmentStatus.Complete));
        Assert.That(assembler.IsComplete, Is.True);
        Assert.That(assembler.ToArray(), Is.EqualTo(new byte[][] { [1], [2, 3] }));
        Assert.That(
            Wire.Parser.OpenEvent(assembler.Packet, assembler.Header, assembler.ToArray()).Read<byte[]>(),
            Is.EqualTo(new byte[] { 2, 3 }));
        Assert.Throws<InvalidOperationException>(() => assembler.Add([4]));
    }

    [Test]
    public void An_assembler_refuses_more_bytes_than_allowed()
    {
        const string Packet = "53-[\"e\"]";
        var assembler = new AttachmentAssembler(Wire.Bytes(Packet), Wire.Header(Packet), maxBytes: 3);
        Assert.That(assembler.Add([1, 2]), Is.EqualTo(AttachmentStatus.Incomplete));
        Assert.That(assembler.Add([1, 2]), Is.EqualTo(AttachmentStatus.TooLarge));
        Assert.That(assembler.Add([]), Is.EqualTo(AttachmentStatus.Incomplete));
        Assert.That(assembler.Add([3]), Is.EqualTo(AttachmentStatus.Complete));
    }

    [Test]
    public void An_assembler_is_for_packets_with_attachments() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new AttachmentAssembler("2[\"e\"]"u8, Wire.Header("2[\"e\"]"), 1));

    private sealed class InnerJsonConverter : JsonConverter<byte[]>
    {
        public override byte[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options) =>
            writer.WriteStringValue(JsonSerializer.Serialize<byte[][]>([value], options));
    }
}
