namespace SocketIo.Cluster.Nodes;

/// <summary>
/// The messages of one namespace on their way to the backplane, in their order. One batch at a time is with the link; what comes
/// meanwhile waits, and so does, while the backplane is away, what others can still use when it is back.
/// </summary>
internal sealed class SendQueue : IDisposable
{
    // A batch is one write of most backplanes. More of them would hold memory without saving writes.
    private const int MaxBatch = 512;

    // What a message occupies beside its texts, roughly.
    private const int Overhead = 256;

    private readonly NamespaceLink _link;
    private readonly QueueBudget _budget;
    private readonly NodeReports _reports;
    private readonly WorkQueue _work;
    private readonly Action _pump;
    private readonly Action<ReadOnlySpan<ClusterMessage>> _lost;
    private readonly Lock _sync = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly CancellationToken _endedToken;

    // Of the batch that is with the link; written by the pump only.
    private readonly ClusterMessage[] _batch = new ClusterMessage[MaxBatch];
    private readonly Entry[] _entries = new Entry[MaxBatch];

    // guarded by _sync
    private readonly Queue<Entry> _waiting = new();
    private bool _canSend;
    private bool _isSending;
    private bool _isClosed;
    private TaskCompletionSource? _whenIdle;

    /// <param name="link">Takes the messages.</param>
    /// <param name="budget">What may wait.</param>
    /// <param name="reports">Told what is sent and lost.</param>
    /// <param name="work">Runs the sending.</param>
    /// <param name="lost">Told of batches of which it is not known whether they arrived.</param>
    public SendQueue(NamespaceLink link, QueueBudget budget, NodeReports reports, WorkQueue work, Action<ReadOnlySpan<ClusterMessage>> lost)
    {
        _lost = lost;
        _link = link;
        _budget = budget;
        _reports = reports;
        _work = work;
        _endedToken = _ended.Token;
        _pump = () => _ = PumpAsync();
    }

    /// <summary>Queues a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="taken">Set when the backplane has the message, or never will; null when nobody waits.</param>
    /// <returns>Whether it is queued.</returns>
    public bool Send(ClusterMessage message, TaskCompletionSource? taken = null)
    {
        var bytes = SizeOf(message);
        lock (_sync)
        {
            if (_isClosed || (!_canSend && !CanWait(message)))
            {
                taken?.TrySetResult();
                if (!_isClosed)
                    _reports.CountDropped("away");
                return false;
            }
            if (!_budget.TryTake(bytes))
            {
                taken?.TrySetResult();
                _reports.ReportLost([message], "the queue is full");
                return false;
            }

            // who waits for the backplane does not wait until it is back
            if (!_canSend)
                taken?.TrySetResult();
            _waiting.Enqueue(new Entry(message, bytes, taken));
            if (_isSending || !_canSend)
                return true;
            _isSending = true;
        }
        _work.Run(_pump);
        return true;
    }

    /// <summary>The link is open and the backplane connected.</summary>
    public void Resume()
    {
        lock (_sync)
        {
            _canSend = true;
            if (_isSending || _waiting.Count == 0)
                return;
            _isSending = true;
        }
        _work.Run(_pump);
    }

    /// <summary>The backplane is away. Requests and answers among what waits are of no use when it is back.</summary>
    public void Pause()
    {
        lock (_sync)
        {
            _canSend = false;

            // what is being sent may be tried until the backplane is back
            foreach (ref readonly var entry in _entries.AsSpan())
                entry.Taken?.TrySetResult();
            for (var count = _waiting.Count; count > 0; count--)
            {
                var entry = _waiting.Dequeue();
                entry.Taken?.TrySetResult();
                if (CanWait(entry.Message))
                    _waiting.Enqueue(entry);
                else
                    Drop(entry);
            }
        }
    }

    /// <summary>Takes no more, and completes when all was sent, or cannot be.</summary>
    public Task CloseAsync()
    {
        lock (_sync)
        {
            _isClosed = true;
            if (!_isSending)
            {
                Clear();
                return Task.CompletedTask;
            }
            _whenIdle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _whenIdle.Task;
        }
    }

    /// <summary>Gives up what was not sent.</summary>
    public void Dispose()
    {
        _ended.Cancel();
        lock (_sync)
        {
            _isClosed = true;
            Clear();
        }
        _ended.Dispose();
    }

    private static bool CanWait(ClusterMessage message) => message.Recipient is null && message.Type switch
    {
        MessageType.Broadcast => message.RequestId is null && !message.Flags.IsVolatile,
        MessageType.ServerSideEmit => message.RequestId is null,
        MessageType.SocketsJoin or MessageType.SocketsLeave or MessageType.DisconnectSockets => true,
        _ => false,
    };

    private static int SizeOf(ClusterMessage message)
    {
        var bytes = (long)Overhead + message.Data.Json.Length;
        foreach (var attachment in message.Data.Attachments)
            bytes += attachment.Length;
        foreach (var socket in message.Sockets)
            bytes += Overhead + socket.Handshake.Json.Length + socket.Data.Json.Length;
        return (int)Math.Min(bytes, int.MaxValue);
    }

    private async Task PumpAsync()
    {
        while (TakeBatch() is > 0 and var count)
        {
            try
            {
                await _link.SendAsync(_batch.AsMemory(0, count), _endedToken).ConfigureAwait(false);
                _reports.CountSent(_batch.AsSpan(0, count));
            }
            catch (Exception exception)
            {
                _reports.ReportLost(_batch.AsSpan(0, count), exception.Message);
                _lost(_batch.AsSpan(0, count));
            }
            Finish(count);
        }
    }

    // Zero ends the pump.
    private int TakeBatch()
    {
        lock (_sync)
        {
            var count = 0;
            while (_canSend && count < MaxBatch && _waiting.TryDequeue(out var entry))
            {
                _entries[count] = entry;
                _batch[count++] = entry.Message;
            }
            if (count > 0)
                return count;
            _isSending = false;
            if (_isClosed)
                Clear();
            _whenIdle?.TrySetResult();
            return 0;
        }
    }

    private void Finish(int count)
    {
        foreach (ref var entry in _entries.AsSpan(0, count))
        {
            _budget.Return(entry.Bytes);
            entry.Taken?.TrySetResult();
            entry = default;
        }
        Array.Clear(_batch, 0, count);
    }

    private void Clear()
    {
        while (_waiting.TryDequeue(out var entry))
            Drop(entry);
    }

    private void Drop(in Entry entry)
    {
        _budget.Return(entry.Bytes);
        entry.Taken?.TrySetResult();
        _reports.CountDropped("away");
    }

    private readonly record struct Entry(ClusterMessage Message, int Bytes, TaskCompletionSource? Taken);
}
