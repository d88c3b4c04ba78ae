using SocketIo.Handlers;
using SocketIo.Sockets;

namespace SocketIo;

/// <summary>Limits the wait for the acknowledgement of one socket; then emit with <c>EmitWithAckAsync</c>, or go on to a broadcast.</summary>
/// <remarks>A value: each member gives a new one, and one can be used many times and by several threads.</remarks>
public readonly struct SocketAckOperator : IAckEmitter
{
    private readonly SocketOperator _socket;
    private readonly TimeSpan? _timeout;
    private readonly CancellationToken _cancellationToken;

    internal SocketAckOperator(SocketOperator socket, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        _socket = socket;
        _timeout = timeout;
        _cancellationToken = cancellationToken;
    }

    /// <inheritdoc cref="SocketOperator.Volatile" />
    public SocketAckOperator Volatile => new(_socket.Volatile, _timeout, _cancellationToken);

    /// <inheritdoc cref="SocketOperator.Broadcast" />
    public BroadcastAckOperator Broadcast => new(_socket.Broadcast, _timeout, _cancellationToken);

    /// <inheritdoc cref="BroadcastOperator.Local" />
    public BroadcastAckOperator Local => Broadcast.Local;

    /// <inheritdoc cref="BroadcastOperator.Compress" />
    public SocketAckOperator Compress(bool compress) => new(_socket.Compress(compress), _timeout, _cancellationToken);

    /// <summary>Limits the wait for the acknowledgement. When the time is up, <see cref="AckTimeoutException"/> is thrown.</summary>
    /// <param name="timeout">How long to wait, from the emit on.</param>
    /// <returns>Emits with acknowledgement only: nothing else waits.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is not positive.</exception>
    public SocketAckOperator Timeout(TimeSpan timeout)
    {
        AckTimeout.Check(timeout);
        return new SocketAckOperator(_socket, timeout, _cancellationToken);
    }

    /// <summary>Ends the wait for the acknowledgement with <see cref="OperationCanceledException"/>. The event is emitted all the same.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Emits with acknowledgement only: nothing else waits.</returns>
    public SocketAckOperator WithCancellation(CancellationToken cancellationToken) => new(_socket, _timeout, cancellationToken);

    /// <inheritdoc cref="BroadcastOperator.To" />
    public BroadcastAckOperator To(params ReadOnlySpan<string> rooms) => Broadcast.To(rooms);

    /// <inheritdoc cref="BroadcastOperator.To" />
    public BroadcastAckOperator In(params ReadOnlySpan<string> rooms) => Broadcast.To(rooms);

    /// <inheritdoc cref="BroadcastOperator.Except" />
    public BroadcastAckOperator Except(params ReadOnlySpan<string> rooms) => Broadcast.Except(rooms);

    Task<AckValues> IAckEmitter.EmitAndWaitAsync(string eventName, IReadOnlyList<object?> arguments) =>
        _socket.EmitWithAck(eventName, EventArguments.Create([.. arguments]), AckShapes.All, _timeout, _cancellationToken);

    Task<TResult> IAckEmitter.EmitWithAck<TResult>(string eventName, EventArguments arguments, AckShape<TResult> shape) =>
        _socket.EmitWithAck(eventName, arguments, shape, _timeout, _cancellationToken);
}
