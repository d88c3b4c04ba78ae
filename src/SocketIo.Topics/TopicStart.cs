using SocketIo.Topics;

namespace SocketIo;

/// <summary>With which event a new subscription begins. One that exists goes on where it was.</summary>
public readonly record struct TopicStart
{
    // The largest integer up to which all are numbers of JavaScript, and of Redis' scripts.
    private const long MaxSequence = 1L << 53;

    private TopicStart(TopicStartKind kind, long sequence, DateTimeOffset time)
    {
        Kind = kind;
        Sequence = sequence;
        Time = time;
    }

    /// <summary>With the first event that is stored from now on; the default.</summary>
    public static TopicStart Now => default;

    /// <summary>With the oldest event that the topic keeps.</summary>
    public static TopicStart Beginning => new(TopicStartKind.Sequence, 1, default);

    /// <summary>What the other members mean.</summary>
    public TopicStartKind Kind { get; }

    /// <summary>The sequence, for <see cref="TopicStartKind.Sequence"/>.</summary>
    public long Sequence { get; }

    /// <summary>The time, for <see cref="TopicStartKind.Time"/>.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>With this event; with the oldest that the topic keeps, if it has been deleted.</summary>
    /// <param name="sequence">The first event's sequence, from 1 to 2^53. One that is not stored yet is waited for.</param>
    /// <exception cref="ArgumentOutOfRangeException">The sequence is not in that range.</exception>
    public static TopicStart AtSequence(long sequence)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sequence, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sequence, MaxSequence);
        return new(TopicStartKind.Sequence, sequence, default);
    }

    /// <summary>With the first event, in the topic's order, that was stored at this time or later; to the millisecond.</summary>
    public static TopicStart AtTime(DateTimeOffset time) => new(TopicStartKind.Time, 0, Milliseconds.Floor(time));
}
