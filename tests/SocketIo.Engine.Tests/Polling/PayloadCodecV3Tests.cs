using System.Buffers;
using System.Text;
using SocketIo.Engine.Frames;
using SocketIo.Engine.Polling;

namespace SocketIo.Engine.Tests.Polling;

public class PayloadCodecV3Tests
{
    [TestCase("6:4hello", "T:4hello")]
    [TestCase("1:41:2", "T:4 T:2")]
    [TestCase("0:", "")]
    [TestCase("0:2:4a0:", "T:4a")]
    [TestCase("2:4€", "T:4€")]
    [TestCase("3:4😀2:4a", "T:4😀 T:4a")]
    [TestCase("10:b4AQIDBA==", "T:b4AQIDBA==")]
    [TestCase("003:4ab", "T:4ab")]
    public void A_text_body_is_split_into_its_packets(string body, string expected) => Assert.That(Read(body), Is.EqualTo(expected));

    [TestCase("0002FF3461", "T:4a")]
    [TestCase("0103FF040102", "B:040102")]
    [TestCase("000100FF34616161616161616161" + "0101FF04", "T:4aaaaaaaaa B:04")]
    [TestCase("0004FF34E282AC", "T:4€")]
    [TestCase("0000FF0100FF", "")]
    public void A_binary_body_is_split_into_its_packets(string hex, string expected) =>
        Assert.That(Read(Convert.FromHexString(hex)), Is.EqualTo(expected));

    [TestCase("4hello", "Malformed")]
    [TestCase(":4", "Malformed")]
    [TestCase("2", "Malformed")]
    [TestCase("3:4a", "Malformed")]
    [TestCase("2:4ax", "T:4a Malformed")]
    [TestCase("2:4a1", "T:4a Malformed")]
    [TestCase("2:4a:", "T:4a Malformed")]
    [TestCase("-1:4", "Malformed")]
    [TestCase(" 2:4a", "Malformed")]
    [TestCase("1e1:4aaaaaaaaa", "Malformed")]
    [TestCase("99999999999:4", "Malformed")]
    [TestCase("9999999999:4", "Malformed")]
    [TestCase("2:4😀", "Malformed")]
    [TestCase("2:7a", "Malformed")]
    [TestCase("2:xa", "Malformed")]
    public void A_malformed_text_body_ends_there(string body, string expected) => Assert.That(Read(body), Is.EqualTo(expected));

    [TestCase("00")]
    [TestCase("0002")]
    [TestCase("00FF")]
    [TestCase("0003FF3461")]
    [TestCase("0132FF0401")]
    [TestCase("020134")]
    [TestCase("0009090909090909090909FF34")]
    [TestCase("0003FF34E282")]
    [TestCase("0002FF34FF")]
    [TestCase("FF")]
    public void A_malformed_binary_body_ends_there(string hex) => Assert.That(Read(Convert.FromHexString(hex)), Is.EqualTo("Malformed"));

    [TestCase("343A34FF3A3A")]
    [TestCase("323A34FF")]
    public void A_text_packet_that_is_not_UTF8_is_malformed(string hex) =>
        Assert.That(Read(Convert.FromHexString(hex)), Does.EndWith("Malformed"));

    [Test]
    public void A_body_cut_anywhere_gives_the_packets_before_the_cut_and_no_other([Values] bool isBinary)
    {
        var (body, ends) = Body(isBinary);
        var whole = Read(body).Split(' ');
        for (var at = 1; at < body.Length; at++)
        {
            var before = ends.Count(end => end <= at);
            var expected = ends.Contains(at) ? whole[..before] : [.. whole[..before], "Malformed"];
            Assert.That(Read(body[..at]).Split(' '), Is.EqualTo(expected), $"cut at {at}");
        }
    }

    [Test]
    public void Text_is_written_with_its_UTF16_length() => Assert.That(Write(false, Frame.Text("4😀€")), Is.EqualTo("34" + Hex(":4😀€")));

    [Test]
    public void In_a_binary_payload_text_is_written_with_its_length_in_bytes() =>
        Assert.That(Write(true, Frame.Text("4€aaaaaaaa")), Is.EqualTo("000102FF" + Hex("4€aaaaaaaa")));

    [Test]
    public void Binary_is_written_with_its_mark() =>
        Assert.That(Write(true, Frame.Of(Opcode.Binary, [4, 255])), Is.EqualTo("0102FF04FF"));

    [Test]
    public void A_close_frame_is_left_out() => Assert.That(Write(false, Frame.Close(1000, "bye")), Is.Empty);

    [Test]
    public void What_was_written_is_read_again([Range(1, 20)] int seed)
    {
        var random = new Random(seed);
        var output = new ArrayBufferWriter<byte>();
        var expected = new List<string>();
        for (var i = 0; i < 8; i++)
        {
            var bytes = new byte[random.Next(1, 2000)];
            random.NextBytes(bytes);
            var isText = random.Next(2) == 0;
            var frame = isText ? Frame.Text("4" + Convert.ToHexString(bytes)) : Frame.Of(Opcode.Binary, bytes);
            expected.Add((isText ? "T:4" : "B:") + Convert.ToHexString(bytes));
            var before = output.WrittenCount;
            PayloadCodecV3.Write(frame, output, isBinary: true);
            Assert.That(output.WrittenCount - before, Is.LessThanOrEqualTo(PayloadCodecV3.MaxEncodedSize(frame)));
        }
        Assert.That(Read(output.WrittenSpan.ToArray()) == string.Join(' ', expected), Is.True);
    }

    private static (byte[] Body, int[] Ends) Body(bool isBinary)
    {
        var output = new ArrayBufferWriter<byte>();
        var ends = new List<int>();
        foreach (var packet in new[] { "4a€", "4😀" + new string('x', 12), "2" })
        {
            PayloadCodecV3.Write(Frame.Text(packet), output, isBinary);
            ends.Add(output.WrittenCount);
        }
        return (output.WrittenSpan.ToArray(), [.. ends]);
    }

    private static string Write(bool isBinary, Frame frame)
    {
        var output = new ArrayBufferWriter<byte>();
        PayloadCodecV3.Write(frame, output, isBinary);
        return Convert.ToHexString(output.WrittenSpan);
    }

    private static string Hex(string text) => Convert.ToHexString(Encoding.UTF8.GetBytes(text));

    private static string Read(string body) => Read(Encoding.UTF8.GetBytes(body));

    private static string Read(byte[] bytes)
    {
        var packets = new List<string>();
        Span<byte> body = bytes.ToArray();
        while (PayloadCodecV3.TryRead(ref body, out var packet) is var status && status != PayloadReadStatus.End)
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
}
