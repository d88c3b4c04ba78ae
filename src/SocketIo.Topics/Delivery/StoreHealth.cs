using Microsoft.Extensions.Logging;

namespace SocketIo.Topics;

/// <summary>Whether the store answers, from what came of the last attempts. Logged when that changes.</summary>
internal sealed class StoreHealth(ITopicStore store, TimeSpan timeout, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(1);

    private readonly Lock _sync = new();

    // guarded by _sync; read without
    private Exception? _failure;
    private long _awaySince;

    /// <summary>What failed last; null while the store answers.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    public void Answered()
    {
        if (Failure is null)
            return;
        lock (_sync)
        {
            if (_failure is null)
                return;
            Volatile.Write(ref _failure, null);
            Log.StoreBack(logger, store.Name, time.GetElapsedTime(_awaySince));
        }
    }

    public void Failed(Exception failure)
    {
        lock (_sync)
        {
            if (failure is not TopicStoreException)
                Log.StoreFailed(logger, failure, store.Name);
            if (_failure is null)
            {
                _awaySince = time.GetTimestamp();
                Log.StoreAway(logger, store.Name, Sentence(failure.Message), timeout);
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

    private static string Sentence(string message) => message.EndsWith('.') ? message : message + ".";
}
