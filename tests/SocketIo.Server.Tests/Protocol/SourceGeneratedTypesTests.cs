using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using SocketIo.Protocol;

namespace SocketIo.Server.Tests.Protocol;

public sealed record Upload(string FileName, byte[] Data, Upload? Next);

[JsonSerializable(typeof(Upload))]
internal sealed partial class UploadContext : JsonSerializerContext;

public class SourceGeneratedTypesTests
{
    private static readonly JsonPacketParser Parser = Wire.ParserWith(UploadContext.Default);

    private sealed record Unknown(int Value);

    [Test]
    public void A_generated_type_is_written_with_its_attachments() =>
        Assert.That(
            Wire.Messages(new PacketEncoder(Parser).WriteEvent("/", "e", new Args<Upload>(new("a", [1], new("b", [2], null))), -1)),
            Is.EqualTo(new[]
            {
                "452-[\"e\",{\"fileName\":\"a\",\"data\":{\"_placeholder\":true,\"num\":0},\"next\":"
                + "{\"fileName\":\"b\",\"data\":{\"_placeholder\":true,\"num\":1},\"next\":null}}]",
                "#01",
                "#02",
            }));

    [Test]
    public void A_generated_type_typed_object_is_written_with_its_attachments() =>
        Assert.That(
            Wire.Messages(new PacketEncoder(Parser).WriteAck("/", 1, new Args<object>(new Upload("a", [1], null)))),
            Is.EqualTo(new[] { "461-1[{\"fileName\":\"a\",\"data\":{\"_placeholder\":true,\"num\":0},\"next\":null}]", "#01" }));

    [Test]
    public void A_generated_type_is_read_with_its_attachments()
    {
        var upload = Wire.Open(
            Parser, "51-[\"e\",{\"fileName\":\"a\",\"data\":{\"_placeholder\":true,\"num\":0}}]", [1, 2]).Read<Upload>()!;
        Assert.That(upload.FileName, Is.EqualTo("a"));
        Assert.That(upload.Data, Is.EqualTo(new byte[] { 1, 2 }));
    }

    [Test]
    public void Ordinary_types_need_not_be_in_the_context()
    {
        var reader = Wire.Open(
            Parser, "51-[\"e\",\"a\",1,2,true,1.5,null,{},{\"a\":1},[\"x\"],{\"_placeholder\":true,\"num\":0},1.0,[]]", [8]);
        Assert.That(reader.Read<string>(), Is.EqualTo("a"));
        Assert.That(reader.Read<int>(), Is.EqualTo(1));
        Assert.That(reader.Read<long>(), Is.EqualTo(2));
        Assert.That(reader.Read<bool>(), Is.True);
        Assert.That(reader.Read<double>(), Is.EqualTo(1.5));
        Assert.That(reader.Read<int?>(), Is.Null);
        Assert.That(reader.Read<JsonElement>().ValueKind, Is.EqualTo(JsonValueKind.Object));
        Assert.That((int)reader.Read<JsonNode>()!["a"]!, Is.EqualTo(1));
        Assert.That(reader.Read<string[]>(), Is.EqualTo(new[] { "x" }));
        Assert.That(reader.Read<ReadOnlyMemory<byte>>().ToArray(), Is.EqualTo(new byte[] { 8 }));
        Assert.That(reader.Read<decimal>(), Is.EqualTo(1m));
        Assert.That(reader.Read<object>(), Is.EqualTo(new List<object?>()));
    }

    [Test]
    public void Any_value_that_was_read_can_be_sent()
    {
        var value = Wire.Open(Parser, "51-[\"e\",{\"a\":[1,1.5,true,\"x\",null,{\"_placeholder\":true,\"num\":0}]}]", [8]).Read<object?>();
        Assert.That(
            Wire.Messages(new PacketEncoder(Parser).WriteEvent("/", "e", new Args<object?>(value), -1)),
            Is.EqualTo(new[] { "451-[\"e\",{\"a\":[1,1.5,true,\"x\",null,{\"_placeholder\":true,\"num\":0}]}]", "#08" }));
    }

    [Test]
    public void A_type_that_nobody_described_is_not_reflected_upon() =>
        Assert.Throws<NotSupportedException>(() => new PacketEncoder(Parser).WriteEvent("/", "e", new Args<Unknown>(new(1)), -1));
}
