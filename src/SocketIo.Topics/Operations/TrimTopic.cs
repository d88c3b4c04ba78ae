namespace SocketIo.Topics;

/// <summary>
/// Deletes events at the beginning of a topic, as many as any of the limits asks for, and keys that are not remembered any more. A
/// topic without events, subscriptions and keys is removed.
/// </summary>
/// <param name="topic">The topic.</param>
public sealed class TrimTopic(TopicName topic) : TopicOperation
{
    /// <summary>The topic.</summary>
    public TopicName Topic => topic;

    /// <summary>
    /// Deletes events stored before this time; null: however old. It stops at the first event that is younger. An event from the future
    /// was stored while a clock was wrong: it is deleted with an older one behind it.
    /// </summary>
    public DateTimeOffset? StoredBefore { get; init; }

    /// <summary>Keeps at most so many events; null: any number.</summary>
    public long? MaxCount { get; init; }

    /// <summary>Keeps at most so many bytes; null: any number.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>Deletes events that all subscriptions have acknowledged; none while there is no subscription.</summary>
    public bool Acknowledged { get; init; }

    /// <summary>How long the topic remembers keys.</summary>
    public KeyMemory Memory { get; init; }

    /// <summary>Deletes at most so many events at once, so that others are not kept waiting.</summary>
    public int MaxDeleted { get; init; } = 10_000;

    /// <summary>Set by the store: the events that were deleted.</summary>
    public SequenceRange Deleted { get; set; } = new(1, 0);

    /// <summary>Set by the store: whether the limits ask for more, so that it should be called again.</summary>
    public bool HasMore { get; set; }
}
