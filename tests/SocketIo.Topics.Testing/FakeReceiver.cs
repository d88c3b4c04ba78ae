using System.Text;
using SocketIo.TestKit;

namespace SocketIo.Topics.Testing;

/// <summary>A receiver that keeps what it gets, and acknowledges at once, later or never.</summary>
internal sealed class FakeReceiver : ITopicReceiver
{
    private readonly Lock _sync = new();
    private readonly List<Delivered> _delivered = [];
    private readonly List<SequenceRange> _missed = [];
    private readonly TaskCompletionSource<bool> _room = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _delivering;

    /// <summary>How many bytes of events it takes at once, before <see cref="MakeRoom"/>.</summary>
    public int MaxBytes { get; set; } = int.MaxValue;

    /// <summary>Whether it acknowledges inside of the delivery.</summary>
    public bool Acknowledges { get; set; } = true;

    /// <summary>What it does instead of keeping the event.</summary>
    public Action<Delivered>? OnDelivered { get; set; }

    public ITopicLane? Lane { get; private set; }

    public int DisconnectCount { get; private set; }

    public bool HasEnded { get; private set; }

    public Delivered[] All
    {
        get
        {
            lock (_sync)
                return [.. _delivered];
        }
    }

    public string Texts => string.Join(' ', All.Select(static one => one.Text));

    public long[] Sequences => [.. All.Select(static one => one.Sequence)];

    public SequenceRange[] AllMissed
    {
        get
        {
            lock (_sync)
                return [.. _missed];
        }
    }

    public int Count
    {
        get
        {
            lock (_sync)
                return _delivered.Count;
        }
    }

    /// <summary>Waits until so many events are there.</summary>
    public Task GotAsync(int count) => Deadlines.Eventually(() => Count >= count);

    public void Acknowledge(params ReadOnlySpan<long> sequences)
    {
        foreach (var sequence in sequences)
            Lane!.Acknowledge(sequence);
    }

    /// <summary>It takes as much as comes from now on.</summary>
    public void MakeRoom() => _room.SetResult(true);

    /// <summary>It has its place.</summary>
    public void Join(ITopicLane lane) => Lane = lane;

    public void Leave() => Lane!.Leave();

    public void AcknowledgeAll() => Acknowledge([.. Sequences.Distinct()]);

    bool ITopicReceiver.HasRoom(int taken, int bytes) => taken + bytes <= MaxBytes || _room.Task.IsCompleted;

    Task<bool> ITopicReceiver.WhenRoomAsync() => _room.Task;

    void ITopicReceiver.Deliver(ITopicLane lane, ReadOnlySpan<TopicDelivery> deliveries)
    {
        Assert.That(Interlocked.Increment(ref _delivering), Is.EqualTo(1), "One delivery at a time.");
        Lane = lane;
        foreach (var (stored, isRedelivered) in deliveries)
            Deliver(lane, stored, isRedelivered);
        Interlocked.Decrement(ref _delivering);
    }

    private void Deliver(ITopicLane lane, StoredEvent stored, bool isRedelivered)
    {
        var json = Encoding.UTF8.GetString(stored.Data.Json.Span);
        var delivered = new Delivered(stored.Sequence, json["[\"event\",\"".Length..^2], isRedelivered);
        lock (_sync)
            _delivered.Add(delivered);
        OnDelivered?.Invoke(delivered);
        if (Acknowledges)
            lane.Acknowledge(stored.Sequence);
    }

    void ITopicReceiver.Missed(SequenceRange range)
    {
        lock (_sync)
            _missed.Add(range);
    }

    void ITopicReceiver.Disconnect() => DisconnectCount++;

    void ITopicReceiver.Ended() => HasEnded = true;
}

/// <summary>What a receiver got.</summary>
internal readonly record struct Delivered(long Sequence, string Text, bool IsRedelivered);
