using System.Buffers;
using SocketIo.Engine.Frames;
using SocketIo.Engine.WebSockets;

namespace SocketIo.Engine.Tests.WebSockets;

public class DeflatedFrameReaderTests
{
    private const int Limit = 100_000;

    private static readonly Fragmentation[] Fragmentations = Fragmentation.All;

    // Of what is sent, which is not read here.
    private static readonly FrameDeflater Unused = new(int.MaxValue, int.MaxValue);

    // RFC 7692 7.2.3.1, 7.2.3.3 and 7.2.3.4: "Hello" compressed, stored, and in a block that ends the stream
    private static readonly byte[] Hello = [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00];
    private static readonly byte[] StoredHello = [0x00, 0x05, 0x00, 0xFA, 0xFF, 0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x00];
    private static readonly byte[] FinalHello = [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00];

    // RFC 7692 7.2.3.2: the second "Hello" refers to the first
    private static readonly byte[] HelloAgain = [0xF2, 0x00, 0x11, 0x00, 0x00];

    [TestCaseSource(nameof(Fragmentations))]
    public void The_samples_of_the_RFC_are_read(Fragmentation fragmentation)
    {
        byte[] bytes =
        [
            .. DeflatedClient.Frame(Opcode.Text, Hello),
            .. DeflatedClient.Frame(Opcode.Text, HelloAgain),
            .. DeflatedClient.Frame(Opcode.Text, StoredHello),
            .. DeflatedClient.Frame(Opcode.Text, FinalHello),
            .. DeflatedClient.Frame(Opcode.Binary, [0x00]),
            .. DeflatedClient.Frame(Opcode.Text, Hello),
        ];
        AssertReads(fragmentation, bytes,
            Received.Text("Hello"), Received.Text("Hello"), Received.Text("Hello"), Received.Text("Hello"),
            Received.Of(FrameReadStatus.Binary, []), Received.Text("Hello"));
    }

    [TestCaseSource(nameof(Fragmentations))]
    public void Fragments_are_inflated_together_and_plain_messages_go_between(Fragmentation fragmentation)
    {
        byte[] bytes =
        [
            .. DeflatedClient.Frame(Opcode.Text, Hello[..3], final: false),
            .. ClientFrames.Make(Opcode.Ping, [1]),
            .. ClientFrames.Make(Opcode.Continuation, Hello[3..4], final: false),
            .. ClientFrames.Make(Opcode.Continuation, Hello[4..]),
            .. ClientFrames.Text("plain", final: false),
            .. ClientFrames.Make(Opcode.Continuation, " it is"u8.ToArray()),
            .. DeflatedClient.Frame(Opcode.Text, HelloAgain),
        ];
        AssertReads(fragmentation, bytes,
            Received.Of(FrameReadStatus.Ping, [1]), Received.Text("Hello"), Received.Text("plain it is"), Received.Text("Hello"));
    }

    [Test]
    public void A_client_s_context_is_kept_as_long_as_it_was_agreed_on()
    {
        using var client = new DeflatedClient();
        var text = string.Concat(Enumerable.Range(0, 500).Select(i => $"item {i * 7919}, "));
        byte[] bytes = [.. client.Text(text), .. client.Text(text + "!"), .. client.Text(text)];
        AssertReads(Fragmentations[0], bytes, Received.Text(text), Received.Text(text + "!"), Received.Text(text));
        Assert.That(client.Text(text), Has.Length.LessThan(200), "a message that refers to none before it would not be so short");
    }

    [Test]
    public void Without_a_context_a_reference_to_an_earlier_message_fails()
    {
        byte[] bytes = [.. DeflatedClient.Frame(Opcode.Text, Hello), .. DeflatedClient.Frame(Opcode.Text, HelloAgain)];
        var received = Received.From(Reader(keepsContext: false), [bytes], incremental: false);
        Assert.That(received, Is.EqualTo(new[] { Received.Text("Hello"), new Received(FrameReadStatus.Error, "", 1007) }));
    }

    [Test]
    public void A_message_inflates_to_the_limit_and_no_further([Values(0, 1)] int more, [Values(100, 4095, 4096, 4097, Limit)] int limit)
    {
        var payload = new byte[limit + more];
        var reader = new FrameReader(limit, new PerMessageDeflate(Unused, keepsContext: true));
        var deflated = DeflatedClient.Alone(payload);
        var expected = more == 0 ? Received.Of(FrameReadStatus.Binary, payload) : new Received(FrameReadStatus.Error, "", 1009);
        Assert.That(Received.From(reader, [DeflatedClient.Frame(Opcode.Binary, deflated)], incremental: false), Is.EqualTo(new[] { expected }));
    }

