using SocketIo.Engine.Frames;
using SocketIo.Engine.Sessions;

namespace SocketIo.Engine.Tests.Sessions;

[NonParallelizable]
public class FrameNodeTests
{
    [Test]
    public void Enqueuing_and_draining_allocates_nothing_once_the_nodes_exist([Values(1, 2, 100, 1000)] int depth)
    {
        var outbox = new Outbox(int.MaxValue);
        for (var i = 0; i < 20; i++)
            Round(outbox, depth);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20; i++)
            Round(outbox, depth);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        // nodes past one thread's chain pass through a shared queue, whose segments are allocated now and then
        var allowed = depth > 256 ? 20 * depth : 0;
        Assert.That(allocated, Is.LessThanOrEqualTo(allowed));
    }

    [Test]
    public void A_returned_node_is_rented_again_and_keeps_no_frame_alive()
    {
        var node = FrameNode.Rent(Frame.Ping);
        FrameNode.Return(node);
        Assert.That(node.Frame, Is.Null);
        var again = FrameNode.Rent(Frame.Noop);
        Assert.That(again, Is.SameAs(node));
        Assert.That(again.Next, Is.Null);
        Assert.That(again.Frame, Is.SameAs(Frame.Noop));
    }

    [Test]
    public void A_thread_that_only_gives_feeds_a_thread_that_only_takes()
    {
        const int Count = 4096;
        var nodes = new FrameNode[Count];
        for (var i = 0; i < Count; i++)
            nodes[i] = FrameNode.Rent(Frame.Ping);
        Assert.That(nodes.Distinct().Count(), Is.EqualTo(Count), "a node was rented twice");
        Elsewhere.Run(() => Array.ForEach(nodes, FrameNode.Return));

        // one chain of 256 may stay with the giver
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Count - 256; i++)
            nodes[i] = FrameNode.Rent(Frame.Noop);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.That(allocated, Is.Zero);
        Assert.That(nodes[..(Count - 256)].Distinct().Count(), Is.EqualTo(Count - 256), "a node was rented twice");
    }

    private static void Round(Outbox outbox, int depth)
    {
        for (var i = 0; i < depth; i++)
            outbox.Enqueue(Frame.Ping);
        outbox.Take();
        while (outbox.HasPending)
            outbox.ConsumeFirst();
        outbox.TryRelease();
    }
}
