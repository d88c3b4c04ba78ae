using SocketIo.Handlers;
using SocketIo.Sockets;

namespace SocketIo;

/// <summary>Limits the wait for the acknowledgements of a broadcast; then emit with <c>EmitWithAckAsync</c>.</summary>
/// <remarks>A value: each member gives a new one, and one can be used many times and by several threads.</remarks>
public readonly struct BroadcastAckOperator : IBroadcastAckEmitter
{
    private readonly BroadcastOperator _recipients;
    private readonly TimeSpan? _timeout;
    private readonly CancellationToken _cancellationToken;

    internal BroadcastAckOperator(BroadcastOperator recipients, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        _recipients = recipients;
        _timeout = timeout;
        _cancellationToken = cancellationToken;
    }

    /// <inheritdoc cref="BroadcastOperator.Local" />
    public BroadcastAckOperator Local => With(_recipients.Local);

    /// <inheritdoc cref="BroadcastOperator.Volatile" />
    public BroadcastAckOperator Volatile => With(_recipients.Volatile);

    /// <inheritdoc cref="BroadcastOperator.To" />
    public BroadcastAckOperator To(params ReadOnlySpan<string> rooms) => With(_recipients.To(rooms));

    /// <inheritdoc cref="BroadcastOperator.To" />
    public BroadcastAckOperator In(params ReadOnlySpan<string> rooms) => To(rooms);

    /// <inheritdoc cref="BroadcastOperator.Except" />
    public BroadcastAckOperator Except(params ReadOnlySpan<string> rooms) => With(_recipients.Except(rooms));

    /// <inheritdoc cref="BroadcastOperator.Compress" />
    public BroadcastAckOperator Compress(bool compress) => With(_recipients.Compress(compress));

    /// <summary>
    /// Limits the wait for acknowledgements. When the time is up, the sockets without one are in <see cref="AckResults{T}.Missing"/>; nothing is thrown.
    /// </summary>
    /// <param name="timeout">How long to wait, from the emit on.</param>
    /// <returns>Emits with acknowledgement only: nothing else waits.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is not positive.</exception>
    public BroadcastAckOperator Timeout(TimeSpan timeout)
    {
        AckTimeout.Check(timeout);
        return new BroadcastAckOperator(_recipients, timeout, _cancellationToken);
    }

    /// <summary>Ends the wait for acknowledgements with <see cref="OperationCanceledException"/>. The event is emitted all the same.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Emits with acknowledgement only: nothing else waits.</returns>
    public BroadcastAckOperator WithCancellation(CancellationToken cancellationToken) => new(_recipients, _timeout, cancellationToken);

    Task<AckResults<AckValues>> IBroadcastAckEmitter.EmitAndWaitAsync(string eventName, IReadOnlyList<object?> arguments) =>
        _recipients.EmitWithAck(eventName, EventArguments.Create([.. arguments]), AckShapes.All, _timeout, _cancellationToken);

    Task<AckResults<TResult>> IBroadcastAckEmitter.EmitWithAck<TResult>(string eventName, EventArguments arguments, AckShape<TResult> shape) =>
        _recipients.EmitWithAck(eventName, arguments, shape, _timeout, _cancellationToken);

    private BroadcastAckOperator With(BroadcastOperator recipients) => new(recipients, _timeout, _cancellationToken);
}
