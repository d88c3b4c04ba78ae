using SocketIo.Handlers;
using SocketIo.Protocol;

namespace SocketIo.Sockets;

/// <summary>Waits for one socket's acknowledgement.</summary>
internal sealed class SingleAck<TResult>(Socket socket, string eventName, AckShape<TResult> shape) : PendingAck
{
    private readonly TaskCompletionSource<TResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public long Id { get; } = socket.Namespace.NextAckId();

    /// <exception cref="EventDroppedException">The socket owes as many as it may.</exception>
    public void Expect()
    {
        var max = socket.Namespace.Server.Options.MaxPendingAcks;
        if (socket.Acks.Add(Id, this, max) is AckAddition.TooMany)
            throw new EventDroppedException(eventName, socket.Id, $"{max} acknowledgements of it are pending already ({nameof(SocketIoOptions.MaxPendingAcks)})");
    }

    /// <summary>The event could not be encoded: nobody waits.</summary>
    public void Forget() => socket.Acks.TryTake(Id, out _);

    /// <summary>The event was not sent; the wait has ended.</summary>
    public void Drop(string why)
    {
        if (!socket.Acks.TryTake(Id, out _))
            return;
        if (socket.HasLeft || !socket.Connection.IsOpen)
            Lose(socket);
        else
            _completion.TrySetException(new EventDroppedException(eventName, socket.Id, why));
    }

    /// <summary>What the client acknowledged with; the exceptions of <see cref="EmitExtensions.EmitWithAckAsync(IAckEmitter, string, EventArguments)"/> otherwise.</summary>
    public async Task<TResult> WaitAsync(TimeSpan? timeout, CancellationToken cancellationToken)
    {
        try
        {
            // whoever ends the socket now finds the acknowledgement or was seen here
            if (!socket.IsConnected)
                Lose(socket);
            return await _completion.Task
                .WaitAsync(timeout ?? Timeout.InfiniteTimeSpan, socket.Namespace.Server.Time, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // an answer that came in time counts, also when the timer fired before this wait saw it
            if (_completion.Task.IsCompleted)
                return await _completion.Task.ConfigureAwait(false);
            throw new AckTimeoutException(eventName, timeout.GetValueOrDefault());
        }
        finally
        {
            socket.Acks.TryTake(Id, out _);
        }
    }

    public override void Receive(Socket _, ref ArgumentReader arguments)
    {
        try
        {
            _completion.TrySetResult(shape.Read(ref arguments));
        }
        catch (EventArgumentException exception)
        {
            _completion.TrySetException(exception);
        }
    }

    public override void Lose(Socket _) => _completion.TrySetException(new SocketDisconnectedException(eventName, socket.Id));
}
