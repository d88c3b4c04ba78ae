using System.Buffers;
using System.Text;
using SocketIo.Engine.Frames;
using SocketIo.Engine.WebSockets;

namespace SocketIo.Engine.Tests.WebSockets;

public class FrameReaderTests
{
    private const int Limit = 1_000_000;

    private static readonly Fragmentation[] Fragmentations = Fragmentation.All;

    [TestCaseSource(nameof(Fragmentations))]
    public void A_text_message_comes_out_unmasked(Fragmentation fragmentation) =>
        AssertReads(fragmentation, ClientFrames.Text("42[\"héllo\",\"wörld €\"]"), Received.Text("42[\"héllo\",\"wörld €\"]"));

    [TestCaseSource(nameof(Fragmentations))]
    public void The_sample_of_the_RFC_is_read(Fragmentation fragmentation)
    {
        // RFC 6455 5.7
        byte[] sample = [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58];
        AssertReads(fragmentation, sample, Received.Text("Hello"));
    }

    [TestCaseSource(nameof(Fragmentations))]
    public void An_empty_message_is_a_message(Fragmentation fragmentation)
    {
        byte[] bytes = [.. ClientFrames.Text(""), .. ClientFrames.Make(Opcode.Binary, []), .. ClientFrames.Text("2")];
        AssertReads(fragmentation, bytes,
            Received.Text(""), Received.Of(FrameReadStatus.Binary, []), Received.Text("2"));
    }

    [TestCaseSource(nameof(Fragmentations))]
    public void Messages_in_one_batch_come_out_in_order(Fragmentation fragmentation)
    {
        byte[] bytes = [.. ClientFrames.Text("4a"), .. ClientFrames.Make(Opcode.Binary, [1, 2, 3]), .. ClientFrames.Text("4b")];
        AssertReads(fragmentation, bytes,
            Received.Text("4a"), Received.Of(FrameReadStatus.Binary, [1, 2, 3]), Received.Text("4b"));
    }

    [TestCaseSource(nameof(Fragmentations))]
    public void Fragments_are_put_together(Fragmentation fragmentation)
    {
        byte[] bytes =
        [
            .. ClientFrames.Text("4on", final: false),
            .. ClientFrames.Make(Opcode.Continuation, [], final: false),
            .. ClientFrames.Make(Opcode.Continuation, "e me"u8.ToArray(), final: false, key: [9, 8, 7, 6]),
            .. ClientFrames.Make(Opcode.Continuation, "ssage"u8.ToArray()),
            .. ClientFrames.Text("4next"),
        ];
        AssertReads(fragmentation, bytes, Received.Text("4one message"), Received.Text("4next"));
    }

    [TestCaseSource(nameof(Fragmentations))]
    public void Control_frames_between_fragments_leave_the_message_alone(Fragmentation fragmentation)
    {
        byte[] bytes =
        [
            .. ClientFrames.Make(Opcode.Binary, [1, 2], final: false),
            .. ClientFrames.Make(Opcode.Ping, "hey"u8.ToArray()),
            .. ClientFrames.Make(Opcode.Continuation, [3], final: false),
            .. ClientFrames.Make(Opcode.Ping, []),
            .. ClientFrames.Make(Opcode.Pong, "longer than before"u8.ToArray()),
            .. ClientFrames.Make(Opcode.Continuation, [4, 5]),
        ];
        AssertReads(fragmentation, bytes,
            Received.Of(FrameReadStatus.Ping, "hey"u8.ToArray()),
            Received.Of(FrameReadStatus.Ping, []),
            Received.Of(FrameReadStatus.Pong, "longer than before"u8.ToArray()),
            Received.Of(FrameReadStatus.Binary, [1, 2, 3, 4, 5]));
    }

    [TestCaseSource(nameof(Fragmentations))]
    public void A_control_frame_may_have_125_bytes(Fragmentation fragmentation)
    {
        var payload = Enumerable.Range(0, 125).Select(i => (byte)i).ToArray();
        AssertReads(fragmentation, ClientFrames.Make(Opcode.Ping, payload), Received.Of(FrameReadStatus.Ping, payload));
    }

