using SocketIo.Handlers;

namespace SocketIo;

/// <summary>Sets flags for an emit to one socket, in any order; then emit, or go on to a broadcast with the same flags.</summary>
/// <remarks>A value: each member gives a new one, and one can be used many times and by several threads.</remarks>
public readonly struct SocketOperator : IEmitter, IAckEmitter
{
    private readonly Socket? _socket;
    private readonly bool _isVolatile;
    private readonly bool _isUncompressed;

    internal SocketOperator(Socket socket, bool isVolatile = false, bool isUncompressed = false)
    {
        _socket = socket;
        _isVolatile = isVolatile;
        _isUncompressed = isUncompressed;
    }

    /// <summary>
    /// Emits only if the message can be sent now. A message that would have to wait is dropped: while others are queued, while a polling client has no
    /// request waiting, and during the upgrade.
    /// </summary>
    /// <remarks>
    /// Nothing volatile is ever queued. The second of two in a row is sent too if it can leave at once, unlike in the reference, which drops what comes
    /// before its next flush.
    /// </remarks>
    public SocketOperator Volatile => new(Socket, true, _isUncompressed);

    /// <summary>Selects everybody in the namespace but this socket.</summary>
    public BroadcastOperator Broadcast => Socket.Broadcast.With(_isVolatile, _isUncompressed);

    /// <inheritdoc cref="BroadcastOperator.Local" />
    public BroadcastOperator Local => Broadcast.Local;

    private Socket Socket => _socket
        ?? throw new InvalidOperationException("An operator that is default has no socket; get one from a socket, such as socket.Volatile.");

    /// <inheritdoc cref="BroadcastOperator.Compress" />
    public SocketOperator Compress(bool compress) => new(Socket, _isVolatile, !compress);

    /// <inheritdoc cref="SocketAckOperator.Timeout" />
    public SocketAckOperator Timeout(TimeSpan timeout) => new SocketAckOperator(this).Timeout(timeout);

    /// <inheritdoc cref="SocketAckOperator.WithCancellation" />
    public SocketAckOperator WithCancellation(CancellationToken cancellationToken) => new SocketAckOperator(this).WithCancellation(cancellationToken);

    /// <inheritdoc cref="BroadcastOperator.To" />
    public BroadcastOperator To(params ReadOnlySpan<string> rooms) => Broadcast.To(rooms);

    /// <inheritdoc cref="BroadcastOperator.To" />
    public BroadcastOperator In(params ReadOnlySpan<string> rooms) => Broadcast.To(rooms);

    /// <inheritdoc cref="BroadcastOperator.Except" />
    public BroadcastOperator Except(params ReadOnlySpan<string> rooms) => Broadcast.Except(rooms);

    void IEmitter.Emit(string eventName, IReadOnlyList<object?> arguments) =>
        Socket.Emit(eventName, EventArguments.Create([.. arguments]), _isVolatile, _isUncompressed);

    void IEmitter.Emit<TArgs>(string eventName, in TArgs args) => Socket.Emit(eventName, args, _isVolatile, _isUncompressed);

    Task<AckValues> IAckEmitter.EmitAndWaitAsync(string eventName, IReadOnlyList<object?> arguments) =>
        EmitWithAck(eventName, EventArguments.Create([.. arguments]), AckShapes.All, null, default);

    Task<TResult> IAckEmitter.EmitWithAck<TResult>(string eventName, EventArguments arguments, AckShape<TResult> shape) =>
        EmitWithAck(eventName, arguments, shape, null, default);

    internal Task<TResult> EmitWithAck<TResult>(
        string eventName, EventArguments arguments, AckShape<TResult> shape, TimeSpan? timeout, CancellationToken cancellationToken) =>
        Socket.EmitWithAck(eventName, arguments, shape, timeout, _isVolatile, _isUncompressed, cancellationToken);
}
