namespace SocketIo.Topics;

/// <summary>A subscriber has lost its last receiver on a server. Claims of that server are not released by it.</summary>
/// <param name="subscription">The subscription.</param>
/// <param name="owner">The server.</param>
/// <param name="sent">The last event that this server has sent to the subscriber, acknowledged or not.</param>
public sealed class DetachSubscriber(SubscriptionName subscription, string owner, long sent) : TopicOperation
{
    /// <summary>The subscription.</summary>
    public SubscriptionName Subscription => subscription;

    /// <summary>The server.</summary>
    public string Owner => owner;

    /// <summary>The last event that this server has sent to the subscriber, acknowledged or not.</summary>
    public long Sent => sent;
}
