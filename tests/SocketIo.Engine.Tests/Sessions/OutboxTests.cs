using SocketIo.Engine.Frames;
using SocketIo.Engine.Sessions;

namespace SocketIo.Engine.Tests.Sessions;

public class OutboxTests
{
    [Test]
    public void The_first_to_enqueue_owns_the_drain_and_the_others_do_not()
    {
        var outbox = new Outbox(1000);
        Assert.That(outbox.Enqueue(Frame.Text("1")), Is.EqualTo(EnqueueResult.Owner));
        Assert.That(outbox.Enqueue(Frame.Text("2")), Is.EqualTo(EnqueueResult.Queued));
        Assert.That(outbox.Take(), Is.True);
        Assert.That(outbox.Enqueue(Frame.Text("3")), Is.EqualTo(EnqueueResult.Queued), "during the drain");
        Assert.That(outbox.IsIdle, Is.False);
    }

    [Test]
    public void Frames_come_out_in_the_order_they_went_in_over_several_takes()
    {
        var outbox = new Outbox(1000);
        Fill(outbox, "1", "2");
        outbox.Take();
        Fill(outbox, "3", "4", "5");
        outbox.Take();
        outbox.Take();
        Fill(outbox, "6");
        outbox.Take();
        Assert.That(TakeAll(outbox), Is.EqualTo(new[] { "1", "2", "3", "4", "5", "6" }));
    }

    [Test]
    public void Release_fails_while_a_new_frame_waits_and_then_succeeds_once()
    {
        var outbox = new Outbox(1000);
        Fill(outbox, "1");
        outbox.Take();
        outbox.ConsumeFirst();
        Fill(outbox, "2");
        Assert.That(outbox.TryRelease(), Is.False);
        Assert.That(outbox.Take(), Is.True);
        outbox.ConsumeFirst();
        Assert.That(outbox.TryRelease(), Is.True);
        Assert.That(outbox.IsIdle, Is.True);
        Assert.That(outbox.Enqueue(Frame.Text("3")), Is.EqualTo(EnqueueResult.Owner), "the ownership is free again");
    }

    [Test]
    public void Bytes_are_counted_until_they_are_consumed()
    {
        var outbox = new Outbox(1000);
        var (first, second) = (Frame.Text("12345"), Frame.Text("678"));
        outbox.Enqueue(first);
        outbox.Enqueue(second);
        Assert.That(outbox.QueuedBytes, Is.EqualTo(first.Length + second.Length));
        outbox.Take();
        Assert.That(outbox.QueuedBytes, Is.EqualTo(first.Length + second.Length), "taken is not sent");
        outbox.Consume(3);
        Assert.That(outbox.QueuedBytes, Is.EqualTo(first.Length + second.Length - 3));
        outbox.ConsumeFirst();
        Assert.That(outbox.QueuedBytes, Is.EqualTo(second.Length));
        outbox.ConsumeFirst();
        Assert.That(outbox.QueuedBytes, Is.Zero);
    }

    [Test]
    public void A_frame_over_the_budget_is_refused_and_leaves_no_trace()
    {
        var outbox = new Outbox(10);
        Assert.That(outbox.Enqueue(Frame.Text("12345")), Is.EqualTo(EnqueueResult.Owner));
        Assert.That(outbox.Enqueue(Frame.Text("12")), Is.EqualTo(EnqueueResult.Full));
        Assert.That(outbox.QueuedBytes, Is.EqualTo(7));
        Assert.That(outbox.Enqueue(Frame.Text("1")), Is.EqualTo(EnqueueResult.Queued), "exactly the budget fits");
        outbox.Take();
        Assert.That(TakeAll(outbox), Is.EqualTo(new[] { "12345", "1" }));
    }