    [TestCaseSource(nameof(Fragmentations))]
    public void A_character_may_be_cut_by_a_fragment_boundary(Fragmentation fragmentation)
    {
        var text = Encoding.UTF8.GetBytes("4€𐍈");
        for (var cut = 0; cut <= text.Length; cut++)
        {
            byte[] bytes =
            [
                .. ClientFrames.Make(Opcode.Text, text[..cut], final: false),
                .. ClientFrames.Make(Opcode.Continuation, text[cut..]),
            ];
            AssertReads(fragmentation, bytes, Received.Text("4€𐍈"));
        }
    }

    [TestCaseSource(nameof(Fragmentations))]
    public void A_close_frame_gives_code_and_reason(Fragmentation fragmentation)
    {
        byte[] reason = Encoding.UTF8.GetBytes("adiós");
        var expected = Received.Of(FrameReadStatus.Close, [0x03, 0xE9, .. reason]) with { Code = 1001, Reason = "adiós" };
        AssertReads(fragmentation, ClientFrames.Close(1001, reason), expected);
    }

    [TestCaseSource(nameof(Fragmentations))]
    public void A_close_frame_without_code_is_1005(Fragmentation fragmentation) =>
        AssertReads(fragmentation, ClientFrames.Make(Opcode.Close, []),
            new Received(FrameReadStatus.Close, "", 1005));

    [Test]
    public void A_close_code_passes_only_if_it_may_travel()
    {
        for (var code = 0; code <= ushort.MaxValue; code++)
        {
            var reader = new FrameReader(Limit);
            var input = new ReadOnlySequence<byte>(ClientFrames.Close((ushort)code, []));
            // RFC 6455 7.4
            var expected = code is >= 1000 and <= 1003 or >= 1007 and <= 1014 or >= 3000 and <= 4999
                ? (FrameReadStatus.Close, code)
                : (FrameReadStatus.Error, 1002);
            Assert.That((reader.TryRead(ref input), reader.CloseCode), Is.EqualTo(expected), $"code {code}");
        }
    }

    [Test]
    public void Malformed_input_fails_with_the_code_of_the_RFC(
        [ValueSource(nameof(MalformedInputs))] Malformed malformed,
        [ValueSource(nameof(Fragmentations))] Fragmentation fragmentation) =>
        AssertReads(fragmentation, malformed.Bytes, new Received(FrameReadStatus.Error, "", malformed.Code));

    [Test]
    public void An_error_says_what_was_wrong([ValueSource(nameof(MalformedInputs))] Malformed malformed)
    {
        var reader = new FrameReader(Limit);
        var input = new ReadOnlySequence<byte>(malformed.Bytes);
        reader.TryRead(ref input);
        Assert.That(reader.CloseReason, Is.Not.Empty.And.Length.LessThanOrEqualTo(123));
    }

    [Test]
    public void After_an_error_nothing_is_read()
    {
        var reader = new FrameReader(Limit);
        var bad = new ReadOnlySequence<byte>([0x81, 0x00]);
        var good = new ReadOnlySequence<byte>(ClientFrames.Text("4a"));
        reader.TryRead(ref bad);
        reader.Release();
        Assert.Multiple(() =>
        {
            Assert.That(reader.TryRead(ref good), Is.EqualTo(FrameReadStatus.Error));
            Assert.That(reader.TryRead(ref good), Is.EqualTo(FrameReadStatus.Error));
            Assert.That(reader.CloseCode, Is.EqualTo(1002));
            Assert.That(reader.Payload.IsEmpty, Is.True);
        });
    }

    [Test]
    public void After_a_close_frame_nothing_is_read()
    {
        var reader = new FrameReader(Limit);
        var input = new ReadOnlySequence<byte>([.. ClientFrames.Close(1000, []), .. ClientFrames.Text("4a")]);
        reader.TryRead(ref input);
        Assert.That(reader.TryRead(ref input), Is.EqualTo(FrameReadStatus.Close));
    }

    [TestCaseSource(nameof(Fragmentations))]
    public void A_message_of_exactly_the_limit_passes(Fragmentation fragmentation)
    {
        var payload = Enumerable.Range(0, 200).Select(i => (byte)i).ToArray();
        AssertReads(fragmentation, ClientFrames.Make(Opcode.Binary, payload), limit: 200, Received.Of(FrameReadStatus.Binary, payload));
    }

