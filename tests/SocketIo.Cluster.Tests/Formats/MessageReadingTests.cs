using System.Buffers;
using System.Text;

namespace SocketIo.Cluster.Tests.Formats;

public class MessageReadingTests
{
    private const string Event = "\"packet\":{\"type\":2,\"data\":[\"ev\",1]}";

    private static string Broadcast(string options, string packet = Event) =>
        "{\"type\":3,\"data\":{" + packet + ",\"opts\":" + options + "},\"uid\":\"a\",\"nsp\":\"/\"}";

    [Test]
    public void Members_are_read_in_any_order_and_unknown_ones_are_skipped()
    {
        var message = Read("""{"nsp":"/x","new":[{"a":{}}],"data":{"opts":{"flags":{"binary":true,"volatile":true},"except":["e"],"rooms":["r","s"]},"x":1,"packet":{"data":["ev"],"type":2}},"uid":"u","type":3}""");
        Assert.Multiple(() =>
        {
            Assert.That(message.Type, Is.EqualTo(MessageType.Broadcast));
            Assert.That(message.Sender, Is.EqualTo("u"));
            Assert.That(message.Namespace, Is.EqualTo("/x"));
            Assert.That(message.Rooms, Is.EqualTo(new[] { "r", "s" }));
            Assert.That(message.Except, Is.EqualTo(new[] { "e" }));
            Assert.That(message.Flags, Is.EqualTo(new BroadcastFlags { IsVolatile = true }));
            Assert.That(Text(message.Data), Is.EqualTo("[\"ev\"]"));
        });
    }

    [Test]
    public void A_room_that_is_a_number_has_the_name_that_JavaScript_would_give_it()
    {
        var message = Read(Broadcast("""{"rooms":[7,"a",1.5],"except":[-1]}"""));
        Assert.That(message.Rooms, Is.EqualTo(new[] { "7", "a", "1.5" }));
        Assert.That(message.Except, Is.EqualTo(new[] { "-1" }));
    }

    [TestCase("[null]")]
    [TestCase("[{},[1],true]")]
    public void Rooms_that_cannot_exist_are_not_everybody(string rooms) =>
        Assert.That(Error(Broadcast($$"""{"rooms":{{rooms}},"except":[]}""")), Is.EqualTo("rooms that are no texts"));

    [Test]
    public void A_room_that_cannot_exist_beside_one_that_can_is_left_out() =>
        Assert.That(Read(Broadcast("""{"rooms":[null,"a"],"except":[null]}""")).Rooms, Is.EqualTo(new[] { "a" }));

    [Test]
    public void Half_a_surrogate_pair_in_a_name_becomes_the_replacement_character_and_in_a_value_stays() =>
        Assert.Multiple(() =>
        {
            var message = Read(Broadcast("""{"rooms":["\ud83dx"]}""", "\"packet\":{\"type\":2,\"data\":[\"ev\",\"\\ud83dx\"]}"));
            Assert.That(message.Rooms[0], Is.EqualTo("\uFFFDx"));
            Assert.That(Text(message.Data), Is.EqualTo("""["ev","\ud83dx"]"""));
        });

    [Test]
    public void An_unknown_type_is_a_message_which_somebody_else_may_know() =>
        Assert.That((int)Read("""{"type":77,"uid":"a","nsp":"/"}""").Type, Is.EqualTo(77));

    [Test]
    public void The_namespace_of_an_emitter_that_names_it_in_the_packet_only_is_read_there() =>
        Assert.That(Read("""{"type":3,"data":{"packet":{"type":2,"data":["e"],"nsp":"/x"},"opts":{"rooms":[]}},"uid":"emitter"}""").Namespace, Is.EqualTo("/x"));

