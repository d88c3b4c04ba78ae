using System.Buffers;
using System.Text;
using SocketIo.Engine.Frames;
using SocketIo.Engine.Polling;

namespace SocketIo.Engine.Tests.Polling;

public class PayloadCodecTests
{
    [TestCase("4hello", "T:4hello")]
    [TestCase("4", "T:4")]
    [TestCase("0\u001e1\u001e2\u001e3\u001e4\u001e5\u001e6", "T:0 T:1 T:2 T:3 T:4 T:5 T:6")]
    [TestCase("4a\u001e2\u001e4b€", "T:4a T:2 T:4b€")]
    [TestCase("bAQIDBA==", "B:01020304")]
    [TestCase("bAQIDBA", "B:01020304")]
    [TestCase("bAQIDBAU=", "B:0102030405")]
    [TestCase("bAQIDBAU", "B:0102030405")]
    [TestCase("bAQIDBAUG", "B:010203040506")]
    [TestCase("b+/+/", "B:FBFFBF")]
    [TestCase("b", "B:")]
    [TestCase("4a\u001ebAQ==\u001ebAg\u001e4b", "T:4a B:01 B:02 T:4b")]
    public void A_body_is_split_into_its_packets(string body, string expected) => Assert.That(Read(body), Is.EqualTo(expected));

    [TestCase("bA", "B:")]
    [TestCase("bAQIDB", "B:010203")]
    [TestCase("b=", "B:")]
    [TestCase("b==", "B:")]
    [TestCase("b====", "B:")]
    [TestCase("bA===", "B:")]
    [TestCase("bAQ=", "B:01")]
    [TestCase("bAQI==", "B:0102")]
    [TestCase("bAQID=", "B:010203")]
    [TestCase("bAQ==AQ==", "B:01")]
    [TestCase("bAQ==AQ", "B:01")]
    [TestCase("bAQ==AQID", "B:01")]
    [TestCase("bAQ!D", "B:0100")]
    [TestCase("bAQI-", "B:01023E")]
    [TestCase("bAR==", "B:01")]
    [TestCase("bAR", "B:01")]
    [TestCase("bAQ D", "B:0100")]
    [TestCase("bAQID    ", "B:010203")]
    [TestCase("bAQID\r\n", "B:010203")]
    [TestCase("b AQID", "B:010203")]
    [TestCase("bAQIDA =", "B:010203")]
    [TestCase("bAQIDé", "B:010203")]
    public void Base64_is_taken_as_the_reference_takes_it_also_when_it_is_malformed(string body, string expected) =>
        Assert.That(Read(body), Is.EqualTo(expected));

    [TestCase("\u001e", "Malformed")]
    [TestCase("\u001e4a", "Malformed")]
    [TestCase("4a\u001e", "T:4a Malformed")]
    [TestCase("4a\u001e\u001e4b", "T:4a Malformed")]
    [TestCase("4a\u001e\u001e", "T:4a Malformed")]
    [TestCase("7", "Malformed")]
    [TestCase("/", "Malformed")]
    [TestCase("a", "Malformed")]
    [TestCase(" 4a", "Malformed")]
    [TestCase("4a\u001ex\u001e4b", "T:4a Malformed")]
    public void A_malformed_packet_ends_the_body(string body, string expected) => Assert.That(Read(body), Is.EqualTo(expected));

    [Test]
    public void A_packet_that_is_not_UTF8_is_malformed([Values("34FF", "34E282", "34EDA080", "341E34C0AF")] string hex) =>
        Assert.That(Read(Convert.FromHexString(hex)), Does.EndWith("Malformed"));

    [Test]
    public void A_body_of_no_bytes_is_at_its_end_at_once() => Assert.That(Read(""), Is.Empty);

    [Test]
    public void A_body_cut_anywhere_still_gives_the_packets_before_the_cut()
    {
        var body = "4a€\u001ebAQIDBA==\u001ebAQI\u001e4b"u8.ToArray();
        var whole = Read(body).Split(' ');
        for (var at = 1; at <= body.Length; at++)
        {
            var before = body.AsSpan(0, at).Count((byte)0x1E);
            var read = Read(body[..at]).Split(' ');
            Assert.That(read[..before], Is.EqualTo(whole[..before]), $"cut at {at}");
            Assert.That(read, Has.Length.EqualTo(before + 1), $"cut at {at}");
        }
    }

    [Test]
    public void Binary_of_every_length_survives_with_and_without_padding([Range(0, 70)] int length)
    {
        var bytes = Enumerable.Range(0, length).Select(i => (byte)(i * 37)).ToArray();
        var text = "b" + Convert.ToBase64String(bytes);
        Assert.That(Read(text), Is.EqualTo($"B:{Convert.ToHexString(bytes)}"));
        Assert.That(Read(text.TrimEnd('=')), Is.EqualTo($"B:{Convert.ToHexString(bytes)}"));
    }