    [TestCaseSource(nameof(Fragmentations))]
    public void One_byte_over_the_limit_fails(Fragmentation fragmentation) =>
        AssertReads(fragmentation, ClientFrames.Make(Opcode.Binary, new byte[201]), limit: 200, new Received(FrameReadStatus.Error, "", 1009));

    [TestCaseSource(nameof(Fragmentations))]
    public void Fragments_count_together_against_the_limit(Fragmentation fragmentation)
    {
        byte[] start = [.. ClientFrames.Make(Opcode.Binary, new byte[6], final: false), .. ClientFrames.Make(Opcode.Ping, [1])];
        byte[] passes = [.. start, .. ClientFrames.Make(Opcode.Continuation, new byte[4]), .. ClientFrames.Make(Opcode.Binary, new byte[10])];
        byte[] fails = [.. start, .. ClientFrames.Make(Opcode.Continuation, new byte[5], final: false)];
        var ping = Received.Of(FrameReadStatus.Ping, [1]);
        var ten = Received.Of(FrameReadStatus.Binary, new byte[10]);
        AssertReads(fragmentation, passes, limit: 10, ping, ten, ten);
        AssertReads(fragmentation, fails, limit: 10, ping, new Received(FrameReadStatus.Error, "", 1009));
    }

    [Test]
    public void The_limit_does_not_count_control_frames() =>
        AssertReads(Fragmentations[0], ClientFrames.Make(Opcode.Ping, [1, 2, 3]), limit: 2, Received.Of(FrameReadStatus.Ping, [1, 2, 3]));

    [Test]
    public void The_limit_is_checked_before_the_payload_comes([Values(Limit + 1L, int.MaxValue, 1L << 32, (1L << 32) + 1, long.MaxValue)] long length)
    {
        var reader = new FrameReader(Limit);
        var input = new ReadOnlySequence<byte>(ClientFrames.Header(Opcode.Binary, length));
        Assert.That(reader.TryRead(ref input), Is.EqualTo(FrameReadStatus.Error));
        Assert.That(reader.CloseCode, Is.EqualTo(1009));
        Assert.That(reader.CloseReason, Is.EqualTo($"the message is too big: {length} bytes, {Limit} are allowed").And.Length.LessThanOrEqualTo(123));
    }

    [Test]
    public void A_frame_header_is_refused_as_soon_as_its_fault_is_there()
    {
        var reader = new FrameReader(Limit);
        var input = new ReadOnlySequence<byte>([0xC1, 0xFF]);
        Assert.That(reader.TryRead(ref input), Is.EqualTo(FrameReadStatus.Error));
    }

    [Test]
    public void Random_conversations_come_out_as_they_went_in([Range(1, 40)] int seed)
    {
        var random = new Random(seed);
        var conversation = new Conversation(random);
        byte[][] parts = [.. Conversation.CutAtRandom(random, conversation.Bytes)];
        var reader = new FrameReader(Limit);
        Assert.That(Received.From(reader, parts, incremental: random.Next(2) == 0), Is.EqualTo(conversation.Expected));
    }

    [Test]
    public void The_payload_is_gone_after_Release()
    {
        var reader = new FrameReader(Limit);
        var input = new ReadOnlySequence<byte>(ClientFrames.Text("4a"));
        reader.TryRead(ref input);
        reader.Release();
        Assert.That(reader.Payload.IsEmpty, Is.True);
    }

    [Test]
    public void Release_leaves_an_unfinished_message_alone()
    {
        var reader = new FrameReader(Limit);
        var frame = ClientFrames.Text("4 not yet whole");
        var start = new ReadOnlySequence<byte>(frame[..10]);
        var end = new ReadOnlySequence<byte>(frame[10..]);
        reader.TryRead(ref start);
        reader.Release();
        Assert.That(reader.TryRead(ref end), Is.EqualTo(FrameReadStatus.Text));
        Assert.That(Encoding.UTF8.GetString(reader.Payload), Is.EqualTo("4 not yet whole"));
    }

    private static void AssertReads(Fragmentation fragmentation, byte[] bytes, params Received[] expected) =>
        AssertReads(fragmentation, bytes, Limit, expected);

