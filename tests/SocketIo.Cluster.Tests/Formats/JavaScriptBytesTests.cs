using System.Buffers;
using System.Globalization;
using System.Text;

namespace SocketIo.Cluster.Tests.Formats;

/// <summary>What is written equals, byte by byte, what the official adapters have been seen to write for the same message.</summary>
public class JavaScriptBytesTests
{
    [TestCaseSource(typeof(Samples), nameof(Samples.Messages))]
    public void A_captured_message_that_is_read_and_written_again_has_the_same_bytes(byte[] bytes, MessagePackFlavor? flavor)
    {
        var message = Read(bytes, flavor);
        // emitters have another order of members, and the namespace in the packet
        if (message.Sender is ClusterMessage.EmitterId)
        {
            Assert.That(message.Type, Is.EqualTo(MessageType.Broadcast).Or.EqualTo(MessageType.ServerSideEmit).Or.InRange(MessageType.SocketsJoin, MessageType.DisconnectSockets));
            return;
        }
        Assert.That(Convert.ToHexString(Write(message, flavor)), Is.EqualTo(Convert.ToHexString(bytes)));
    }

    [TestCaseSource(typeof(Samples), nameof(Samples.StreamEntries))]
    public void A_captured_entry_of_a_stream_that_is_read_and_written_again_has_the_same_data(params string[] arguments)
    {
        var fields = arguments[5..].Chunk(2).ToDictionary(static pair => pair[0], static pair => pair[1]);
        var type = (MessageType)int.Parse(fields["type"], CultureInfo.InvariantCulture);
        var isJson = fields["data"][0] == '{';
        var data = isJson ? Encoding.UTF8.GetBytes(fields["data"]) : Convert.FromBase64String(fields["data"]);
        string? error;
        Assert.That(
            isJson
                ? ClusterJson.TryReadData(data, type, fields["uid"], fields["nsp"], out var message, out error)
                : ClusterMessagePack.TryReadData(data, type, fields["uid"], fields["nsp"], out message, out error),
            error);

        var output = new ArrayBufferWriter<byte>();
        if (isJson)
            ClusterJson.WriteData(message!, output);
        else
            ClusterMessagePack.WriteData(message!, output, MessagePackFlavor.Official);
        if (message!.Sender is not ClusterMessage.EmitterId)
            Assert.That(Encoding.UTF8.GetString(output.WrittenSpan), Is.EqualTo(Encoding.UTF8.GetString(data)));
    }

    private static IEnumerable<TestCaseData> Values() => Samples.Of("msgpack")
        .Select(static entry => new TestCaseData(
            entry.GetProperty("name").GetString()!, entry.GetProperty("notepack").GetString()!, entry.GetProperty("msgpack").GetString()!));

    private static IEnumerable<TestCaseData> ValuesOfJson() => Values().Where(static value => JsonOf((string)value.Arguments[0]!) is not null);

    [TestCaseSource(nameof(ValuesOfJson))]
    public void A_value_is_written_as_each_of_the_two_libraries_writes_it(string name, string notepack, string official)
    {
        Assert.Multiple(() =>
        {
            Assert.That(Written(MessagePackFlavor.Notepack), Is.EqualTo(notepack));
            Assert.That(Written(MessagePackFlavor.Official), Is.EqualTo(official));
        });

        string Written(MessagePackFlavor flavor)
        {
            var output = new ArrayBufferWriter<byte>();
            ClusterMessagePack.WriteValue(JsonOf(name)!.Value, output, flavor);
            return Convert.ToHexStringLower(output.WrittenSpan);
        }
    }

    [TestCaseSource(nameof(Values))]
    public void A_value_of_either_library_is_read_as_JavaScript_would_write_it_in_JSON(string name, string notepack, string official)
    {
        foreach (var hex in (string[])[notepack, official])
        {
            Assert.That(ClusterMessagePack.TryReadValue(Convert.FromHexString(hex), out var value, out var error), error);
            var expected = name switch
            {
                "undefined in object" => hex == notepack ? "{\"b\":1}" : "{\"a\":null,\"b\":1}",
                "undefined in array" => "[null]",
                "NaN" or "Infinity" => "null",
                "-0" => "0",
                "1e20" => hex == notepack ? "7766279631452241920" : "100000000000000000000", // notepack cuts it to 64 bits
                "lone surrogate" => hex == notepack ? "\"\U00010078\"" : "\"\uFFFD\uFFFD\uFFFDx\"", // notepack takes the x for the other half
                "date" => "\"2023-11-14T22:13:20.123Z\"",
                "date whole second" => "\"2023-11-14T22:13:20.000Z\"",
                "date before 1970" => "\"1969-12-31T23:59:59.999Z\"",
                "arraybuffer" => hex == official ? "{}" : "{\"_placeholder\":true,\"num\":0}",
                _ => Encoding.UTF8.GetString(JsonOf(name)!.Value.Json.Span),
            };
            Assert.That(Encoding.UTF8.GetString(value.Json.Span), Is.EqualTo(expected), hex);
        }
    }

    // Only the names of values that JSON has.
    private static PacketData? JsonOf(string name)
    {
        var binary = name switch
        {
            "bytes" => "00017f80ff",
            "uint8array" => "0102",
            "empty bytes" => "",
            _ => null,
        };
        if (binary is not null)
            return new PacketData("{\"_placeholder\":true,\"num\":0}"u8.ToArray(), [Convert.FromHexString(binary)]);
        var json = name switch
        {
            "2^32-1" => "4294967295",
            "2^32" => "4294967296",
            "2^53-1" => "9007199254740991",
            "2^53" => "9007199254740992",
            "-2^31" => "-2147483648",
            "-2^31-1" => "-2147483649",
            "-2^53+1" => "-9007199254740991",
            "str31" => $"\"{new string('a', 31)}\"",
            "str32" => $"\"{new string('a', 32)}\"",
            "utf8" => "\"ü€😀\"",
            "array" => "[1,[2]]",
            "object" => "{\"b\":1,\"a\":[2]}",
            "empty object" => "{}",
            "null" or "true" => name,
            _ => double.TryParse(name, CultureInfo.InvariantCulture, out _) && name is not ("1e20" or "-0" or "NaN" or "Infinity") ? name : null,
        };
        return json is null ? null : new PacketData(Encoding.UTF8.GetBytes(json));
    }

    private static ClusterMessage Read(byte[] bytes, MessagePackFlavor? flavor)
    {
        string? error;
        Assert.That(
            flavor is null ? ClusterJson.TryRead(bytes, out var message, out error) : ClusterMessagePack.TryRead(bytes, out message, out error), error);
        return message!;
    }

    private static byte[] Write(ClusterMessage message, MessagePackFlavor? flavor)
    {
        var output = new ArrayBufferWriter<byte>();
        if (flavor is { } known)
            ClusterMessagePack.Write(message, output, known);
        else
            ClusterJson.Write(message, output);
        return output.WrittenSpan.ToArray();
    }
}
