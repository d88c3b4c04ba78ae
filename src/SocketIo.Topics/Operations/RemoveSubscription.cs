namespace SocketIo.Topics;

/// <summary>Forgets a subscription, with its claims.</summary>
/// <param name="subscription">The subscription.</param>
/// <param name="unseenSince">Only if it has no receiver and had none since this time; null: in any case.</param>
public sealed class RemoveSubscription(SubscriptionName subscription, DateTimeOffset? unseenSince = null) : TopicOperation
{
    /// <summary>The subscription.</summary>
    public SubscriptionName Subscription => subscription;

    /// <summary>Only if it has no receiver and had none since this time; null: in any case.</summary>
    public DateTimeOffset? UnseenSince => unseenSince;

    /// <summary>Set by the store: whether it was there, and is not any more.</summary>
    public bool IsRemoved { get; set; }
}
