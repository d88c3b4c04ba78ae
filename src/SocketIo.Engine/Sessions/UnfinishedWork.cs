namespace SocketIo.Engine.Sessions;

/// <summary>
/// Counts what the application does for sessions and sockets and has not finished: a host that stops waits for it. Only what does not
/// finish at once is counted. Thread-safe.
/// </summary>
internal sealed class UnfinishedWork
{
    private int _count;
    private TaskCompletionSource? _whenNone;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Counts one more until the part that is returned ends.</summary>
    public Part Begin()
    {
        Interlocked.Increment(ref _count);
        return new Part(this);
    }

    private void End()
    {
        if (Interlocked.Decrement(ref _count) == 0)
            Volatile.Read(ref _whenNone)?.TrySetResult();
    }

    /// <summary>Waits until nothing is left, for once: what begins behind that is not waited for.</summary>
    /// <param name="patience">The longest wait, by the system's clock, as the host's own.</param>
    /// <param name="cancellationToken">Ends the wait too.</param>
    /// <returns>How much is left.</returns>
    public async Task<int> WaitAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var none = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        none = Interlocked.CompareExchange(ref _whenNone, none, null) ?? none;

        // who ends the last looks at the task behind the count, and this at the count behind the task
        if (Count == 0)
            return 0;
        try
        {
            await none.Task.WaitAsync(patience, cancellationToken).ConfigureAwait(false);
            return 0;
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            return Count;
        }
    }

    /// <summary>One of what is counted; to be disposed once.</summary>
    internal readonly struct Part(UnfinishedWork work) : IDisposable
    {
        public void Dispose() => work.End();
    }
}
