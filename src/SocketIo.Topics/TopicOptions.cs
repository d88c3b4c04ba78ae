using SocketIo.Topics;

namespace SocketIo;

/// <summary>What a topic keeps. What a subscriber has missed because of it is told to it.</summary>
public sealed class TopicOptions
{
    /// <summary>
    /// How old an event may become, by the clock of the server that looks; null: any age. Default 30 days. Events are deleted from the oldest
    /// on, so that one behind younger ones, as after a clock was set back, stays until those go.
    /// </summary>
    public TimeSpan? MaxAge { get; set; } = TimeSpan.FromDays(30);

    /// <summary>The most events, the oldest are deleted; null: any number. Default null. A tenth more may be kept for a while.</summary>
    public long? MaxCount { get; set; }

    /// <summary>The most bytes, the oldest events are deleted; null: any number. Default null. A tenth more may be kept for a while.</summary>
    public long? MaxBytes { get; set; }

    /// <summary>Whether events are deleted that all subscriptions have acknowledged. Default false.</summary>
    public bool DeleteAcknowledged { get; set; }

    /// <summary>A subscriber without a receiver for longer than this is forgotten; null: never. Default 30 days.</summary>
    public TimeSpan? MaxSubscriberAge { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long the key of an event is remembered, so that the event is not stored twice. Default one day.</summary>
    public TimeSpan KeyAge { get; set; } = TimeSpan.FromDays(1);

    /// <summary>A key is forgotten when so many events were stored in the topic since, with or without keys. Default 100,000.</summary>
    public long KeyCount { get; set; } = 100_000;

    internal KeyMemory Memory => new(KeyAge, KeyCount);

    /// <summary>What cannot work, a sentence for each option.</summary>
    internal List<string> FindFaults()
    {
        var check = new OptionFaults(nameof(TopicOptions));
        check.Age(MaxAge, nameof(MaxAge));
        check.Age(MaxSubscriberAge, nameof(MaxSubscriberAge));
        check.Age(KeyAge, nameof(KeyAge));
        check.AtLeast(MaxCount ?? 1, 1, nameof(MaxCount));
        check.AtLeast(MaxBytes ?? 1, 1, nameof(MaxBytes));
        check.AtLeast(KeyCount, 0, nameof(KeyCount));
        return check.Found;
    }
}