    [Test]
    public void An_empty_outbox_takes_a_frame_of_any_size_but_no_second_one()
    {
        var outbox = new Outbox(10);
        var large = Frame.Text(new string('x', 5000));
        Assert.That(outbox.Enqueue(large), Is.EqualTo(EnqueueResult.Owner));
        Assert.That(outbox.Enqueue(large), Is.EqualTo(EnqueueResult.Full));
        outbox.Take();
        outbox.Consume(4990);
        Assert.That(outbox.Enqueue(large), Is.EqualTo(EnqueueResult.Full), "the rest is not written");
        outbox.ConsumeFirst();
        Assert.That(outbox.Enqueue(large), Is.EqualTo(EnqueueResult.Queued));
    }

    [Test]
    public void What_follows_a_frame_over_the_budget_has_all_of_the_budget_until_that_is_written_and_after_it()
    {
        var outbox = new Outbox(10);
        Assert.That(outbox.Enqueue(Frame.Text(new string('x', 5000))), Is.EqualTo(EnqueueResult.Owner));
        Assert.That(outbox.Enqueue(Frame.Text("12345")), Is.EqualTo(EnqueueResult.Queued));
        outbox.Take();
        outbox.Consume(4990);
        Assert.That(outbox.Enqueue(Frame.Text("12")), Is.EqualTo(EnqueueResult.Full), "what is written of the large one gives no room");
        Assert.That(outbox.Enqueue(Frame.Text("1")), Is.EqualTo(EnqueueResult.Queued));
        outbox.Take();
        outbox.ConsumeFirst();
        Assert.That(outbox.QueuedBytes, Is.EqualTo(10));
        Assert.That(outbox.Enqueue(Frame.Text("1")), Is.EqualTo(EnqueueResult.Full));
        outbox.ConsumeFirst();
        Assert.That(outbox.Enqueue(Frame.Text("12345")), Is.EqualTo(EnqueueResult.Queued));
        Assert.That(outbox.Enqueue(Frame.Text("1")), Is.EqualTo(EnqueueResult.Full));
    }

    [Test]
    public void A_frame_over_the_budget_that_is_refused_leaves_no_room_behind()
    {
        var outbox = new Outbox(10);
        Fill(outbox, "12345");
        Assert.That(outbox.Enqueue(Frame.Text(new string('x', 5000))), Is.EqualTo(EnqueueResult.Full));
        Assert.That(outbox.Enqueue(Frame.Text("12")), Is.EqualTo(EnqueueResult.Full));
        Assert.That(outbox.Enqueue(Frame.Text("1")), Is.EqualTo(EnqueueResult.Queued));
    }

    [Test]
    public void Control_frames_behind_a_frame_over_the_budget_have_as_many_bytes_as_elsewhere()
    {
        var outbox = new Outbox(10);
        Fill(outbox, new string('x', 5000));
        Assert.That(outbox.Enqueue(Frame.Text("12345678"), isControl: true), Is.EqualTo(EnqueueResult.Queued));
        Assert.That(outbox.Enqueue(Frame.Text("12345678"), isControl: true), Is.EqualTo(EnqueueResult.Queued));
        Assert.That(outbox.Enqueue(Frame.Text("1"), isControl: true), Is.EqualTo(EnqueueResult.Full));
    }

    [Test]
    public void A_close_frame_is_never_over_the_budget()
    {
        var outbox = new Outbox(10);
        Fill(outbox, new string('x', 5000));
        Assert.That(outbox.Enqueue(Frame.Close(1000, "bye")), Is.EqualTo(EnqueueResult.Queued));
    }

    [Test]
    public void Volatile_frames_are_taken_by_an_idle_outbox_only()
    {
        var outbox = new Outbox(1000);
        Assert.That(outbox.TryEnqueueIdle(Frame.Text("1")), Is.True);
        Assert.That(outbox.TryEnqueueIdle(Frame.Text("2")), Is.False, "something is queued");
        outbox.Take();
        outbox.ConsumeFirst();
        Assert.That(outbox.TryEnqueueIdle(Frame.Text("3")), Is.False, "a drain is under way");
        outbox.TryRelease();
        Assert.That(outbox.TryEnqueueIdle(Frame.Text("4")), Is.True);
        Assert.That(outbox.QueuedBytes, Is.EqualTo(3));
    }

