namespace SocketIo.Topics;

/// <summary>
/// Something that a store is to write, and what came of it. A store reads the one and sets the other; nobody looks at it before the
/// batch has been executed.
/// </summary>
public abstract class TopicOperation
{
    private const int Settling = 1;
    private const int Settled = 2;

    // Of the queue that the operation goes through.
    private TaskCompletionSource? _completion;
    private Exception? _failure;
    private int _state;

    private protected TopicOperation()
    {
    }

    /// <summary>What kept the store from this operation alone; null when it is done.</summary>
    public Exception? Error { get; set; }

    /// <summary>The timestamp at which nobody waits any more.</summary>
    internal long Deadline { get; set; }

    /// <summary>What it counts in the queue's limit of bytes.</summary>
    internal virtual int Size => 0;

    /// <summary>Whether it can be done again when nobody knows whether it was done.</summary>
    internal virtual bool IsRepeatable => true;

    internal bool IsSettled => Volatile.Read(ref _state) is Settled;

    /// <summary>Whether it ended well.</summary>
    internal bool IsDone => IsSettled && _failure is null;

    /// <summary>Whether an attempt has failed of which nobody knows whether it was done.</summary>
    internal bool MayBeStored { get; set; }

    /// <summary>The end. Made when somebody has to wait, since many operations end at once.</summary>
    internal Task WhenSettled
    {
        get
        {
            var made = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var completion = Interlocked.CompareExchange(ref _completion, made, null) ?? made;
            if (IsSettled)
                Complete(completion);
            return completion.Task;
        }
    }

    /// <summary>Ends it, once: one that is on its way to the store may be given up meanwhile.</summary>
    internal void Settle(Exception? failure)
    {
        if (Interlocked.CompareExchange(ref _state, Settling, 0) != 0)
            return;
        _failure = failure;

        // read behind it: whoever makes the completion meanwhile sees this, or is seen here
        Interlocked.Exchange(ref _state, Settled);
        if (_completion is { } completion)
            Complete(completion);
    }

    private void Complete(TaskCompletionSource completion)
    {
        if (_failure is not null)
            completion.TrySetException(_failure);
        else
            completion.TrySetResult();
    }
}
