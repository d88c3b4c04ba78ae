using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using SocketIo.Protocol;

namespace SocketIo.Server.Tests.Protocol;

public class ArgumentReaderTests
{
    private sealed record Message(string Text, int Count);

    private sealed record Positive
    {
        public Positive(int value) => Value = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value));

        public int Value { get; }
    }

    [TestCase("2[\"foo\"]", "foo")]
    [TestCase("2[\"\"]", "")]
    [TestCase("2[ \"foo\" , 1]", "foo")]
    [TestCase("2[\"größe 😀\"]", "größe 😀")]
    [TestCase("2[\"a\\tb\\\"\\\\\\/\\b\\f\\n\\r\"]", "a\tb\"\\/\b\f\n\r")]
    [TestCase("2[\"x\\u00e4y\\ud83d\\ude00z\",1]", "xäy😀z")]
    [TestCase("2[\"5 \\u20AC\"]", "5 €")]
    [TestCase("2[\"a\\ud800b\"]", "a\uFFFDb")]
    [TestCase("2[\"a\\ud800\\ud83d\\ude00\"]", "a\uFFFD😀")]
    [TestCase("2[\"a\\ude00\"]", "a\uFFFD")]
    [TestCase("2[7,\"a\"]", "7")]
    [TestCase("2[-1.50,\"a\"]", "-1.50")]
    [TestCase("2/admin,12[\"foo\"]", "foo")]
    public void The_event_name_is_unescaped(string packet, string name) =>
        Assert.That(Wire.EventName(packet), Is.EqualTo(name));

    [Test]
    public void Arguments_follow_one_after_the_other()
    {
        var reader = Wire.Open("2[\"e\", \"a\" ,1,\t{\"text\":\"t\",\"count\":2} , [1,2],true ,1.5,9007199254740993]");
        Assert.That(reader.Index, Is.Zero);
        Assert.That(reader.Read<string>(), Is.EqualTo("a"));
        Assert.That(reader.Read<int>(), Is.EqualTo(1));
        Assert.That(reader.Read<Message>(), Is.EqualTo(new Message("t", 2)));
        Assert.That(reader.Read<int[]>(), Is.EqualTo(new[] { 1, 2 }));
        Assert.That(reader.Read<bool>(), Is.True);
        Assert.That(reader.Read<double>(), Is.EqualTo(1.5));
        Assert.That(reader.HasMore, Is.True);
        Assert.That(reader.Read<long>(), Is.EqualTo(9007199254740993));
        Assert.That(reader.HasMore, Is.False);
        Assert.That(reader.Index, Is.EqualTo(7));
    }

    [TestCase("313[]")]
    [TestCase("313[ ] ")]
    [TestCase("313")]
    [TestCase("2[\"e\"]")]
    [TestCase("2[ \"e\" ] ")]
    public void Missing_arguments_are_default(string packet)
    {
        var reader = Wire.Open(packet);
        Assert.That(reader.HasMore, Is.False);
        Assert.That(reader.Read<string>(), Is.Null);
        Assert.That(reader.Read<int>(), Is.Zero);
        Assert.That(reader.Read<Message>(), Is.Null);
        Assert.That(reader.Read<JsonElement>().ValueKind, Is.EqualTo(JsonValueKind.Undefined));
        Assert.That(reader.Index, Is.EqualTo(4));
    }

    [Test]
    public void An_ack_has_arguments_from_the_first_element_on()
    {
        var reader = Wire.Open("3/admin,13[ \"bar\",2]");
        Assert.That(reader.Read<string>(), Is.EqualTo("bar"));
        Assert.That(reader.Read<int>(), Is.EqualTo(2));
        Assert.That(reader.HasMore, Is.False);
    }

    [Test]
    public void Every_argument_can_be_taken_as_json()
    {
        Assert.That(
            Wire.Arguments("2[\"e\",\"],[\",{\"a\":\"}\"},[[],[\"]\"]],null,-1e5,false]"),
            Is.EqualTo(new[] { "\"],[\"", "{\"a\":\"}\"}", "[[],[\"]\"]]", "null", "-1e5", "false" }));
    }

    [Test]
    public void Untyped_arguments_are_read_as_elements_and_nodes_where_those_are_asked_for()
    {
        var reader = Wire.Open("2[\"e\",{\"a\":1},{\"a\":1},null]");
        Assert.That(reader.Read<JsonElement>().GetProperty("a").GetInt32(), Is.EqualTo(1));
        Assert.That((int)reader.Read<JsonNode>()!["a"]!, Is.EqualTo(1));
        Assert.That(reader.Read<object>(), Is.Null);
    }

    [Test]
    public void A_null_is_null_for_types_that_have_it()
    {
        var reader = Wire.Open("2[\"e\",null,null,null,null,null]");
        Assert.That(reader.Read<string>(), Is.Null);
        Assert.That(reader.Read<int?>(), Is.Null);
        Assert.That(reader.Read<Message>(), Is.Null);
        Assert.That(reader.Read<byte[]>(), Is.Null);
        Assert.That(reader.Read<ReadOnlyMemory<byte>>().IsEmpty, Is.True);
    }

    [Test]
    public void A_string_is_read_with_its_escapes_and_unicode() =>
        Assert.That(Wire.Read<string>("2[\"e\",\"ä\\n\\ud83d\\ude00😀\"]"), Is.EqualTo("ä\n😀😀"));

    [Test]
    public void Numbers_in_strings_are_read_as_the_options_say() =>
        Assert.That(Wire.Read<int>("2[\"e\",\"12\"]"), Is.EqualTo(12));

    [Test]
    public void A_value_that_does_not_convert_names_event_index_and_type()
    {
        var error = Catch<int>("2[\"größe\",1,\"x\"]", skip: 1);
        Assert.That(error.EventName, Is.EqualTo("größe"));
        Assert.That(error.Index, Is.EqualTo(1));
        Assert.That(error.TargetType, Is.EqualTo(typeof(int)));
        Assert.That(error.InnerException, Is.InstanceOf<JsonException>());
        Assert.That(
            error.Message,
            Does.StartWith("Argument 1 of event 'größe' cannot be read as System.Int32: The JSON value could not be converted to System.Int32. Path: $ "));
    }

    [Test]
    public void A_value_of_an_ack_that_does_not_convert_has_no_event_name()
    {
        var error = Catch<Message>("31[7]");
        Assert.That(error.EventName, Is.Null);
        Assert.That(error.Message, Does.StartWith("Argument 0 of an ack cannot be read as "));
    }

    [Test]
    public void Every_kind_of_bad_value_is_the_same_exception()
    {
        Catch<int>("2[\"e\",null]");
        Catch<int>("2[\"e\",1.5]");
        Catch<int>("2[\"e\",2147483648]");
        Catch<bool>("2[\"e\",1]");
        Catch<string>("2[\"e\",1]");
        Catch<Message>("2[\"e\",[]]");
        Catch<byte[]>("2[\"e\",\"no base64!\"]");
        Assert.That(Catch<Positive>("2[\"e\",{\"value\":0}]").InnerException, Is.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void A_converter_of_the_user_is_not_bypassed()
    {
        var options = ArgumentOptions.CreateDefault();
        options.Converters.Add(new UpperCaseConverter());
        var parser = new JsonPacketParser(options);
        Assert.That(Wire.Open(parser, "2[\"e\",\"abc\"]").Read<string>(), Is.EqualTo("ABC"));
        Assert.That(
            Wire.Messages(new PacketEncoder(parser).WriteEvent("/", "e", new Args<string, object>("abc", "def"), PacketHeader.NoId)),
            Is.EqualTo(new[] { "42[\"e\",\"ABC\",\"DEF\"]" }));
    }

    private static EventArgumentException Catch<T>(string packet, int skip = 0)
    {
        var reader = Wire.Open(packet);
        for (; skip > 0; skip--)
            reader.Read<JsonElement>();
        try
        {
            reader.Read<T>();
        }
        catch (EventArgumentException error)
        {
            return error;
        }

        throw new AssertionException($"{packet} was read as {typeof(T)}");
    }

    private sealed class UpperCaseConverter : JsonConverter<string>
    {
        public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetString()!.ToUpperInvariant();

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToUpperInvariant());
    }
}
