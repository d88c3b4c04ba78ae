namespace SocketIo.Topics;

/// <summary>
/// Who gets the events of a subscription: a socket. Called by one thread at a time, in order. Must not block, nor throw.
/// </summary>
internal interface ITopicReceiver
{
    /// <summary>Whether it can take an event now. Called under a lock, from anywhere.</summary>
    /// <param name="taken">The bytes of events that it is about to be given.</param>
    /// <param name="bytes">Those of the event.</param>
    bool HasRoom(int taken, int bytes);

    /// <summary>Completes when there is room again: true; or when it has gone: false.</summary>
    Task<bool> WhenRoomAsync();

    /// <summary>Sends events. When one is received, <see cref="ITopicLane.Acknowledge"/> is called, from anywhere, also before this returns.</summary>
    void Deliver(ITopicLane lane, ReadOnlySpan<TopicDelivery> deliveries);

    /// <summary>Events were deleted before they could be delivered; those that come are behind them.</summary>
    void Missed(SequenceRange range);

    /// <summary>It has not acknowledged in time, and is to be disconnected. Leaves its lane when that is done.</summary>
    void Disconnect();

    /// <summary>The subscription was removed: nothing comes any more.</summary>
    void Ended();
}
