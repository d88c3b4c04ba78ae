namespace SocketIo.Topics.Tests.Delivery;

/// <summary>A store that breaks the rules of its interface, as a test asks it to.</summary>
internal sealed class FaultyStore : ITopicStore
{
    private readonly MemoryTopicStore _inner = new();

    /// <summary>Runs before it opens.</summary>
    public Func<Task> Opening { get; set; } = static () => Task.CompletedTask;

    /// <summary>Runs before it executes a batch, on the caller's thread.</summary>
    public Func<Task> Executing { get; set; } = static () => Task.CompletedTask;

    /// <summary>Changes what it answers.</summary>
    public Action<TopicBatch> Answering { get; set; } = static _ => { };

    /// <summary>Changes the pages that it reads, or keeps them back.</summary>
    public Func<TopicPage, Task<TopicPage>> Reading { get; set; } = Task.FromResult;

    /// <summary>Runs before it closes.</summary>
    public Func<Task> Closing { get; set; } = static () => Task.CompletedTask;

    public string Name => "faulty";

    public bool IsShared => false;

    public async ValueTask OpenAsync(TopicStoreContext context, CancellationToken cancellationToken)
    {
        await Opening();
        await _inner.OpenAsync(context, cancellationToken);
    }

    public async ValueTask ExecuteAsync(TopicBatch batch, CancellationToken cancellationToken)
    {
        await Executing();
        await _inner.ExecuteAsync(batch, cancellationToken);
        Answering(batch);
    }

    public async ValueTask<TopicPage> ReadAsync(TopicName topic, long after, int maxCount, int maxBytes, CancellationToken cancellationToken) =>
        await Reading(await _inner.ReadAsync(topic, after, maxCount, maxBytes, cancellationToken));

    public IAsyncEnumerable<TopicInfo> ListTopicsAsync(TopicName? topic, CancellationToken cancellationToken) => _inner.ListTopicsAsync(topic, cancellationToken);

    public IAsyncEnumerable<SubscriptionInfo> ListSubscriptionsAsync(TopicName topic, CancellationToken cancellationToken) =>
        _inner.ListSubscriptionsAsync(topic, cancellationToken);

    public ValueTask CheckAsync(CancellationToken cancellationToken) => _inner.CheckAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Closing();
        await _inner.DisposeAsync();
    }
}
