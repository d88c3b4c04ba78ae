namespace SocketIo.Topics;

/// <summary>Gives back what a server has claimed of a shared subscription, for others to claim.</summary>
/// <param name="subscription">The subscription.</param>
/// <param name="owner">The server.</param>
/// <param name="keep">The events that the server still has.</param>
public sealed class ReleaseClaims(SubscriptionName subscription, string owner, IReadOnlyCollection<long> keep) : TopicOperation
{
    /// <summary>The subscription.</summary>
    public SubscriptionName Subscription => subscription;

    /// <summary>The server.</summary>
    public string Owner => owner;

    /// <summary>The events that the server still has.</summary>
    public IReadOnlyCollection<long> Keep => keep;
}
