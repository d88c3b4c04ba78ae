using System.Diagnostics.CodeAnalysis;

namespace SocketIo.Topics;

/// <summary>One topic in memory. Guarded by the store's lock.</summary>
internal sealed class MemoryTopic
{
    private readonly MemoryKeys _keys = new();
    private readonly Dictionary<string, MemorySubscription> _subscriptions = new(StringComparer.Ordinal);

    public MemoryEvents Events { get; } = new();

    public string Id { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Of the store's list of all events, how many that belong to this topic have been deleted.</summary>
    public long Stale { get; set; }

    public int SubscriptionCount => _subscriptions.Count;

    public bool IsUnused => Events.Kept.Count == 0 && _subscriptions.Count == 0 && _keys.Count == 0;

    private long Last => Events.Kept.Last;

    public IEnumerable<KeyValuePair<string, MemorySubscription>> Subscriptions =>
        _subscriptions.OrderBy(static one => one.Key, StringComparer.Ordinal);

    public void Append(AppendEvent append, DateTimeOffset now)
    {
        if (append.Key is { } key && _keys.TryGet(key, append.Memory, Last, now, out var known))
        {
            append.IsDuplicate = true;
            append.Sequence = known;
            return;
        }
        append.Sequence = Events.Add(now, append.Data);
        if (append.Key is not null)
            Remember(append.Key, append, now);
    }

    public StoredEvent[] Read(long after, int maxCount, int maxBytes)
    {
        var first = Math.Max(after + 1, Events.Kept.First);
        var count = 0;
        for (var bytes = 0L; count < Math.Min(maxCount, Last - first + 1) && (count == 0 || bytes < maxBytes); count++)
            bytes += Events.SizeOf(first + count);
        var events = new StoredEvent[count];
        for (var i = 0; i < count; i++)
            events[i] = Events[first + i];
        return events;
    }

    public bool TryGet(string subscriber, [NotNullWhen(true)] out MemorySubscription? subscription) =>
        _subscriptions.TryGetValue(subscriber, out subscription);

    public void Attach(AttachSubscriber attach, DateTimeOffset now)
    {
        if (!TryGet(attach.Subscription.Subscriber, out var subscription))
        {
            subscription = new MemorySubscription(attach.IsShared, CursorOf(attach.Start));
            _subscriptions.Add(attach.Subscription.Subscriber, subscription);
            attach.IsNew = true;
        }
        attach.IsOtherKind = subscription.IsShared != attach.IsShared;
        if (attach.IsOtherKind)
            return;
        attach.Cursor = subscription.Cursor;
        attach.Sent = subscription.Sent;
        attach.Kept = Events.Kept;
        attach.TopicId = Id;
        subscription.Attach(now);
    }

    public bool Remove(RemoveSubscription remove)
    {
        var name = remove.Subscription.Subscriber;
        return TryGet(name, out var subscription)
            && (remove.UnseenSince is not { } time || (!subscription.IsAttached && subscription.LastSeen < time))
            && _subscriptions.Remove(name);
    }

    /// <summary>The last event that the limits want deleted.</summary>
    public long LastToTrim(TrimTopic trim, DateTimeOffset now)
    {
        _keys.Trim(trim.Memory, Last, now);
        var last = Last - (trim.MaxCount ?? Last);
        if (trim.MaxBytes is { } bytes)
            last = Math.Max(last, LastBeyond(bytes));
        if (trim.StoredBefore is { } time)
            last = Math.Max(last, LastBefore(time, now));
        if (trim.Acknowledged && _subscriptions.Count > 0)
            last = Math.Max(last, _subscriptions.Values.Min(static one => one.Cursor));
        return Math.Min(last, Last);
    }

    private void Remember(string key, AppendEvent append, DateTimeOffset now)
    {
        _keys.Trim(append.Memory, Last, now);
        _keys.Add(key, append.Sequence, now);
    }

    private long CursorOf(TopicStart start) => start.Kind switch
    {
        TopicStartKind.Sequence => Math.Max(start.Sequence, Events.Kept.First) - 1,
        TopicStartKind.Time => FirstSince(start.Time) - 1,
        _ => Last,
    };

    private long FirstSince(DateTimeOffset time)
    {
        var sequence = Events.Kept.First;
        while (sequence <= Last && Events.TimeOf(sequence) < time)
            sequence++;
        return sequence;
    }

    private long LastBeyond(long maxBytes)
    {
        var last = Events.Kept.First - 1;
        for (var bytes = Events.Bytes; bytes > maxBytes && last < Last; bytes -= Events.SizeOf(last))
            last++;
        return last;
    }

    private long LastBefore(DateTimeOffset time, DateTimeOffset now)
    {
        var last = Events.Kept.First - 1;
        for (var sequence = last + 1; sequence <= Last; sequence++)
        {
            var at = Events.TimeOf(sequence);
            if (at < time)
                last = sequence;
            else if (at <= now)
                break;
        }
        return last;
    }
}
