namespace SocketIo.Topics;

/// <summary>
/// What is to be written, on its way to the store. While a batch is on its way the next one gathers, so that what many callers write in the
/// same moments is one transaction; a caller alone waits for nobody. Nothing is written beside it.
/// </summary>
internal sealed class StoreQueue : IAsyncDisposable
{
    // Enough for a transaction to cost little more than its events, few enough not to keep others waiting.
    private const int MaxBatchOperations = 1024;
    private const int MaxBatchBytes = 4 * 1024 * 1024;

    private const int MaxHops = 3;

    public const string NoAnswer = "It does not answer: what it was given to write has not come back, and nothing else is written before.";

    private readonly ITopicStore _store;
    private readonly StoreLimits _limits;
    private readonly TimeProvider _time;
    private readonly StoreHealth _health;
    private readonly Action<TopicBatch> _executed;
    private readonly bool _isInline;
    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer _watch;
    private readonly Lock _sync = new();

    // guarded by _sync: what comes again, what waits behind that, what is on its way
    private readonly Queue<TopicOperation> _again = new();
    private readonly Queue<TopicOperation> _waiting = new();
    private readonly List<TopicOperation> _sent = [];
    private long _bytes;
    private int _lastCount;
    private int _hops;
    private long _sentAt;
    private bool _isRunning = true;
    private bool _isWatched;
    private bool _isClosed;
    private TaskCompletionSource? _idle;

