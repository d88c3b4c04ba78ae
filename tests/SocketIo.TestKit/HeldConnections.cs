namespace SocketIo.TestKit;

/// <summary>Connections through a <see cref="Relay"/> that can be held together.</summary>
public sealed class HeldConnections
{
    private volatile TaskCompletionSource? _released;
    private int _held;

    /// <summary>Lets everything go on its way, and completes when it has reached the other end, or cannot.</summary>
    public Task ReleaseAsync()
    {
        _released!.SetResult();
        return Deadlines.Eventually(() => Volatile.Read(ref _held) == 0);
    }

    internal HeldConnections Hold()
    {
        _released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return this;
    }

    /// <summary>Sends something now, or when it is released.</summary>
    internal async Task SendAsync(Func<Task> send)
    {
        Interlocked.Increment(ref _held);
        try
        {
            if (_released is { } released)
                await released.Task;
            await send();
        }
        finally
        {
            Interlocked.Decrement(ref _held);
        }
    }
}
