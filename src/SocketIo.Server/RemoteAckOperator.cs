using SocketIo.Sockets;

namespace SocketIo;

/// <summary>Limits the wait for the acknowledgement of a socket that may be connected to another server; then emit with <c>EmitWithAckAsync</c>.</summary>
/// <remarks>A value: each member gives a new one, and one can be used many times and by several threads.</remarks>
public readonly struct RemoteAckOperator : IAckEmitter
{
    private readonly RemoteSocket? _socket;
    private readonly TimeSpan? _timeout;
    private readonly CancellationToken _cancellationToken;

    internal RemoteAckOperator(RemoteSocket socket, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        _socket = socket;
        _timeout = timeout;
        _cancellationToken = cancellationToken;
    }

    private RemoteSocket Socket => _socket
        ?? throw new InvalidOperationException($"default({nameof(RemoteAckOperator)}) has no socket; get one from a {nameof(RemoteSocket)}.");

    /// <inheritdoc cref="SocketAckOperator.Timeout" />
    public RemoteAckOperator Timeout(TimeSpan timeout)
    {
        AckTimeout.Check(timeout);
        return new RemoteAckOperator(Socket, timeout, _cancellationToken);
    }

    /// <inheritdoc cref="SocketAckOperator.WithCancellation" />
    public RemoteAckOperator WithCancellation(CancellationToken cancellationToken) => new(Socket, _timeout, cancellationToken);

    Task<AckValues> IAckEmitter.EmitAndWaitAsync(string eventName, IReadOnlyList<object?> arguments) =>
        Socket.EmitWithAck(eventName, EventArguments.Create([.. arguments]), _timeout, _cancellationToken);
}