    [TestCase("")]
    [TestCase("{")]
    [TestCase("{}")]
    [TestCase("[]")]
    [TestCase("3")]
    [TestCase("""{"type":3}""")]
    [TestCase("""{"type":"3","data":{"packet":{"data":["e"]}}}""")]
    [TestCase("""{"type":0,"uid":"a","nsp":"/"}""")]
    [TestCase("""{"type":3,"data":[],"uid":"a","nsp":"/"}""")]
    [TestCase("""{"type":3,"data":{},"uid":"a","nsp":"/"}""")]
    [TestCase("""{"type":3,"data":{"packet":{"data":{}}},"uid":"a","nsp":"/"}""")]
    [TestCase("""{"type":3,"data":{"packet":{"data":[]}},"uid":"a","nsp":"/"}""")]
    [TestCase("""{"type":3,"data":{"packet":{"data":[{}]}},"uid":"a","nsp":"/"}""")]
    [TestCase("""{"type":3,"data":{"packet":["e"]},"uid":"a","nsp":"/"}""")]
    [TestCase("""{"type":9,"data":{"packet":{"data":["e"]}},"uid":"a","nsp":"/"}""")]
    [TestCase("""{"type":7,"data":{"opts":{}},"uid":"a","nsp":"/"}""")]
    [TestCase("""{"type":8,"data":{"sockets":[]},"uid":"a","nsp":"/"}""")]
    [TestCase("""{"type":8,"data":{"requestId":"r","sockets":{}},"uid":"a","nsp":"/"}""")]
    [TestCase("""{"type":8,"data":{"requestId":"r","sockets":[{"rooms":[]}]},"uid":"a","nsp":"/"}""")]
    [TestCase("""{"type":11,"data":{"clientCount":1},"uid":"a","nsp":"/"}""")]
    [TestCase("""{"type":12,"data":{"packet":1},"uid":"a","nsp":"/"}""")]
    [TestCase("""{"type":1,"uid":"a","nsp":"/"} {}""")]
    [TestCase("""{"type":1,"uid":"a","nsp":"/"]""")]
    [TestCase("""{"type":1,"uid":"a",}""")]
    public void A_message_that_is_none_is_refused_with_a_reason(string json) => Assert.That(Error(json), Is.Not.Empty);

    [Test]
    public void Text_that_is_no_UTF8_is_refused()
    {
        var bytes = Encoding.UTF8.GetBytes(Broadcast("{}"));
        bytes[Array.IndexOf(bytes, (byte)'v')] = 0xFF;
        Assert.That(ClusterJson.TryRead(bytes, out _, out var error), Is.False);
        Assert.That(error, Is.EqualTo("invalid UTF-8"));
    }

    [TestCase(63, true)]
    [TestCase(66, false)]
    public void A_value_may_nest_as_deep_as_those_of_clients(int depth, bool isRead)
    {
        var value = new string('[', depth) + new string(']', depth);
        Assert.That(ClusterJson.TryRead(
            Encoding.UTF8.GetBytes(Broadcast("{}", "\"packet\":{\"type\":2,\"data\":[\"ev\"," + value + "]}")), out _, out _), Is.EqualTo(isRead));
        byte[] packed = [.. Enumerable.Repeat((byte)0x91, depth), 0xC0];
        var output = new ArrayBufferWriter<byte>();
        ClusterMessagePack.Write(Message("[\"ev\",0]"), output, MessagePackFlavor.Notepack);
        var bytes = output.WrittenSpan.ToArray();
        var at = bytes.AsSpan().IndexOf("ev"u8) + 2;
        Assert.That(ClusterMessagePack.TryRead((byte[])[.. bytes[..at], .. packed, .. bytes[(at + 1)..]], out _, out _), Is.EqualTo(isRead));
    }

    [Test]
    public void MessagePack_cut_anywhere_is_refused()
    {
        var output = new ArrayBufferWriter<byte>();
        ClusterMessagePack.Write(WithBinary(), output, MessagePackFlavor.Official);
        Assert.That(ClusterMessagePack.TryRead(output.WrittenMemory, out _, out var error), error);
        for (var length = 0; length < output.WrittenCount; length++)
            Assert.That(ClusterMessagePack.TryRead(output.WrittenMemory[..length], out _, out _), Is.False, $"{length} bytes");
    }