    [Test]
    public void A_sealed_outbox_refuses_and_drops()
    {
        var outbox = new Outbox(1000);
        Fill(outbox, "1", "2");
        Assert.That(outbox.Seal(), Is.False, "it was not idle");
        Assert.That(outbox.Enqueue(Frame.Text("3")), Is.EqualTo(EnqueueResult.Sealed));
        Assert.That(outbox.TryEnqueueIdle(Frame.Text("3")), Is.False);
        Assert.That(outbox.Take(), Is.False);
        Assert.That(outbox.HasPending, Is.False);
        Assert.That(outbox.Enqueue(Frame.Text("4")), Is.EqualTo(EnqueueResult.Sealed), "sealed for good");
        Assert.That(outbox.Take(), Is.False);
        Assert.That(outbox.TryRelease(), Is.False);
    }

    [Test]
    public void Sealing_an_idle_outbox_says_so() => Assert.That(new Outbox(10).Seal(), Is.True);

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(7)]
    [TestCase(1000)]
    public void Partial_sends_continue_where_they_ended(int part)
    {
        var outbox = new Outbox(100_000);
        var frames = Enumerable.Range(0, 20).Select(i => Frame.Text(new string((char)('a' + i), i * 3))).ToArray();
        foreach (var frame in frames)
            outbox.Enqueue(frame);
        outbox.Take();

        var sent = new List<byte>();
        while (outbox.HasPending)
        {
            var rest = outbox.FirstRest.Span;
            rest = rest[..Math.Min(part, rest.Length)];
            sent.AddRange(rest);
            Assert.That(outbox.Consume(rest.Length), Is.False);
        }
        Assert.That(sent, Is.EqualTo(frames.SelectMany(frame => frame.Span.ToArray())));
        Assert.That(outbox.QueuedBytes, Is.Zero);
    }

    [Test]
    public void One_consume_may_end_in_the_middle_of_a_later_frame()
    {
        var outbox = new Outbox(1000);
        Fill(outbox, "abc", "def", "ghi");
        outbox.Take();
        outbox.Consume(5 + 3);
        Assert.That(outbox.FirstRest.ToArray(), Is.EqualTo("ef"u8.ToArray()));
        Assert.That(outbox.HasOne, Is.False);
        outbox.Consume(2);
        Assert.That(FrameText.Of(outbox.First), Is.EqualTo("ghi"));
        Assert.That(outbox.HasOne, Is.True);
    }

    [Test]
    public void Gather_copies_from_the_offset_on_and_as_much_as_fits()
    {
        var outbox = new Outbox(1000);
        Fill(outbox, "abc", "def", "ghi");
        outbox.Take();
        outbox.Consume(3);
        var all = new byte[100];
        Assert.That(outbox.Gather(all), Is.EqualTo(2 + 5 + 5));
        Assert.That(FrameText.Of(all.AsSpan(2, 10)), Is.EqualTo("def ghi"));

        var few = new byte[6];
        Assert.That(outbox.Gather(few), Is.EqualTo(6));
        Assert.That(few, Is.EqualTo(all[..6]));
        Assert.That(outbox.QueuedBytes, Is.EqualTo(12), "gathering sends nothing");
    }

    [Test]
    public void Gather_never_passes_a_close_frame()
    {
        var outbox = new Outbox(1000);
        var close = Frame.Close(1000, "bye");
        Fill(outbox, "a");
        outbox.Enqueue(close);
        Fill(outbox, "late");
        outbox.Take();
        var buffer = new byte[100];
        var count = outbox.Gather(buffer);
        Assert.That(FrameText.Of(buffer.AsSpan(0, count)), Is.EqualTo("a close 1000 bye"));
        Assert.That(outbox.Consume(count), Is.True, "the close frame has left");
    }

    [Test]
    public void A_close_frame_counts_as_sent_with_its_last_byte()
    {
        var outbox = new Outbox(1000);
        var close = Frame.Close(1000, "bye");
        outbox.Enqueue(close);
        outbox.Take();
        Assert.That(outbox.Consume(close.Length - 1), Is.False);
        Assert.That(outbox.Consume(1), Is.True);
    }

    [Test]
    public void Every_frame_comes_out_once_and_in_its_producers_order_with_one_owner_at_a_time([Values(1, 2, 3)] int seed, [Values] bool inline)
    {
        const int Producers = 6;
        const int Each = 20_000;
        var outbox = new Outbox(int.MaxValue);
        var seen = new int[Producers];
        var owners = 0;
        var faults = 0;

        void Drain(Random random)
        {
            if (Interlocked.Increment(ref owners) != 1)
                Interlocked.Increment(ref faults);
            do
            {
                outbox.Take();
                while (outbox.HasPending)
                {
                    var (producer, number) = Parse(outbox.First);
                    if (seen[producer]++ != number)
                        Interlocked.Increment(ref faults);
                    Consume(outbox, random);

                    // the transport is busy: another thread goes on later
                    if (!inline && outbox.HasPending && random.Next(50) == 0)
                    {
                        Interlocked.Decrement(ref owners);
                        var next = random.Next();
                        ThreadPool.QueueUserWorkItem(_ => Drain(new Random(next)));
                        return;
                    }
                }
                Interlocked.Decrement(ref owners);
                if (outbox.TryRelease())
                    return;
                Interlocked.Increment(ref owners);
            }
            while (true);
        }

        Elsewhere.RunTogether([.. Enumerable.Range(0, Producers).Select<int, Action>(producer => () =>
        {
            var random = new Random(seed * 100 + producer);
            for (var i = 0; i < Each; i++)
            {
                if (outbox.Enqueue(Frame.Text($"{producer} {i}")) is EnqueueResult.Owner)
                    Drain(random);
            }
        })]);

        SpinWait.SpinUntil(() => outbox.IsIdle, TimeSpan.FromSeconds(20));
        Assert.That(faults, Is.Zero);
        Assert.That(seen, Is.All.EqualTo(Each));
        Assert.That(outbox.QueuedBytes, Is.Zero);
        Assert.That(outbox.IsIdle, Is.True);
    }

    [Test]
    public void A_seal_amid_enqueues_and_drains_stays([Range(1, 20)] int seed)
    {
        var outbox = new Outbox(int.MaxValue);
        Elsewhere.RunTogether([.. Enumerable.Range(0, 3).Select<int, Action>(who => () =>
        {
            var random = new Random(seed * 100 + who);
            if (who == 0)
            {
                Thread.SpinWait(random.Next(20_000));
                outbox.Seal();
                return;
            }
            for (var i = 0; i < 3000; i++)
            {
                if (outbox.Enqueue(Frame.Ping) is not EnqueueResult.Owner)
                    continue;
                do
                {
                    if (!outbox.Take())
                        return;
                    while (outbox.HasPending)
                        outbox.ConsumeFirst();
                }
                while (!outbox.TryRelease());
            }
        })]);
        Assert.That(outbox.Enqueue(Frame.Ping), Is.EqualTo(EnqueueResult.Sealed));
        Assert.That(outbox.IsIdle, Is.False);
    }

    private static void Fill(Outbox outbox, params string[] packets)
    {
        foreach (var packet in packets)
            outbox.Enqueue(Frame.Text(packet));
    }

    private static List<string> TakeAll(Outbox outbox)
    {
        var all = new List<string>();
        for (; outbox.HasPending; outbox.ConsumeFirst())
            all.Add(FrameText.Of(outbox.First));
        return all;
    }

    private static (int Producer, int Number) Parse(Frame frame)
    {
        var text = FrameText.Of(frame).Split(' ');
        return (int.Parse(text[0], null), int.Parse(text[1], null));
    }

    private static void Consume(Outbox outbox, Random random)
    {
        if (random.Next(2) == 0)
        {
            outbox.ConsumeFirst();
            return;
        }
        var length = outbox.First.Length;
        var part = random.Next(length);
        outbox.Consume(part);
        outbox.Consume(length - part);
    }
}
