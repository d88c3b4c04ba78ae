using System.Text.Json;
using SocketIo.Protocol;

namespace SocketIo.Server.Tests.Protocol;

/// <summary>What the options of the serializer say about JSON text holds for packets: where they are checked, and where they are read.</summary>
public class ReaderOptionsTests
{
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(63)]
    [TestCase(200)]
    [TestCase(3000)]
    public void A_payload_may_be_as_deep_as_the_options_say_and_no_deeper(int depth)
    {
        var parser = Parser(options => options.MaxDepth = depth);
        Assert.That(Error(parser, Nested(depth)), Is.Null);
        Assert.That(Error(parser, Nested(depth + 1)), Is.EqualTo($"nested deeper than {depth} (Json.MaxDepth)"));
        if (depth > 1)
            Assert.That(Read<JsonElement>(parser, Nested(depth)).GetRawText(), Has.Length.EqualTo(2 * (depth - 1)));
    }

    [TestCase("2[\"a\",[1,2}")]
    [TestCase("2[\"a\",[[],]]")]
    [TestCase("2[\"a\",[,[]]]")]
    [TestCase("2[\"a\",[\"\\x\"]]")]
    public void What_is_wrong_at_the_greatest_depth_is_not_the_depth(string packet) =>
        Assert.That(Error(Parser(options => options.MaxDepth = 3), packet), Is.EqualTo("invalid payload"));

    [TestCase(100)]
    [TestCase(1000)]
    public void Placeholders_are_checked_at_any_depth(int depth)
    {
        var parser = Parser(options => options.MaxDepth = depth);
        Assert.That(Error(parser, Deep(depth, 0)), Is.Null);
        Assert.That(Error(parser, Deep(depth, 1)), Is.EqualTo("illegal attachments"));
        Assert.That(Error(parser, Deep(depth + 1, 0)), Is.EqualTo($"nested deeper than {depth} (Json.MaxDepth)"));
    }

    [Test]
    public void A_great_depth_costs_no_memory_that_the_packet_does_not_have()
    {
        var parser = Parser(options => options.MaxDepth = int.MaxValue);
        Assert.That(Error(parser, Deep(1000, 0)), Is.Null);
        Assert.That(Error(parser, Deep(1000, 1)), Is.EqualTo("illegal attachments"));
    }

    [TestCase("2[\"a\",1,[2,],{\"b\":3,},]")]
    [TestCase("2[\"a\" , 1 , [ 2 , ] , { \"b\" : 3 , } , ]")]
    public void Trailing_commas_are_read_where_the_options_allow_them(string packet)
    {
        Assert.That(Error(Wire.Parser, packet), Is.EqualTo("invalid payload"));
        var parser = Parser(options => options.AllowTrailingCommas = true);
        Assert.That(Arguments(parser, packet), Is.EqualTo(new[] { "1", "[2]", "{\"b\":3}" }));
    }

    [TestCase("2[/**/\"a\"/*,*/,/*x*/ 1 /*]*/ //y,]\n,//\r\n[/**/2],{/*\"*/\"b\":/**/3}/**/]/**/")]
    [TestCase("2[\"a\",/*\\ud800*/1,/*\\*/[2]/*\\u*/,{\"b\":3}//\\\n]")]
    public void Comments_are_read_over_where_the_options_allow_them(string packet)
    {
        Assert.That(Error(Wire.Parser, packet), Is.EqualTo("invalid payload"));
        var parser = Parser(options => options.ReadCommentHandling = JsonCommentHandling.Skip);
        Assert.That(Arguments(parser, packet), Is.EqualTo(new[] { "1", "[2]", "{\"b\":3}" }));
    }

    [Test]
    public void Comments_and_trailing_commas_of_a_binary_packet_and_of_the_auth_are_read_over_as_well()
    {
        var parser = Parser(options =>
        {
            options.ReadCommentHandling = JsonCommentHandling.Skip;
            options.AllowTrailingCommas = true;
        });
        Assert.That(Wire.Open(parser, "51-[\"e\",{\"_placeholder\":/*!*/true,\"num\":0,}/**/,]", [7]).Read<byte[]>(), Is.EqualTo(new byte[] { 7 }));
        Assert.That(Arguments(parser, "37[1/**/,]"), Is.EqualTo(new[] { "1" }));
        Assert.That(Arguments(parser, "37[/**/]"), Is.Empty);

        ReadOnlySpan<byte> connect = "0{\"token\":/**/1,}"u8;
        Assert.That(parser.TryReadHeader(ref connect, Wire.Limits, out var header, out _));
        Assert.That(parser.ReadAuth(connect, header).GetProperty("token").GetInt32(), Is.EqualTo(1));
    }

    [Test]
    public void What_is_written_may_be_as_deep_as_what_is_read()
    {
        var parser = Parser(options => options.MaxDepth = 1500);
        var value = Read<JsonElement>(parser, Nested(1500));
        var written = Wire.Messages(new PacketEncoder(parser).WriteEvent("/", "a", new Args<JsonElement>(value), PacketHeader.NoId));
        Assert.That(written, Is.EqualTo(new[] { "4" + Nested(1500) }));
    }

    private static JsonPacketParser Parser(Action<JsonSerializerOptions> change)
    {
        var options = ArgumentOptions.CreateDefault();
        change(options);
        return new JsonPacketParser(options);
    }

    private static string? Error(PacketParser parser, string packet)
    {
        ReadOnlySpan<byte> bytes = Wire.Bytes(packet);
        parser.TryReadHeader(ref bytes, Wire.Limits, out _, out var error);
        return error;
    }

    private static T? Read<T>(PacketParser parser, string packet) => Wire.Open(parser, packet).Read<T>();

    // compact, as the serializer writes them
    private static string[] Arguments(PacketParser parser, string packet)
    {
        var skipping = Wire.Open(parser, packet);
        var reader = Wire.Open(parser, packet);
        var texts = new List<string>();
        for (; reader.HasMore; skipping.Skip())
        {
            texts.Add(JsonSerializer.Serialize(reader.Read<JsonElement>()));
            Assert.That(skipping.HasMore);
        }
        Assert.That(skipping.HasMore, Is.False);
        return [.. texts];
    }

    private static string Nested(int depth) =>
        depth == 1 ? "2[\"a\"]" : "2[\"a\"," + new string('[', depth - 1) + new string(']', depth);

    private static string Deep(int depth, int number) =>
        "51-[\"a\"," + new string('[', depth - 2) + "{\"_placeholder\":true,\"num\":" + number + "}" + new string(']', depth - 1);
}
