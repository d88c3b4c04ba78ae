namespace SocketIo.Topics.Testing;

/// <summary>A store in front of another one, which a test makes slow, away or forgetful.</summary>
public sealed class ScriptedStore(ITopicStore inner) : ITopicStore
{
    private TaskCompletionSource? _hold;
    private int _executing;

    /// <summary>Thrown instead of executing; null to execute.</summary>
    public Func<TopicBatch, Exception?> Before { get; set; } = static _ => null;

    /// <summary>Thrown behind the execution, as when the answer is lost; null to answer.</summary>
    public Func<TopicBatch, Exception?> After { get; set; } = static _ => null;

    /// <summary>Thrown instead of reading.</summary>
    public Func<Exception?> BeforeRead { get; set; } = static () => null;

    /// <summary>The batches that were executed: how many operations each had.</summary>
    public List<int> Batches { get; } = [];

    public int Reads { get; private set; }

    public bool IsExecuting => Volatile.Read(ref _executing) > 0;

    public string Name => "scripted";

    public bool IsShared { get; init; }

    /// <summary>Batches wait from now on.</summary>
    public void Hold() => _hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>They go on.</summary>
    public void Release()
    {
        var hold = _hold!;
        _hold = null;
        hold.SetResult();
    }

    public ValueTask OpenAsync(TopicStoreContext context, CancellationToken cancellationToken) => inner.OpenAsync(context, cancellationToken);

    public ValueTask ExecuteAsync(TopicBatch batch, CancellationToken cancellationToken)
    {
        Assert.That(Interlocked.Increment(ref _executing), Is.EqualTo(1), "One batch at a time.");
        if (_hold is { } hold)
            return new(ExecuteLaterAsync(hold.Task, batch, cancellationToken));
        try
        {
            return Execute(batch, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _executing);
        }
    }

    public async ValueTask<TopicPage> ReadAsync(TopicName topic, long after, int maxCount, int maxBytes, CancellationToken cancellationToken)
    {
        lock (Batches)
            Reads++;
        if (BeforeRead() is { } exception)
            throw exception;
        return await inner.ReadAsync(topic, after, maxCount, maxBytes, cancellationToken);
    }

    public IAsyncEnumerable<TopicInfo> ListTopicsAsync(TopicName? topic, CancellationToken cancellationToken) => inner.ListTopicsAsync(topic, cancellationToken);

    public IAsyncEnumerable<SubscriptionInfo> ListSubscriptionsAsync(TopicName topic, CancellationToken cancellationToken) =>
        inner.ListSubscriptionsAsync(topic, cancellationToken);

    public ValueTask CheckAsync(CancellationToken cancellationToken) => inner.CheckAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private async Task ExecuteLaterAsync(Task hold, TopicBatch batch, CancellationToken cancellationToken)
    {
        try
        {
            await hold.WaitAsync(cancellationToken);
            await Execute(batch, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _executing);
        }
    }

    private ValueTask Execute(TopicBatch batch, CancellationToken cancellationToken)
    {
        if (Before(batch) is { } before)
            return ValueTask.FromException(before);
        var executing = inner.ExecuteAsync(batch, cancellationToken);
        Batches.Add(batch.Appends.Count + batch.Moves.Count + batch.Others.Count);
        return After(batch) is { } after ? ValueTask.FromException(after) : executing;
    }
}
