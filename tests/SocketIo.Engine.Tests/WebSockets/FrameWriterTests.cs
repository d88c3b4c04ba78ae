using SocketIo.Engine.Frames;

namespace SocketIo.Engine.Tests.WebSockets;

public class FrameWriterTests
{
    private static readonly int[] Sizes = [0, 1, 125, 126, 127, 65534, 65535, 65536, 200_000];

    [TestCase(0, "8200")]
    [TestCase(1, "8201")]
    [TestCase(125, "827D")]
    [TestCase(126, "827E007E")]
    [TestCase(65535, "827EFFFF")]
    [TestCase(65536, "827F0000000000010000")]
    [TestCase(int.MaxValue, "827F000000007FFFFFFF")]
    public void A_header_has_the_shortest_length_and_no_mask(int length, string expected)
    {
        Span<byte> header = stackalloc byte[FrameWriter.MaxHeaderSize];
        var size = FrameWriter.WriteHeader(header, Opcode.Binary, length);
        Assert.That(Convert.ToHexString(header[..size]), Is.EqualTo(expected));
    }

    [TestCaseSource(nameof(Sizes))]
    public void The_announced_header_size_is_the_written_one(int length) =>
        Assert.That(FrameWriter.WriteHeader(new byte[FrameWriter.MaxHeaderSize], Opcode.Text, length), Is.EqualTo(FrameWriter.HeaderSize(length)));

    [TestCase(Opcode.Text, 0x81)]
    [TestCase(Opcode.Binary, 0x82)]
    [TestCase(Opcode.Close, 0x88)]
    [TestCase(Opcode.Ping, 0x89)]
    [TestCase(Opcode.Pong, 0x8A)]
    public void A_frame_is_final_and_carries_its_opcode(object opcode, int expected)
    {
        var header = new byte[2];
        FrameWriter.WriteHeader(header, (Opcode)opcode, 0);
        Assert.That(header[0], Is.EqualTo(expected));
    }

    [Test]
    public void Next_walks_frames_that_lie_back_to_back()
    {
        var random = new Random(3);
        var payloads = Sizes.Select(size => new byte[size]).ToArray();
        var all = new List<byte>();
        foreach (var payload in payloads)
        {
            random.NextBytes(payload);
            var header = new byte[FrameWriter.HeaderSize(payload.Length)];
            FrameWriter.WriteHeader(header, Opcode.Binary, payload.Length);
            all.AddRange([.. header, .. payload]);
        }

        ReadOnlySpan<byte> rest = all.ToArray();
        foreach (var payload in payloads)
        {
            var next = FrameWriter.Next(ref rest, out var opcode);
            Assert.That(opcode, Is.EqualTo(Opcode.Binary));
            Assert.That(next.SequenceEqual(payload), Is.True, $"{payload.Length} bytes");
        }

        Assert.That(rest.IsEmpty, Is.True);
    }
}
