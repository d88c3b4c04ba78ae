namespace SocketIo.Topics;

/// <summary>Events of a shared subscription were acknowledged, whoever has claimed them by now. What is not claimed is ignored.</summary>
/// <param name="subscription">The subscription.</param>
/// <param name="sequences">The events.</param>
public sealed class AcknowledgeClaims(SubscriptionName subscription, IReadOnlyList<long> sequences) : TopicOperation
{
    /// <summary>The subscription.</summary>
    public SubscriptionName Subscription => subscription;

    /// <summary>The events.</summary>
    public IReadOnlyList<long> Sequences => sequences;
}
