using SocketIo.Cluster;

namespace SocketIo.Redis.Streams;

/// <summary>
/// Messages that came by pub/sub before the entries of the stream behind which they were sent. They wait for these in the order of their
/// sender, whom alone they hold up, and no longer than a moment: what a message says of the stream need not be true.
/// </summary>
/// <param name="isEarly">Whether what a message was sent behind has not been read yet; if so, <see cref="Release()"/> is called when more was.</param>
/// <param name="deliver">Gets the messages.</param>
/// <param name="time">The clock.</param>
internal sealed class EarlyMessages(Func<ClusterMessage, bool> isEarly, Action<ClusterMessage> deliver, TimeProvider time) : IDisposable
{
    // More than the reading is behind, where it is not stuck; less than a node is given up in.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private const int MaxHeld = 10_000;

    private readonly Lock _sync = new();

    // guarded by _sync: by sender, each with when it came
    private readonly Dictionary<string, Queue<(ClusterMessage Message, long Since)>> _held = new(StringComparer.Ordinal);
    private int _count;
    private ITimer? _timer;

    /// <summary>Delivers a message now, or when its turn is; under the lock, since order is the purpose.</summary>
    public void Receive(ClusterMessage message)
    {
        lock (_sync)
        {
            if (_held.TryGetValue(message.Sender, out var queue))
                Hold(queue, message);
            else if (isEarly(message))
                Hold(_held[message.Sender] = new(), message);
            else
                deliver(message);
            if (_count > MaxHeld)
                ReleaseAll();
        }
    }

    /// <summary>The stream was read on: some may be due.</summary>
    public void Release()
    {
        lock (_sync)
            Release(static (_, _) => false);
    }

    /// <summary>What they wait for may never come.</summary>
    public void ReleaseAll()
    {
        lock (_sync)
            Release(static (_, _) => true);
    }

    public void Dispose()
    {
        lock (_sync)
            _timer?.Dispose();
    }

    private void Hold(Queue<(ClusterMessage Message, long Since)> queue, ClusterMessage message)
    {
        queue.Enqueue((message, time.GetTimestamp()));
        if (_count++ > 0)
            return;
        _timer ??= time.CreateTimer(static early => ((EarlyMessages)early!).ReleaseLate(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(Patience, Timeout.InfiniteTimeSpan);
    }

    private void ReleaseLate()
    {
        lock (_sync)
        {
            Release(static (early, since) => early.HasWaited(since));
            if (_count > 0)
                _timer!.Change(Patience / 4, Timeout.InfiniteTimeSpan);
        }
    }

    private bool HasWaited(long since) => time.GetElapsedTime(since) >= Patience;

    // guarded by _sync
    private void Release(Func<EarlyMessages, long, bool> isDue)
    {
        foreach (var (sender, queue) in _held)
        {
            while (queue.TryPeek(out var first) && (isDue(this, first.Since) || !isEarly(first.Message)))
            {
                queue.Dequeue();
                _count--;
                deliver(first.Message);
            }
            if (queue.Count == 0)
                _held.Remove(sender);
        }
    }
}
