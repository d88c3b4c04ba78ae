using SocketIo.Protocol;

namespace SocketIo.Routing;

/// <summary>Waits for one socket's acknowledgement.</summary>
internal sealed class SingleAck<T> : PendingAck
{
    private readonly TaskCompletionSource<T?> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Socket _socket;
    private readonly string _eventName;
    private readonly AckTable _table;

    public SingleAck(Socket socket, string eventName)
    {
        _socket = socket;
        _eventName = eventName;
        _table = socket.Namespace.Acks;
        Id = _table.NextId();
    }

    public long Id { get; }

    /// <summary>The acknowledgement's first argument; the exceptions of <see cref="Socket.EmitWithAckAsync{T}(string)"/> otherwise.</summary>
    public async Task<T?> WaitAsync(TimeSpan? timeout, CancellationToken cancellation)
    {
        try
        {
            if (!_socket.IsConnected)
                Lose(_socket);
            return await _completion.Task
                .WaitAsync(timeout ?? Timeout.InfiniteTimeSpan, _socket.Namespace.Server.Time, cancellation)
                .ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // an answer that came in time counts, also when the timer fired before this wait saw it
            if (_completion.Task.IsCompleted)
                return await _completion.Task.ConfigureAwait(false);
            throw new AckTimeoutException(_eventName, timeout.GetValueOrDefault());
        }
        finally
        {
            _table.Remove(Id);
            _socket.Untrack(this);
        }
    }

    public override void Receive(Socket socket, ref ArgumentReader arguments)
    {
        if (socket != _socket)
            return;
        try
        {
            _completion.TrySetResult(arguments.Read<T>());
        }
        catch (EventArgumentException exception)
        {
            _completion.TrySetException(exception);
        }
    }

    public override void Lose(Socket socket)
    {
        if (socket == _socket)
            _completion.TrySetException(new SocketDisconnectedException(_eventName, socket.Id));
    }
}
