namespace SocketIo.Topics;

/// <summary>
/// A subscriber got its first receiver on a server: the subscription is made when missing. Doing it twice is as doing it once.
/// </summary>
/// <param name="subscription">The subscription.</param>
/// <param name="owner">The server.</param>
/// <param name="start">Where a new subscription begins.</param>
/// <param name="isShared">Whether each event goes to one of several receivers. Of a subscription that exists it can't be changed.</param>
public sealed class AttachSubscriber(SubscriptionName subscription, string owner, TopicStart start, bool isShared) : TopicOperation
{
    /// <summary>The subscription.</summary>
    public SubscriptionName Subscription => subscription;

    /// <summary>The server.</summary>
    public string Owner => owner;

    /// <summary>Where a new subscription begins.</summary>
    public TopicStart Start => start;

    /// <summary>Whether each event goes to one of several receivers.</summary>
    public bool IsShared => isShared;

    /// <summary>Set by the store: whether the subscription is of the other kind, shared or not; then nothing was done.</summary>
    public bool IsOtherKind { get; set; }

    /// <summary>Set by the store: whether the subscription was made now.</summary>
    public bool IsNew { get; set; }

    /// <summary>Set by the store: all events up to this one are acknowledged, or lie before the start.</summary>
    public long Cursor { get; set; }

    /// <summary>
    /// Set by the store: the last event that was ever sent, as <see cref="DetachSubscriber.Sent"/> said. Null when that is not known: a
    /// server has died meanwhile, or another one has the subscriber too.
    /// </summary>
    public long? Sent { get; set; }

    /// <summary>Set by the store: the events that the topic keeps.</summary>
    public SequenceRange Kept { get; set; }

    /// <summary>Set by the store: see <see cref="TopicInfo.Id"/>.</summary>
    public string TopicId { get; set; } = "";
}
