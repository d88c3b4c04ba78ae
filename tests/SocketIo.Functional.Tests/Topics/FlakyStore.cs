using SocketIo.Topics;

namespace SocketIo.Functional.Tests.Topics;

/// <summary>A store that can be away.</summary>
internal sealed class FlakyStore(ITopicStore inner) : ITopicStore
{
    public bool IsAway { get; set; }

    public string Name => "flaky";

    public bool IsShared => inner.IsShared;

    public ValueTask OpenAsync(TopicStoreContext context, CancellationToken cancellationToken)
    {
        ThrowIfAway();
        return inner.OpenAsync(context, cancellationToken);
    }

    public ValueTask ExecuteAsync(TopicBatch batch, CancellationToken cancellationToken)
    {
        ThrowIfAway();
        return inner.ExecuteAsync(batch, cancellationToken);
    }

    public ValueTask<TopicPage> ReadAsync(TopicName topic, long after, int maxCount, int maxBytes, CancellationToken cancellationToken)
    {
        ThrowIfAway();
        return inner.ReadAsync(topic, after, maxCount, maxBytes, cancellationToken);
    }

    public IAsyncEnumerable<TopicInfo> ListTopicsAsync(TopicName? topic, CancellationToken cancellationToken) => inner.ListTopicsAsync(topic, cancellationToken);

    public IAsyncEnumerable<SubscriptionInfo> ListSubscriptionsAsync(TopicName topic, CancellationToken cancellationToken) =>
        inner.ListSubscriptionsAsync(topic, cancellationToken);

    public ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        ThrowIfAway();
        return inner.CheckAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private void ThrowIfAway()
    {
        if (IsAway)
            throw new TopicStoreException("It was taken away.");
    }
}
