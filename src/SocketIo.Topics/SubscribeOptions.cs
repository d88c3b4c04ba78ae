using SocketIo.Topics;

namespace SocketIo;

/// <summary>How a socket subscribes to a topic.</summary>
public sealed class SubscribeOptions
{
    /// <summary>Where a new subscription begins. One that exists goes on where it was. Default <see cref="TopicStart.Now"/>.</summary>
    public TopicStart Start { get; set; }

    /// <summary>Who gets an event when there are several receivers. Default <see cref="Sharing.All"/>. All receivers of a subscriber say the same.</summary>
    public Sharing Sharing { get; set; }

    /// <summary>
    /// How many events a receiver may have that it has not acknowledged. The rest waits in the store, so that a slow receiver costs no memory.
    /// Also the most that comes twice after a reconnect. Default 64.
    /// </summary>
    public int Window { get; set; } = 64;

    /// <summary>After how long without any acknowledgement, while events wait for one, <see cref="Unacknowledged"/> applies. Default 30 s.</summary>
    public TimeSpan AckTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>What is done about a receiver that does not acknowledge. Default <see cref="Unacknowledged.Stop"/>.</summary>
    public Unacknowledged Unacknowledged { get; set; }

    /// <summary>When an event counts as received. Default <see cref="Receipt.Acknowledged"/>.</summary>
    public Receipt Receipt { get; set; }

    /// <summary>
    /// Whether the client gets <c>{ id, sequence, at, redelivered }</c> behind the event's arguments, before the callback: the id is the event's
    /// own, for clients that drop what comes twice; the time is text as of <c>Date.toJSON</c>. Default false.
    /// </summary>
    public bool Metadata { get; set; }

    /// <summary>
    /// Called when events were deleted before they could be delivered, before those that follow are sent: what it emits to the socket before it
    /// first waits arrives before them. Must not block. With <see cref="Sharing.OneOf"/> one of the receivers is told.
    /// </summary>
    /// <example><c>OnMissed = range => socket.EmitAsync("missed", range.First, range.Last)</c></example>
    public Func<SequenceRange, ValueTask>? OnMissed { get; set; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Window, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(AckTimeout, TimeSpan.Zero);
        if (!Enum.IsDefined(Sharing))
            throw new ArgumentException($"{Sharing} is not a value of {nameof(Sharing)}.");
        if (!Enum.IsDefined(Unacknowledged))
            throw new ArgumentException($"{Unacknowledged} is not a value of {nameof(Unacknowledged)}.");
        if (!Enum.IsDefined(Receipt))
            throw new ArgumentException($"{Receipt} is not a value of {nameof(Receipt)}.");
    }
}