    [Test]
    public void A_text_frame_is_written_as_it_is() => AssertWrites(Frame.Text("4héllo"), "4héllo");

    [Test]
    public void A_binary_frame_is_written_as_base64() => AssertWrites(Frame.Of(Opcode.Binary, [1, 2, 3, 4]), "bAQIDBA==");

    [Test]
    public void An_empty_binary_frame_is_the_mark_alone() => AssertWrites(Frame.Of(Opcode.Binary, []), "b");

    [Test]
    public void A_message_with_attachments_is_joined_by_separators() =>
        AssertWrites(Join(Frame.Text("451-[x]"), Frame.Of(Opcode.Binary, [1]), Frame.Of(Opcode.Binary, [2, 3])), "451-[x]\u001ebAQ==\u001ebAgM=");

    [Test]
    public void A_frame_that_is_not_the_first_has_a_separator_in_front()
    {
        var output = new ArrayBufferWriter<byte>();
        PayloadCodec.Write(Frame.Text("4a"), output, first: true);
        PayloadCodec.Write(Frame.Text("4b"), output, first: false);
        Assert.That(Encoding.UTF8.GetString(output.WrittenSpan), Is.EqualTo("4a\u001e4b"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_close_frame_is_left_out(bool first)
    {
        var close = Frame.Close(1000, "bye");
        var output = new ArrayBufferWriter<byte>();
        PayloadCodec.Write(close, output, first);
        Assert.That(output.WrittenCount, Is.Zero);
        Assert.That(PayloadCodec.EncodedSize(close), Is.Zero);
    }

    [Test]
    public void A_close_frame_behind_a_packet_leaves_no_separator() =>
        AssertWrites(Join(Frame.Close(1000, ""), Frame.Text("4a"), Frame.Close(1000, "bye")), "4a");

    [Test]
    public void What_was_written_is_read_again([Range(1, 30)] int seed)
    {
        var random = new Random(seed);
        var output = new SmallPieces();
        var (expected, size) = (new List<string>(), 0);
        for (var i = 0; i < 8; i++)
        {
            var bytes = new byte[random.Next(4) == 0 ? random.Next(200_000) : random.Next(200)];
            random.NextBytes(bytes);
            var text = random.Next(2) == 0;
            var frame = text ? Frame.Text("4" + Convert.ToHexString(bytes)) : Frame.Of(Opcode.Binary, bytes);
            expected.Add((text ? "T:4" : "B:") + Convert.ToHexString(bytes));
            size += PayloadCodec.EncodedSize(frame) + (i == 0 ? 0 : 1);
            PayloadCodec.Write(frame, output, first: i == 0);
        }

        Assert.That(output.Written, Has.Length.EqualTo(size));
        // Not EqualTo: the difference of such long strings takes minutes to print.
        Assert.That(Read(output.Written) == string.Join(' ', expected), Is.True);
    }

    private static void AssertWrites(Frame frame, string expected)
    {
        var output = new ArrayBufferWriter<byte>();
        PayloadCodec.Write(frame, output, first: true);
        Assert.That(Encoding.UTF8.GetString(output.WrittenSpan), Is.EqualTo(expected));
        Assert.That(PayloadCodec.EncodedSize(frame), Is.EqualTo(output.WrittenCount));
    }

    private static Frame Join(params Frame[] frames) => new([.. frames.SelectMany(frame => frame.Memory.ToArray())]);

    private static string Read(string body) => Read(Encoding.UTF8.GetBytes(body));

    private static string Read(byte[] bytes)
    {
        var packets = new List<string>();
        Span<byte> body = bytes.ToArray();
        while (PayloadCodec.TryRead(ref body, out var packet) is var status && status != PayloadReadStatus.End)
        {
            packets.Add(status switch
            {
                PayloadReadStatus.Text => $"T:{Encoding.UTF8.GetString(packet)}",
                PayloadReadStatus.Binary => $"B:{Convert.ToHexString(packet)}",
                _ => "Malformed",
            });
        }

        return string.Join(' ', packets);
    }

    /// <summary>Hands out no more than it must, as a pipe near the end of a block does.</summary>
    private sealed class SmallPieces : IBufferWriter<byte>
    {
        private readonly MemoryStream _written = new();
        private byte[] _piece = [];
        private int _count;

        public byte[] Written => _written.ToArray();

        public void Advance(int count) => _written.Write(_piece, 0, count);

        public Memory<byte> GetMemory(int sizeHint = 0) => _piece = new byte[Math.Max(sizeHint, 1) + (_count++ % 7)];

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }
}
