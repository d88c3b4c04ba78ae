namespace SocketIo.Redis.Resp;

/// <summary>Gives the replies of a connection to the batches whose commands they answer, which is in the order of sending.</summary>
internal sealed class RespReplies : RespInput
{
    private readonly Lock _sync = new();
    private readonly Queue<RespBatch> _batches = new(); // guarded by _sync
    private RespBatch? _current;                        // by the reader only
    private Exception? _end;                            // guarded by _sync

    /// <summary>Sends a batch, and completes with the last reply.</summary>
    public Task SendAsync(RespConnection connection, RespBatch batch)
    {
        lock (_sync)
        {
            if (_end is { } reason)
            {
                batch.Fail(reason);
            }
            else
            {
                // under the lock, so that the two orders are one
                _batches.Enqueue(batch);
                connection.Send(batch.Commands.Written);
            }
        }
        return batch.Done;
    }

    /// <inheritdoc/>
    public override void Receive(RespReader reply)
    {
        if ((_current ??= Next()).Take(reply))
            _current = null;
    }

    /// <inheritdoc/>
    public override void End(Exception reason)
    {
        lock (_sync)
        {
            _end = reason;
            _current?.Fail(reason);
            foreach (var batch in _batches)
                batch.Fail(reason);
            _batches.Clear();
        }
    }

    private RespBatch Next()
    {
        lock (_sync)
            return _batches.TryDequeue(out var batch) ? batch : throw new RespFormatException("a reply that nothing was asked for");
    }
}
