using Microsoft.Extensions.Logging;

namespace SocketIo.Topics;

/// <summary>Whether the store answers, from what came of the last attempts. Logged when that changes.</summary>
internal sealed class StoreHealth(ITopicStore store, TimeSpan timeout, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(1);

    // For how long a failed append is news: after that nobody may have tried again.
    private static readonly TimeSpan NewsTime = TimeSpan.FromSeconds(15);

    private readonly Lock _sync = new();

    // guarded by _sync; read without
    private Exception? _failure;
    private long _awaySince;
    private Exception? _appendFailure;
    private long _appendFailedAt;

    /// <summary>What failed last; null while the store answers.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>Why events were not stored just now, though the store may answer else; null when they are, as far as is known.</summary>
    public Exception? AppendFailure
    {
        get
        {
            lock (_sync)
                return _appendFailure is not null && time.GetElapsedTime(_appendFailedAt) < NewsTime ? _appendFailure : null;
        }
    }

    /// <param name="hasStored">Whether events were stored.</param>
    public void Answered(bool hasStored)
    {
        if (Failure is null && Volatile.Read(ref _appendFailure) is null)
            return;
        lock (_sync)
        {
            if (hasStored)
                Volatile.Write(ref _appendFailure, null);
            if (_failure is null)
                return;
            Volatile.Write(ref _failure, null);
            Log.StoreBack(logger, store.Name, time.GetElapsedTime(_awaySince));
        }
    }

    /// <param name="failure">What it was.</param>
    /// <param name="ofAppends">Whether events were to be stored.</param>
    public void Failed(Exception failure, bool ofAppends = false)
    {
        lock (_sync)
        {
            if (ofAppends)
            {
                Volatile.Write(ref _appendFailure, failure);
                _appendFailedAt = time.GetTimestamp();
            }
            if (failure is not TopicStoreException)
                Log.StoreFailed(logger, failure, store.Name);
            if (_failure is null)
            {
                _awaySince = time.GetTimestamp();
                Log.StoreAway(logger, store.Name, Sentence(failure), timeout);
            }
            Volatile.Write(ref _failure, failure);
        }
    }

    /// <summary>Waits before the next attempt: longer, the longer the store is away.</summary>
    public Task DelayAsync(CancellationToken cancellationToken)
    {
        var away = Failure is null ? TimeSpan.Zero : time.GetElapsedTime(_awaySince);
        var delay = away < FirstDelay ? FirstDelay : away > MaxDelay ? MaxDelay : away;
        return Task.Delay(delay, time, cancellationToken);
    }

    // an exception of somebody else's store may have any message, or none
    private static string Sentence(Exception failure)
    {
        string? message;
        try
        {
            message = failure.Message;
        }
        catch (Exception)
        {
            message = null;
        }
        return message is null ? failure.GetType().Name + "." : message.EndsWith('.') ? message : message + ".";
    }
}
