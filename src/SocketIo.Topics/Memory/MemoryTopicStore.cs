using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SocketIo.Topics;

/// <summary>Keeps topics in memory, up to a number of bytes; the oldest events are then deleted. They are gone with the process.</summary>
public sealed class MemoryTopicStore : ITopicStore
{
    private readonly long _maxBytes;
    private readonly Lock _sync = new();

    // guarded by _sync
    private readonly Dictionary<TopicName, MemoryTopic> _topics = [];
    private long _bytes;
    private long _count;

    // The topic of each event in the order of storing, those of deleted ones included: see MemoryTopic.Stale.
    private readonly Queue<MemoryTopic> _order = new();

    /// <summary>Makes an empty store.</summary>
    /// <param name="maxBytes">The most bytes that the events of all topics may occupy together. Default 64 MiB.</param>
    public MemoryTopicStore(long maxBytes = 64 * 1024 * 1024)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 1);
        _maxBytes = maxBytes;
    }

    /// <inheritdoc />
    public string Name => "memory";

    /// <inheritdoc />
    public bool IsShared => false;

    /// <inheritdoc />
    public ValueTask OpenAsync(TopicStoreContext context, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            foreach (var (_, subscription) in _topics.Values.SelectMany(static topic => topic.Subscriptions))
                subscription.Release(null, []);
        }
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public ValueTask ExecuteAsync(TopicBatch batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        lock (_sync)
        {
            foreach (var append in batch.Appends)
                Append(append, batch.Now);
            foreach (var move in batch.Moves)
                move.Cursor = Find(move.Subscription)?.MoveTo(move.To);
            foreach (var operation in batch.Others)
                Execute(operation, batch.Now);
        }
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public ValueTask<TopicPage> ReadAsync(TopicName topic, long after, int maxCount, int maxBytes, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            return ValueTask.FromResult(_topics.TryGetValue(topic, out var found)
                ? new TopicPage(found.Events.Kept, found.Read(after, maxCount, maxBytes))
                : new TopicPage(new(1, 0), []));
        }
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<TopicInfo> ListTopicsAsync(
        TopicName? topic, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        TopicInfo[] topics;
        lock (_sync)
        {
            topics = [.. _topics
                .Where(one => topic is null || one.Key == topic)
                .OrderBy(static one => one.Key.Namespace, StringComparer.Ordinal)
                .ThenBy(static one => one.Key.Name, StringComparer.Ordinal)
                .Select(static one => InfoOf(one.Key, one.Value))];
        }
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var info in topics)
            yield return info;
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<SubscriptionInfo> ListSubscriptionsAsync(
        TopicName topic, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        SubscriptionInfo[] subscriptions = [];
        lock (_sync)
        {
            if (_topics.TryGetValue(topic, out var found))
                subscriptions = [.. found.Subscriptions.Select(one => InfoOf(new(topic, one.Key), one.Value, found.Events.Kept))];
        }
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var info in subscriptions)
            yield return info;
    }

    /// <inheritdoc />
    public ValueTask CheckAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static TopicInfo InfoOf(TopicName name, MemoryTopic topic) =>
        new(name, topic.Id, topic.Events.Kept, topic.Events.Bytes, topic.SubscriptionCount);

    private static SubscriptionInfo InfoOf(SubscriptionName name, MemorySubscription subscription, SequenceRange kept) =>
        new(name, subscription.IsShared, subscription.Cursor, subscription.LagOf(kept), subscription.IsAttached, subscription.LastSeen);

    private void Append(AppendEvent append, DateTimeOffset now)
    {
        if (StoredEvent.SizeOf(append.Data) > _maxBytes)
        {
            append.Error = new TopicStoreException($"The event is larger than the store, {_maxBytes} bytes.");
            return;
        }
        var topic = FindOrMake(append.Topic);
        var (bytes, count) = (topic.Events.Bytes, topic.Events.Kept.Count);
        topic.Append(append, now);
        if (topic.Events.Kept.Count == count)
            return;
        _order.Enqueue(topic);
        _bytes += topic.Events.Bytes - bytes;
        _count++;
        while (_bytes > _maxBytes)
            DeleteOldest();
    }

    private void DeleteOldest()
    {
        var topic = _order.Dequeue();
        if (topic.Stale > 0)
            topic.Stale--;
        else
            DeleteFirst(topic);
    }

    private void DeleteFirst(MemoryTopic topic)
    {
        var bytes = topic.Events.Bytes;
        topic.Events.RemoveFirst();
        _bytes -= bytes - topic.Events.Bytes;
        _count--;
    }

    private void Execute(TopicOperation operation, DateTimeOffset now)
    {
        switch (operation)
        {
            case AttachSubscriber attach:
                FindOrMake(attach.Subscription.Topic).Attach(attach, now);
                break;
            case DetachSubscriber detach:
                Find(detach.Subscription)?.Detach(detach.Sent, now);
                break;
            case RemoveSubscription remove:
                remove.IsRemoved = _topics.TryGetValue(remove.Subscription.Topic, out var topic) && topic.Remove(remove);
                break;
            case ClaimEvents claim:
                Find(claim.Subscription)?.Claim(claim, _topics[claim.Subscription.Topic].Events.Kept);
                break;
            case AcknowledgeClaims acknowledge:
                Find(acknowledge.Subscription)?.Acknowledge(acknowledge.Sequences);
                break;
            case ReleaseClaims release:
                Find(release.Subscription)?.Release(release.Owner, release.Keep);
                break;
            case TrimTopic trim:
                Trim(trim, now);
                break;
            case RenewOwner renew:
                renew.Owners = [new(renew.Owner, renew.Beat)];
                break;
            case RemoveOwner remove:
                foreach (var (_, subscription) in _topics.Values.SelectMany(static one => one.Subscriptions))
                    subscription.Leave(remove.Owner, now);
                break;
        }
    }

    private void Trim(TrimTopic trim, DateTimeOffset now)
    {
        if (!_topics.TryGetValue(trim.Topic, out var topic))
            return;
        var last = topic.LastToTrim(trim, now);
        var first = topic.Events.Kept.First;
        trim.HasMore = last - first >= trim.MaxDeleted;
        while (topic.Events.Kept.First <= last && topic.Events.Kept.First - first < trim.MaxDeleted)
        {
            DeleteFirst(topic);
            topic.Stale++;
        }
        trim.Deleted = new(first, topic.Events.Kept.First - 1);
        if (topic.IsUnused)
            _topics.Remove(trim.Topic);
        if (_order.Count > 2 * _count + 1024)
            ForgetStale();
    }

    // Each once, so that the order stays.
    private void ForgetStale()
    {
        for (var i = _order.Count; i > 0; i--)
        {
            var topic = _order.Dequeue();
            if (topic.Stale > 0)
                topic.Stale--;
            else
                _order.Enqueue(topic);
        }
    }

    private MemorySubscription? Find(SubscriptionName name) =>
        _topics.TryGetValue(name.Topic, out var topic) && topic.TryGet(name.Subscriber, out var subscription) ? subscription : null;

    private MemoryTopic FindOrMake(TopicName name)
    {
        ref var topic = ref CollectionsMarshal.GetValueRefOrAddDefault(_topics, name, out _);
        return topic ??= new MemoryTopic();
    }
}
