using SocketIo.Cluster;

namespace SocketIo.Emitter;

/// <summary>Sends the messages of one namespace in the order of the calls; those that wait go together.</summary>
internal sealed class EmitterLink(Backplane backplane, NamespaceLink link) : IAsyncDisposable
{
    private const int MaxBatch = 512;

    private readonly Lock _sync = new();
    private readonly CancellationTokenSource _closed = new();
    private readonly Queue<(ClusterMessage Message, TaskCompletionSource Done)> _waiting = new(); // guarded by _sync
    private bool _isSending;                                                                      // guarded by _sync
    private bool _isOpen;                                                                         // by the one who sends

    /// <summary>Completes when the backplane has the message.</summary>
    /// <exception cref="Exception">It has not, or that is not known.</exception>
    public Task SendAsync(ClusterMessage message)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_sync)
        {
            _waiting.Enqueue((message, done));
            if (_isSending)
                return done.Task;
            _isSending = true;
        }
        _ = Task.Run(PumpAsync);
        return done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync().ConfigureAwait(false);
        await link.DisposeAsync().ConfigureAwait(false);
    }

    private async Task PumpAsync()
    {
        while (Take() is { Length: > 0 } batch)
        {
            try
            {
                await SendAsync(Array.ConvertAll(batch, static one => one.Message)).ConfigureAwait(false);
                foreach (var (_, done) in batch)
                    done.SetResult();
            }
            catch (Exception exception)
            {
                foreach (var (_, done) in batch)
                    done.SetException(exception);
            }
        }
    }

    private async Task SendAsync(ClusterMessage[] messages)
    {
        if (backplane.State is { IsConnected: false, Reason: var reason })
            throw new InvalidOperationException($"The backplane {backplane.Name} is away: {reason}");
        if (!_isOpen)
            await link.OpenAsync(_closed.Token).ConfigureAwait(false);
        _isOpen = true;
        await link.SendAsync(messages, _closed.Token).ConfigureAwait(false);
    }

    private (ClusterMessage Message, TaskCompletionSource Done)[] Take()
    {
        lock (_sync)
        {
            var batch = new (ClusterMessage, TaskCompletionSource)[Math.Min(_waiting.Count, MaxBatch)];
            for (var i = 0; i < batch.Length; i++)
                batch[i] = _waiting.Dequeue();
            _isSending = batch.Length > 0;
            return batch;
        }
    }
}
