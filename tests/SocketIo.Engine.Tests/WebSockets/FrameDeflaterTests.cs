using System.Buffers;
using System.Text;
using SocketIo.Engine.Frames;
using SocketIo.Engine.Sessions;
using SocketIo.Engine.WebSockets;

namespace SocketIo.Engine.Tests.WebSockets;

public class FrameDeflaterTests
{
    private static readonly FrameDeflater Deflater = new(threshold: 100, longest: int.MaxValue);

    private static readonly string Long = "4" + string.Concat(Enumerable.Repeat("a long message, ", 100));

    [Test]
    public void A_message_of_the_threshold_s_size_is_deflated_and_a_shorter_one_is_not()
    {
        var (less, enough) = (Frame.Text(Long[..99]), Frame.Text(Long[..100]));
        Assert.That(Deflater.Adapt(less), Is.SameAs(less));
        Assert.That(Read(Deflater.Adapt(enough)), Is.EqualTo(new[] { Received.Text(Long[..100]) }));
        Assert.That(Deflater.Adapt(enough).Span[0], Is.EqualTo(0xC1));
    }

    [Test]
    public void Each_message_of_a_frame_is_deflated_by_itself_where_it_pays()
    {
        var noise = new byte[500];
        new Random(1).NextBytes(noise);
        var text = Encoding.UTF8.GetBytes(Long);
        var frame = Frame.Of(Opcode.Text, text, new byte[1000], noise, new byte[99], Array.Empty<byte>(), new byte[70_000]);
        var deflated = Deflater.Adapt(frame);
        Assert.That(deflated.Length, Is.LessThan(900));
        Assert.That(FirstBytes(deflated), Is.EqualTo(new byte[] { 0xC1, 0xC2, 0x82, 0x82, 0x82, 0xC2 }));
        Assert.That(Read(deflated), Is.EqualTo(new[]
        {
            Received.Text(Long),
            Received.Of(FrameReadStatus.Binary, new byte[1000]),
            Received.Of(FrameReadStatus.Binary, noise),
            Received.Of(FrameReadStatus.Binary, new byte[99]),
            Received.Of(FrameReadStatus.Binary, []),
            Received.Of(FrameReadStatus.Binary, new byte[70_000]),
        }));
    }

    [Test]
    public void What_does_not_become_smaller_is_sent_as_it_is()
    {
        var noise = new byte[5000];
        new Random(1).NextBytes(noise);
        var frame = Frame.Of(Opcode.Binary, noise);
        Assert.That(Deflater.Adapt(frame), Is.SameAs(frame));
    }

    [Test]
    public void Control_frames_and_tiny_messages_stay_also_without_a_threshold()
    {
        var deflater = new FrameDeflater(threshold: 0, longest: int.MaxValue);
        foreach (var frame in new[] { Frame.Ping, Frame.Of(Opcode.Ping, new byte[125]), Frame.Close(1000, new string('x', 120)), Frame.Of(Opcode.Binary, []) })
            Assert.That(deflater.Adapt(frame), Is.SameAs(frame));
    }

    [Test]
    public void A_frame_that_is_not_to_be_compressed_is_not()
    {
        var frame = Frame.Text(Long).Uncompressed();
        Assert.That(Deflater.Adapt(frame), Is.SameAs(frame));
    }

    [Test]
    public void A_shared_frame_is_deflated_once_however_many_take_it_at_once()
    {
        var frame = Frame.Text(Long).Shared();
        var deflated = new Frame[200];
        Parallel.For(0, deflated.Length, i => deflated[i] = new FrameDeflater(100, 40_000).Adapt(frame));
        Assert.That(deflated, Is.All.SameAs(deflated[0]));
        Assert.That(Read(deflated[0]), Is.EqualTo(new[] { Received.Text(Long) }));
    }

    [Test]
    public void A_frame_made_over_for_an_old_client_stays_uncompressed()
    {
        var old = new Revision3(isBase64: false);
        var frame = Frame.Of(Opcode.Binary, new byte[1000]);
        Assert.That(Deflater.Adapt(old.Adapt(frame)).Length, Is.LessThan(100));
        Assert.That(Deflater.Adapt(old.Adapt(frame.Uncompressed())).Length, Is.GreaterThan(1000));
    }

    [Test]
    public void Receivers_of_one_frame_queue_the_same_deflated_one_and_count_its_bytes()
    {
        var frame = Frame.Text(Long).Shared();
        Outbox[] outboxes = [new(100_000), new(100_000)];
        foreach (var outbox in outboxes)
        {
            outbox.Enqueue(Frame.Ping);
            outbox.Enqueue(frame);
            outbox.Enqueue(Frame.Ping);
            outbox.Take(Deflater);
            outbox.ConsumeFirst();
        }
        Assert.That(outboxes[0].First, Is.Not.SameAs(frame).And.SameAs(outboxes[1].First));
        foreach (var outbox in outboxes)
        {
            var size = Deflater.Adapt(frame).Length;
            Assert.That(outbox.QueuedBytes, Is.EqualTo(size + Frame.Ping.Length));
            var gathered = new byte[1000];
            Assert.That(outbox.Gather(gathered), Is.EqualTo(outbox.QueuedBytes));
            Assert.That(outbox.Consume(5), Is.False);
            Assert.That(outbox.FirstRest.Length, Is.EqualTo(size - 5));
            outbox.Take(Deflater);
            Assert.That(outbox.FirstRest.Length, Is.EqualTo(size - 5), "a frame that is half sent stays as it is");
            outbox.Consume(size - 5);
            outbox.ConsumeFirst();
            Assert.That((outbox.QueuedBytes, outbox.HasPending, outbox.TryRelease()), Is.EqualTo((0, false, true)));
        }
    }

    private static byte[] FirstBytes(Frame frame)
    {
        var bytes = new List<byte>();
        for (var rest = frame.Span; !rest.IsEmpty; FrameWriter.Next(ref rest, out _))
            bytes.Add(rest[0]);
        return [.. bytes];
    }

    // A reader without a context, of frames that are masked with zeroes.
    private static List<Received> Read(Frame frame)
    {
        var masked = new ArrayBufferWriter<byte>();
        for (var rest = frame.Span; !rest.IsEmpty;)
        {
            var first = rest[0];
            var payload = FrameWriter.Next(ref rest, out var opcode).ToArray();
            var made = ClientFrames.Make(opcode, payload);
            made[0] = first;
            masked.Write(made);
        }
        var reader = new FrameReader(1_000_000, new PerMessageDeflate(Deflater, keepsContext: false));
        return Received.From(reader, [masked.WrittenSpan.ToArray()], incremental: false);
    }
}