    [Test]
    public void Any_byte_of_a_message_changed_is_read_or_refused_but_never_thrown()
    {
        var random = new Random(11);
        var json = new ArrayBufferWriter<byte>();
        ClusterJson.Write(WithBinary(), json);
        var packed = new ArrayBufferWriter<byte>();
        ClusterMessagePack.Write(WithBinary(), packed, MessagePackFlavor.Notepack);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = (i % 2 == 0 ? json : packed).WrittenSpan.ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var isRead = i % 2 == 0 ? ClusterJson.TryRead(bytes, out var message, out var error) : ClusterMessagePack.TryRead(bytes, out message, out error);
            Assert.That(isRead, Is.EqualTo(message is not null).And.EqualTo(error is null));
        }
    }

    [Test]
    public void A_placeholder_that_a_peer_forged_beside_binary_data_is_refused()
    {
        // {"type":3,"data":{"packet":{"data":["e", bin, {"_placeholder":true,"num":9}]}},"uid":"a","nsp":"/"}
        byte[] bytes =
        [
            0x84, 0xA4, .. "type"u8, 3, 0xA4, .. "data"u8, 0x81, 0xA6, .. "packet"u8, 0x81, 0xA4, .. "data"u8, 0x93, 0xA1, .. "e"u8, 0xC4, 1, 7,
            0x82, 0xAC, .. "_placeholder"u8, 0xC3, 0xA3, .. "num"u8, 9, 0xA3, .. "uid"u8, 0xA1, .. "a"u8, 0xA3, .. "nsp"u8, 0xA1, .. "/"u8,
        ];
        Assert.That(ClusterMessagePack.TryRead(bytes, out _, out var error), Is.False);
        Assert.That(error, Is.EqualTo("a placeholder in MessagePack"));
    }

    [Test]
    public void Binary_data_in_JSON_becomes_what_JavaScript_makes_of_it()
    {
        var output = new ArrayBufferWriter<byte>();
        ClusterJson.Write(WithBinary(), output);
        Assert.That(Encoding.UTF8.GetString(output.WrittenSpan), Does.Contain(
            """["ev",{"type":"Buffer","data":[1,255]},{"a":{"type":"Buffer","data":[]},"b":"x"}]"""));
    }

    [Test]
    public void An_answer_of_a_fetch_keeps_the_binary_data_of_each_socket()
    {
        var message = new ClusterMessage
        {
            Type = MessageType.FetchSocketsResponse, Sender = "a", Namespace = "/", RequestId = "r",
            Sockets =
            [
                new RemoteSocketData { Id = "1", Rooms = ["1", "x"], Data = Binary("one"u8.ToArray()) },
                new RemoteSocketData { Id = "2", Rooms = ["2"], Data = Binary("two"u8.ToArray()), Handshake = new PacketData("{\"url\":\"/\"}"u8.ToArray()) },
            ],
        };
        var output = new ArrayBufferWriter<byte>();
        ClusterMessagePack.Write(message, output, MessagePackFlavor.Notepack);
        Assert.That(ClusterMessagePack.TryRead(output.WrittenMemory, out var read, out var error), error);
        var again = new ArrayBufferWriter<byte>();
        ClusterMessagePack.Write(read!, again, MessagePackFlavor.Notepack);
        Assert.That(again.WrittenSpan.SequenceEqual(output.WrittenSpan));
        Assert.That(read!.Sockets[1].Rooms, Is.EqualTo(new[] { "2" }));

        static PacketData Binary(byte[] bytes) => new("{\"b\":{\"_placeholder\":true,\"num\":0}}"u8.ToArray(), [bytes]);
    }

    [Test]
    public void What_only_dotNET_nodes_tell_each_other_arrives_in_both_formats([Values] bool isJson)
    {
        ClusterMessage[] messages =
        [
            new() { Type = MessageType.BroadcastClientCount, Sender = "a", Namespace = "/", RequestId = "r", ClientCount = 2, SocketIds = ["s", "t"] },
            new() { Type = MessageType.BroadcastAckLost, Sender = "a", Namespace = "/", RequestId = "r", SocketIds = ["s"], Sequence = 5 },
            new() { Type = MessageType.Heartbeat, Sender = "a", Namespace = "/", Flags = new() { Timeout = TimeSpan.FromSeconds(3) } },
        ];
        foreach (var message in messages)
        {
            var output = new ArrayBufferWriter<byte>();
            if (isJson)
                ClusterJson.Write(message, output);
            else
                ClusterMessagePack.Write(message, output, MessagePackFlavor.Official);
            string? error;
            Assert.That(isJson ? ClusterJson.TryRead(output.WrittenMemory, out var read, out error) : ClusterMessagePack.TryRead(output.WrittenMemory, out read, out error), error);
            Assert.That(read!.SocketIds, Is.EqualTo(message.SocketIds));
            Assert.That(read.ClientCount, Is.EqualTo(message.ClientCount));
            Assert.That(read.Sequence, Is.EqualTo(message.Sequence));
            Assert.That(read.Flags, Is.EqualTo(message.Flags));
        }
    }

    private static ClusterMessage Message(string json) =>
        new() { Type = MessageType.Broadcast, Sender = "a", Namespace = "/", Data = new PacketData(Encoding.UTF8.GetBytes(json)) };

    private static ClusterMessage WithBinary() => new()
    {
        Type = MessageType.Broadcast,
        Sender = "a",
        Namespace = "/",
        Rooms = ["r\"\n"],
        Data = new PacketData(
            """["ev",{"_placeholder":true,"num":0},{"a":{"_placeholder":true,"num":1},"b":"x"}]"""u8.ToArray(),
            [new byte[] { 1, 255 }, Array.Empty<byte>()]),
    };

    private static ClusterMessage Read(string json)
    {
        Assert.That(ClusterJson.TryRead(Encoding.UTF8.GetBytes(json), out var message, out var error), error);
        return message!;
    }

    private static string? Error(string json)
    {
        Assert.That(ClusterJson.TryRead(Encoding.UTF8.GetBytes(json), out _, out var error), Is.False);
        return error;
    }

    private static string Text(PacketData data) => Encoding.UTF8.GetString(data.Json.Span);
}