    private static void AssertReads(Fragmentation fragmentation, byte[] bytes, int limit, params Received[] expected)
    {
        foreach (var parts in fragmentation.Cut(bytes))
        {
            var reader = new FrameReader(limit);
            var received = Received.From(reader, parts, fragmentation.Incremental);
            if (!received.SequenceEqual(expected))
                Assert.That(received, Is.EqualTo(expected), $"cut after {parts[0].Length}");
        }
    }

    public sealed record Malformed(string Name, int Code, byte[] Bytes)
    {
        public override string ToString() => Name;
    }

    private static readonly byte[] Key = ClientFrames.Key;

    private static readonly Malformed[] MalformedInputs =
    [
        new("no mask", 1002, [0x81, 0x01, 0x34]),
        new("no mask, empty", 1002, [0x81, 0x00]),
        new("first reserved bit", 1002, [0xC1, 0x80, .. Key]),
        new("second reserved bit", 1002, [0xA1, 0x80, .. Key]),
        new("third reserved bit", 1002, [0x91, 0x80, .. Key]),
        new("reserved bit on a control frame", 1002, [0xC9, 0x80, .. Key]),
        .. new byte[] { 3, 4, 5, 6, 7, 0xB, 0xC, 0xD, 0xE, 0xF }.Select(
            opcode => new Malformed($"opcode {opcode}", 1002, [(byte)(0x80 | opcode), 0x80, .. Key])),
        new("fragmented ping", 1002, [0x09, 0x80, .. Key]),
        new("fragmented close", 1002, [0x08, 0x80, .. Key]),
        new("ping of 126 bytes", 1002, [0x89, 0xFE, 0x00, 0x7E, .. Key]),
        new("ping with a 64-bit length", 1002, [0x89, 0xFF, 0, 0, 0, 0, 0, 1, 0, 0, .. Key]),
        new("continuation of nothing", 1002, [0x80, 0x80, .. Key]),
        new("continuation of nothing, not final", 1002, [0x00, 0x80, .. Key]),
        new("text inside a message", 1002, [.. ClientFrames.Text("4a", final: false), .. ClientFrames.Text("4b")]),
        new("binary inside a message", 1002, [.. ClientFrames.Text("4a", final: false), .. ClientFrames.Make(Opcode.Binary, [1])]),
        new("text inside a message that is empty so far", 1002, [.. ClientFrames.Text("", final: false), .. ClientFrames.Text("4b")]),
        new("16-bit length of 125", 1002, [0x82, 0xFE, 0x00, 0x7D, .. Key]),
        new("16-bit length of 0", 1002, [0x82, 0xFE, 0x00, 0x00, .. Key]),
        new("64-bit length of 65535", 1002, [0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, .. Key]),
        new("64-bit length of 0", 1002, [0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0, .. Key]),
        new("top bit of the length", 1002, [0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 1, .. Key]),
        new("announced length over the limit", 1009, [.. ClientFrames.Header(Opcode.Text, Limit + 1), .. Key]),
        new("text that is not UTF-8", 1007, ClientFrames.Make(Opcode.Text, [0x34, 0xFF])),
        new("text that ends inside a character", 1007, ClientFrames.Make(Opcode.Text, [0x34, 0xE2, 0x82])),
        new("text with a surrogate", 1007, ClientFrames.Make(Opcode.Text, [0xED, 0xA0, 0x80])),
        new("text with an overlong character", 1007, ClientFrames.Make(Opcode.Text, [0xC0, 0xAF])),
        new("character broken by a fragment boundary", 1007,
        [
            .. ClientFrames.Make(Opcode.Text, [0x34, 0xE2, 0x82], final: false),
            .. ClientFrames.Make(Opcode.Continuation, [0x34]),
        ]),
        new("close payload of one byte", 1002, ClientFrames.Make(Opcode.Close, [0x03])),
        new("close code 1005", 1002, ClientFrames.Close(1005, [])),
        new("close code 65535", 1002, ClientFrames.Close(65535, [])),
        new("close reason that is not UTF-8", 1007, ClientFrames.Close(1000, [0xC3])),
    ];
}
