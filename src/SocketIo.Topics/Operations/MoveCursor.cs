namespace SocketIo.Topics;

/// <summary>A subscriber has acknowledged all events up to one. Cursors only move forward.</summary>
/// <param name="subscription">The subscription, one that is not shared.</param>
/// <param name="to">The sequence of the event.</param>
public sealed class MoveCursor(SubscriptionName subscription, long to) : TopicOperation
{
    /// <summary>The subscription.</summary>
    public SubscriptionName Subscription => subscription;

    /// <summary>The sequence of the last event of those that are acknowledged without a gap.</summary>
    public long To => to;

    /// <summary>Set by the store: where the cursor is now, which another server may have moved farther. Null when there is no such subscription.</summary>
    public long? Cursor { get; set; }
}
