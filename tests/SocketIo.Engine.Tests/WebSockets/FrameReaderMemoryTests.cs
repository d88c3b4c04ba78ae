using System.Buffers;
using SocketIo.Engine.Frames;
using SocketIo.Engine.WebSockets;

namespace SocketIo.Engine.Tests.WebSockets;

/// <summary>
/// What the reader rents shows in what the pool allocates: readers that hold their memory make it allocate anew for each,
/// readers that give it back share one array.
/// </summary>
[NonParallelizable]
public class FrameReaderMemoryTests
{
    private const int Limit = 1 << 20;
    private const int Readers = 200;
    private const int MessageSize = 16_000;

    private static readonly byte[] Message = ClientFrames.Make(Opcode.Binary, new byte[MessageSize]);
    private static readonly byte[] Unfinished = ClientFrames.Make(Opcode.Binary, new byte[MessageSize], final: false);
    private static readonly byte[] Bad = [0xFF, 0xFF];

    [Test]
    public void Small_messages_allocate_nothing()
    {
        var reader = new FrameReader(Limit);
        byte[] bytes = [.. ClientFrames.Text("42[\"hello\",1]"), .. ClientFrames.Make(Opcode.Ping, [1, 2]), .. ClientFrames.Make(Opcode.Binary, new byte[300])];
        ReadMany(reader, bytes, 100);
        Assert.That(AllocatedBy(() => ReadMany(reader, bytes, 1_000)), Is.Zero);
    }

    [Test]
    public void Small_fragmented_messages_in_segments_allocate_nothing()
    {
        var reader = new FrameReader(Limit);
        byte[] bytes = [.. ClientFrames.Text("42[\"hel", final: false), .. ClientFrames.Make(Opcode.Continuation, "lo\",1]"u8.ToArray())];
        var input = Segments.Of([.. bytes.Chunk(5)]);
        ReadMany(reader, input, 100);
        Assert.That(AllocatedBy(() => ReadMany(reader, input, 1_000)), Is.Zero);
    }

    [Test]
    public void Idle_readers_hold_no_buffer_after_Release() =>
        Assert.That(AllocatedByEach(reader =>
        {
            Feed(reader, Message);
            reader.Release();
        }), Is.LessThan(MessageSize));

    [Test]
    public void A_message_is_given_back_by_the_next_TryRead() =>
        Assert.That(AllocatedByEach(reader =>
        {
            Feed(reader, Message);
            Feed(reader, []);
        }), Is.LessThan(MessageSize));

    [Test]
    public void Dispose_gives_an_unfinished_message_back() =>
        Assert.That(AllocatedByEach(reader =>
        {
            Feed(reader, Unfinished);
            reader.Drop();
        }), Is.LessThan(MessageSize));

    [Test]
    public void Dispose_gives_a_finished_message_back_once()
    {
        var reader = new FrameReader(Limit);
        Feed(reader, Message);
        reader.Drop();
        reader.Drop();
        var (first, second) = (ArrayPool<byte>.Shared.Rent(MessageSize), ArrayPool<byte>.Shared.Rent(MessageSize));
        Assert.That(first, Is.Not.SameAs(second));
    }

    [Test]
    public void An_error_gives_the_message_back() =>
        Assert.That(AllocatedByEach(reader =>
        {
            Feed(reader, Unfinished);
            Feed(reader, Bad);
        }), Is.LessThan(MessageSize));

    [Test]
    public void A_length_over_the_limit_rents_nothing() =>
        Assert.That(AllocatedByEach(reader => Feed(reader, ClientFrames.Header(Opcode.Binary, Limit + 1))), Is.LessThan(HeadersOnly));

    [Test]
    public void An_announced_length_rents_nothing_before_payload_comes() =>
        Assert.That(AllocatedByEach(reader => Feed(reader, [.. ClientFrames.Header(Opcode.Binary, Limit), .. ClientFrames.Key])), Is.LessThan(HeadersOnly));

    [Test]
    public void A_message_that_has_begun_holds_no_more_than_4_KB() =>
        Assert.That(AllocatedByEach(reader => Feed(reader, [.. ClientFrames.Header(Opcode.Binary, Limit), .. ClientFrames.Key, 1, 2, 3])),
            Is.LessThan(HeadersOnly + (Readers * (4096 + 100))));

    [Test]
    public void A_growing_message_holds_no_more_than_twice_what_came()
    {
        var begun = ClientFrames.Make(Opcode.Binary, new byte[Limit])[..40_000];
        Assert.That(AllocatedByEach(reader =>
        {
            foreach (var part in begun.Chunk(1_000))
                Feed(reader, part);
        }, warmUp: 1), Is.LessThan(Readers * (65536 + 4_000 + 45_000)));
    }

    // For the test's own arrays and sequences, and for what the error says.
    private const int HeadersOnly = Readers * 500;

    private static long AllocatedByEach(Action<FrameReader> use, int warmUp = 2)
    {
        FrameReader[] readers = [.. Enumerable.Range(0, Readers + warmUp).Select(_ => new FrameReader(Limit))];
        foreach (var reader in readers[..warmUp])
            use(reader);
        var measured = readers[warmUp..];
        return AllocatedBy(() =>
        {
            foreach (var reader in measured)
                use(reader);
        });
    }

    private static long AllocatedBy(Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void Feed(FrameReader reader, byte[] bytes)
    {
        var input = new ReadOnlySequence<byte>(bytes);
        while (!input.IsEmpty && reader.TryRead(ref input) is not (FrameReadStatus.NeedMore or FrameReadStatus.Error))
        {
        }

        if (bytes.Length == 0)
            reader.TryRead(ref input);
    }

    private static void ReadMany(FrameReader reader, byte[] bytes, int times) => ReadMany(reader, new ReadOnlySequence<byte>(bytes), times);

    private static void ReadMany(FrameReader reader, ReadOnlySequence<byte> bytes, int times)
    {
        for (var i = 0; i < times; i++)
        {
            var input = bytes;
            while (reader.TryRead(ref input) is var status && status != FrameReadStatus.NeedMore)
            {
                if (status == FrameReadStatus.Error)
                    throw new InvalidOperationException(reader.CloseReason);
            }
        }
    }
}
