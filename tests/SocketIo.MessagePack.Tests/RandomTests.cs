using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SocketIo.Protocol;

namespace SocketIo.MessagePack.Tests;

/// <summary>Random input, the same in each run: the number of a failed round is its seed.</summary>
public class RandomTests
{
    private const int Rounds = 2000;

    [Test]
    public void Any_value_comes_back_as_it_was_written()
    {
        for (var seed = 0; seed < Rounds; seed++)
        {
            var value = Value(new Random(seed), 5);
            var packet = Wire.Written(output => Wire.Parser.WriteEvent(output, "/", "e", new One<JsonNode?>(value), PacketHeader.NoId));
            var back = Wire.Open(packet).Read<JsonNode>();
            Assert.That(JsonNode.DeepEquals(back, value), $"seed {seed}: {value?.ToJsonString()} became {back?.ToJsonString()}");
        }
    }

    [Test]
    public void No_bytes_make_the_parser_throw()
    {
        var accepted = 0;
        for (var seed = 0; seed < 20 * Rounds; seed++)
        {
            var packet = Damaged(new Random(seed));
            if (Wire.Error(packet) is not null || Wire.Header(packet).Type is not PacketType.Event)
                continue;
            accepted++;
            Assert.DoesNotThrow(() => Wire.Arguments(packet), $"seed {seed}");
        }
        Assert.That(accepted, Is.GreaterThan(Rounds));
    }

    // A good packet with a few bytes changed.
    private static byte[] Damaged(Random random)
    {
        var packet = Wire.Written(output => Wire.Parser.WriteEvent(output, "/", "e", new One<JsonNode?>(Value(random, 4)), random.Next(2) - 1));
        for (var i = random.Next(4); i > 0; i--)
            packet[random.Next(packet.Length)] = (byte)random.Next(256);
        return packet;
    }

    private static JsonNode? Value(Random random, int depth) => random.Next(depth > 0 ? 8 : 6) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 => random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64),
        3 => ulong.MaxValue - (ulong)random.Next(),
        4 => JsonNode.Parse(JsonSerializer.Serialize(random.NextDouble() * 1e10 + 0.5)),
        5 => Text(random),
        6 => new JsonArray([.. Enumerable.Range(0, random.Next(20)).Select(_ => Value(random, depth - 1))]),
        _ => new JsonObject(Enumerable.Range(0, random.Next(20)).Select(i => KeyValuePair.Create(i + Text(random), Value(random, depth - 1)))),
    };

    private static string Text(Random random)
    {
        var text = new StringBuilder();
        for (var i = random.Next(40); i > 0; i--)
            text.Append(new Rune(random.Next(10) == 0 ? random.Next(0x1F300, 0x1F600) : random.Next(0, 0x250)));
        return text.ToString();
    }
}