    /// <summary>Makes a queue that gathers until <see cref="Open"/>.</summary>
    /// <param name="store">The store.</param>
    /// <param name="limits">How much may wait, and how long.</param>
    /// <param name="time">The clock.</param>
    /// <param name="health">Is told whether the store answers.</param>
    /// <param name="executed">
    /// Called for each batch that is stored, before its callers go on: it may still set an <see cref="TopicOperation.Error"/>. Does not throw.
    /// </param>
    /// <param name="isInline">
    /// Whether a caller executes what it has brought on its own thread: only for a store that cannot block it.
    /// </param>
    public StoreQueue(
        ITopicStore store, StoreLimits limits, TimeProvider time, StoreHealth health, Action<TopicBatch> executed, bool isInline = true)
    {
        _store = store;
        _limits = limits;
        _time = time;
        _health = health;
        _executed = executed;
        _isInline = isInline;
        _watch = time.CreateTimer(static queue => ((StoreQueue)queue!).GiveUpLate(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many writes wait.</summary>
    public int Count
    {
        get
        {
            lock (_sync)
                return _waiting.Count + _again.Count;
        }
    }

    /// <summary>Whether the store has had a batch for longer than an emit waits.</summary>
    public bool IsStuck
    {
        get
        {
            lock (_sync)
                return _isRunning && _sent.Count > 0 && _time.GetElapsedTime(_sentAt) >= _limits.Timeout;
        }
    }

    /// <summary>The store has been opened: what has gathered is written.</summary>
    public void Open() => RunNext();

    /// <summary>Writes something. Completes when it is stored; where the store answers at once, before this returns.</summary>
    /// <param name="operation">What to write; its results are set then.</param>
    /// <param name="isPatient">Whether it waits for as long as the store is away, beside the limits.</param>
    /// <exception cref="TopicStoreException">The store was away for too long, the queue is full, or the store refuses it.</exception>
    public ValueTask ExecuteAsync(TopicOperation operation, bool isPatient = false)
    {
        operation.Deadline = isPatient ? long.MaxValue : _time.GetTimestamp() + (long)(_limits.Timeout.TotalSeconds * _time.TimestampFrequency);
        TopicBatch? batch;
        lock (_sync)
        {
            ThrowIfFull(operation, isPatient);
            _waiting.Enqueue(operation);
            _bytes += operation.Size;
            if (!_isRunning && (_lastCount > 1 || !_isInline))
                RunLater();
            batch = _isRunning ? null : Take();
            if (batch is null)
                Watch();
        }
        if (batch is not null)
            Run(batch);
        return operation.IsDone ? ValueTask.CompletedTask : new(operation.WhenSettled);
    }

    /// <summary>Writes what is waiting, for as long as an emit waits, and then nothing more.</summary>
    public async ValueTask DisposeAsync()
    {
        Task idle;
        lock (_sync)
        {
            if (_isClosed)
                return;
            _isClosed = true;
            idle = _isRunning ? (_idle = new(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
        }
        try
        {
            await idle.WaitAsync(_limits.Timeout, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // the store is away
        }
        await _stop.CancelAsync().ConfigureAwait(false);
        await _watch.DisposeAsync().ConfigureAwait(false);
        GiveUp(long.MaxValue, "The server has stopped.");
        _stop.Dispose();
    }

    private void ThrowIfFull(TopicOperation operation, bool isPatient)
    {
        if (_isClosed)
            throw new TopicStoreException("The server is stopping.");
        if (operation.Size > _limits.MaxQueuedBytes)
            throw new TopicStoreException($"An event of {operation.Size} bytes is more than may wait for the store ({_limits.MaxQueuedBytes} bytes).");
        if (!isPatient && (_waiting.Count >= _limits.MaxQueued || _bytes + operation.Size > _limits.MaxQueuedBytes))
            throw new TopicStoreException($"The topic store {_store.Name} does not keep up: {_waiting.Count} writes with {_bytes} bytes are waiting.");
    }

    // Under _sync. The callers of the last batch go on one by one, on the pool. The next batch lets them come first, or it would have what the
    // quickest of them brings, and the others wait for one more trip to the disk.
    private void RunLater()
    {
        _isRunning = true;
        _hops = MaxHops;
        Hop();
    }

    private void Hop() => ThreadPool.UnsafeQueueUserWorkItem(static queue => queue.RunNext(), this, preferLocal: false);

    // Under _sync. Null when nothing is waiting; then nobody runs.
    private TopicBatch? Take()
    {
        _sent.Clear();
        if (_again.Count + _waiting.Count == 0)
            return Rest();
        var batch = new TopicBatch(_time.GetUtcNow());
        var bytes = 0L;
        while (_sent.Count < MaxBatchOperations && bytes < MaxBatchBytes && (_again.TryDequeue(out var operation) || _waiting.TryDequeue(out operation)))
        {
            _bytes -= operation.Size;
            if (operation.IsSettled)
                continue;
            bytes += operation.Size;
            operation.Error = null;
            _sent.Add(operation);
            batch.Add(operation);
        }
        if (_sent.Count == 0)
            return Rest();
        _isRunning = true;
        _lastCount = _sent.Count;
        _sentAt = _time.GetTimestamp();
        return batch;
    }

    private TopicBatch? Rest()
    {
        _isRunning = false;
        _idle?.TrySetResult();
        return null;
    }

    // A caller executes what it has brought. What others have brought meanwhile is not its work.
    private void Run(TopicBatch batch)
    {
        var executing = Execute(batch);
        var failure = executing.IsCompletedSuccessfully ? Settle(batch) : null;
        if (!executing.IsCompletedSuccessfully || failure is not null)
        {
            lock (_sync)
                Watch();
            _ = RunAsync(batch, failure is null ? executing : ValueTask.FromException(failure));
            return;
        }
        lock (_sync)
        {
            if (_waiting.Count > 0)
                RunLater();
            else
                Take();
        }
    }

    private void RunNext()
    {
        TopicBatch? batch;
        lock (_sync)
        {
            if (_hops-- > 0 && _waiting.Count < _lastCount)
            {
                Hop();
                return;
            }
            batch = Take();
        }
        if (batch is not null)
            _ = RunAsync(batch, Execute(batch));
    }

    private async Task RunAsync(TopicBatch batch, ValueTask executing)
    {
        Exception? failure;
        try
        {
            await executing.ConfigureAwait(false);
            failure = Settle(batch);
        }
        catch (Exception exception)
        {
            failure = exception;
        }
        if (failure is not null && !await RecoverAsync(failure).ConfigureAwait(false))
            return;
        lock (_sync)
            RunLater();
    }

    private ValueTask Execute(TopicBatch batch)
    {
        try
        {
            return _store.ExecuteAsync(batch, _stop.Token);
        }
        catch (Exception exception)
        {
            return ValueTask.FromException(exception);
        }
    }

    private Exception? Settle(TopicBatch batch)
    {
        try
        {
            _health.Answered(hasStored: batch.Appends.Exists(static one => one is { Error: null }));
            _executed(batch);
            foreach (var append in batch.Appends)
                append.Settle(append.Error);
            foreach (var move in batch.Moves)
                move.Settle(move.Error);
            foreach (var other in batch.Others)
                other.Settle(other.Error);

            // also what the store has taken out of the batch
            foreach (var operation in _sent)
            {
                if (!operation.IsSettled)
                    operation.Settle(operation.Error);
            }
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    /// <summary>Puts back what can be tried again, and waits a little; false when the queue has been closed.</summary>
    private async Task<bool> RecoverAsync(Exception exception)
    {
        if (_stop.IsCancellationRequested)
            return false;
        var failure = exception as TopicStoreException ?? new TopicStoreException("The topic store failed.", exception);
        bool hasAppends;
        lock (_sync)
        {
            hasAppends = _sent.Exists(static operation => operation is AppendEvent);
            foreach (var operation in _sent)
                PutBack(operation, failure, isHopeless: failure.IsPermanent || exception is not TopicStoreException);
            _sent.Clear();
        }
        _health.Failed(exception, hasAppends);
        try
        {
            await _health.DelayAsync(_stop.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void PutBack(TopicOperation operation, TopicStoreException failure, bool isHopeless)
    {
        operation.MayBeStored |= failure.MayBeStored;
        if (isHopeless || (failure.MayBeStored && !operation.IsRepeatable))
        {
            operation.Settle(failure);
            return;
        }
        _again.Enqueue(operation);
        _bytes += operation.Size;
    }

    // Under _sync. The watch looks now and then, not at each deadline: a timer for each operation would cost more than to store it.
    private void Watch()
    {
        if (_isWatched || _isClosed)
            return;
        _isWatched = true;
        _watch.Change(_limits.Timeout / 4, Timeout.InfiniteTimeSpan);
    }

    private void GiveUpLate()
    {
        GiveUp(_time.GetTimestamp(), $"The topic store {_store.Name} did not store this within {_limits.Timeout}.");
        lock (_sync)
        {
            _isWatched = false;
            if (_isRunning)
                Watch();
        }
    }

    // What is settled and waits is passed over when its turn comes.
    private void GiveUp(long now, string message)
    {
        (TopicOperation Operation, bool IsSent)[] late;
        lock (_sync)
        {
            late =
            [
                .. _sent.Select(static one => (one, true)),
                .. _again.Concat(_waiting).Select(static one => (one, false)),
            ];
        }
        foreach (var (operation, isSent) in late.Where(one => one.Operation.Deadline <= now && !one.Operation.IsSettled))
        {
            if (isSent)
                _health.Failed(new TopicStoreException(NoAnswer), operation is AppendEvent);
            operation.Settle(new TopicStoreException(message, _health.Failure) { MayBeStored = isSent || operation.MayBeStored });
        }
    }
}
