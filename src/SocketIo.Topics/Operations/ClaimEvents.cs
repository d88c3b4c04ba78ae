namespace SocketIo.Topics;

/// <summary>
/// Hands events of a shared subscription to a server: first those that were released, then those that nobody had yet; in order. They
/// are the server's until it acknowledges or releases them, or is removed.
/// </summary>
/// <param name="subscription">The subscription.</param>
/// <param name="owner">The server.</param>
/// <param name="max">At most so many.</param>
public sealed class ClaimEvents(SubscriptionName subscription, string owner, int max) : TopicOperation
{
    /// <summary>The subscription.</summary>
    public SubscriptionName Subscription => subscription;

    /// <summary>The server.</summary>
    public string Owner => owner;

    /// <summary>At most so many.</summary>
    public int Max => max;

    /// <summary>Set by the store: the events, in order; none that has been deleted. Null when there is no such subscription.</summary>
    public IReadOnlyList<EventClaim>? Claims { get; set; }

    /// <summary>Set by the store: events that were deleted before they could be handed out, in order. They count as acknowledged.</summary>
    public IReadOnlyList<SequenceRange> Missed { get; set; } = [];
}
