namespace SocketIo.Topics;

/// <summary>A receiver's place in a subscription. The receiver leaves it when it has gone.</summary>
internal interface ITopicLane
{
    /// <inheritdoc cref="TopicInfo.Id" />
    string TopicId { get; }

    /// <summary>The receiver has received an event. What it was not sent, or has acknowledged before, is ignored.</summary>
    void Acknowledge(long sequence);

    /// <summary>The receiver has gone. Nothing more is delivered to it when this has returned, but for what is on its way just now.</summary>
    void Leave();
}