    [Test]
    [NonParallelizable]
    public void A_bomb_is_refused_before_it_takes_memory()
    {
        var bomb = DeflatedClient.Frame(Opcode.Binary, DeflatedClient.Alone(new byte[50_000_000]));
        ReadBomb(bomb);
        var before = GC.GetAllocatedBytesForCurrentThread();
        ReadBomb(bomb);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.That(allocated, Is.LessThan(10_000));
    }

    [Test]
    public void Malformed_input_fails_with_the_code_of_the_RFC(
        [ValueSource(nameof(MalformedInputs))] FrameReaderTests.Malformed malformed,
        [ValueSource(nameof(Fragmentations))] Fragmentation fragmentation) =>
        AssertReads(fragmentation, malformed.Bytes, new Received(FrameReadStatus.Error, "", malformed.Code));

    [Test]
    public void Random_conversations_come_out_as_they_went_in([Range(1, 20)] int seed)
    {
        var random = new Random(seed);
        using var client = new DeflatedClient();
        using var bytes = new MemoryStream();
        var expected = new List<Received>();
        for (var i = 0; i < 10; i++)
        {
            var payload = new byte[random.Next(random.Next(2) == 0 ? 300 : 30_000)];
            for (var at = 0; at < payload.Length; at++)
                payload[at] = (byte)random.Next(random.Next(1, 8));
            AddFragments(random, bytes, client.Deflate(payload));
            expected.Add(Received.Of(FrameReadStatus.Binary, payload));
        }
        byte[][] parts = [.. Conversation.CutAtRandom(random, bytes.ToArray())];
        Assert.That(Received.From(Reader(), parts, incremental: random.Next(2) == 0), Is.EqualTo(expected));
    }

    private static void AddFragments(Random random, MemoryStream bytes, byte[] deflated)
    {
        var cut = random.Next(deflated.Length + 1);
        bytes.Write(DeflatedClient.Frame(Opcode.Binary, deflated[..cut], final: false));
        bytes.Write(ClientFrames.Make(Opcode.Continuation, deflated[cut..]));
    }

    private static void ReadBomb(byte[] bomb)
    {
        var reader = Reader();
        var input = new ReadOnlySequence<byte>(bomb);
        if (reader.TryRead(ref input) is not FrameReadStatus.Error || reader.CloseCode != 1009)
            throw new InvalidOperationException("the bomb was not refused");
    }

    private static FrameReader Reader(bool keepsContext = true) => new(Limit, new PerMessageDeflate(Unused, keepsContext));

    private static void AssertReads(Fragmentation fragmentation, byte[] bytes, params Received[] expected)
    {
        foreach (var parts in fragmentation.Cut(bytes))
        {
            var reader = Reader();
            var received = Received.From(reader, parts, fragmentation.Incremental);
            reader.Drop();
            if (!received.SequenceEqual(expected))
                Assert.That(received, Is.EqualTo(expected), $"cut after {parts[0].Length}");
        }
    }

    private static byte[] WithBit(int bit, byte[] frame)
    {
        frame[0] |= (byte)bit;
        return frame;
    }

    private static readonly FrameReaderTests.Malformed[] MalformedInputs =
    [
        new("second reserved bit", 1002, WithBit(0x20, DeflatedClient.Frame(Opcode.Text, Hello))),
        new("third reserved bit", 1002, WithBit(0x10, ClientFrames.Text("4"))),
        new("first reserved bit on a ping", 1002, WithBit(0x40, ClientFrames.Make(Opcode.Ping, []))),
        new("first reserved bit on a close", 1002, WithBit(0x40, ClientFrames.Close(1000, []))),
        new("first reserved bit on a reserved opcode", 1002, WithBit(0x40, ClientFrames.Make((Opcode)3, []))),
        new("first reserved bit on a continuation", 1002,
        [
            .. DeflatedClient.Frame(Opcode.Text, Hello[..3], final: false),
            .. WithBit(0x40, ClientFrames.Make(Opcode.Continuation, Hello[3..])),
        ]),
        new("compressed inside a message", 1002, [.. ClientFrames.Text("4", final: false), .. DeflatedClient.Frame(Opcode.Text, Hello)]),
        new("an empty payload", 1007, DeflatedClient.Frame(Opcode.Text, [])),
        new("a block of the reserved type", 1007, DeflatedClient.Frame(Opcode.Text, [0x07, 0x00])),
        new("a reference before the first byte", 1007, DeflatedClient.Frame(Opcode.Text, HelloAgain)),
        new("a stored block whose lengths differ", 1007, DeflatedClient.Frame(Opcode.Text, [0x00, 0x05, 0x00, 0x00, 0x00, 0x48, 0x00])),
        new("text that is not UTF-8", 1007, DeflatedClient.Frame(Opcode.Text, DeflatedClient.Alone([0x34, 0xFF]))),
        new("compressed form over the limit", 1009, [0xC2, 0xFF, 0, 0, 0, 0, 0, 1, 0x86, 0xA1, .. ClientFrames.Key]),
    ];
}
