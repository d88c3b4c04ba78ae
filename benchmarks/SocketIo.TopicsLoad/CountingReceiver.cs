using System.Diagnostics;
using SocketIo.Topics;

namespace SocketIo.TopicsLoad;

/// <summary>A receiver that acknowledges at once, and counts.</summary>
internal sealed class CountingReceiver(int wanted) : ITopicReceiver
{
    private readonly TaskCompletionSource<long> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;

    /// <summary>Completes with the timestamp of the first event.</summary>
    public Task<long> First => _first.Task;

    /// <summary>Completes when it has as many as are wanted.</summary>
    public Task All => _all.Task;

    public bool HasRoom(int taken, int bytes) => true;

    public Task<bool> WhenRoomAsync() => Task.FromResult(true);

    public void Deliver(ITopicLane lane, ReadOnlySpan<TopicDelivery> deliveries)
    {
        if (_count == 0)
            _first.TrySetResult(Stopwatch.GetTimestamp());
        foreach (var delivery in deliveries)
            lane.Acknowledge(delivery.Stored.Sequence);
        _count += deliveries.Length;
        if (_count >= wanted)
            _all.TrySetResult();
    }

    public void Missed(SequenceRange range)
    {
    }

    public void Disconnect()
    {
    }

    public void Ended()
    {
    }
}
