using SocketIo.Protocol;
using SocketIo.Rooms;

namespace SocketIo;

/// <summary>An emit to one socket in the making: set flags in any order, then emit, or go on to a broadcast with them.</summary>
public readonly struct SocketOperator : IEmitter
{
    private readonly Socket _socket;
    private readonly bool _isVolatile;
    private readonly bool _isUncompressed;
    private readonly TimeSpan? _timeout;
    private readonly CancellationToken _cancellation;

    internal SocketOperator(
        Socket socket, bool isVolatile = false, bool isUncompressed = false, TimeSpan? timeout = null, CancellationToken cancellation = default)
    {
        _socket = socket;
        _isVolatile = isVolatile;
        _isUncompressed = isUncompressed;
        _timeout = timeout;
        _cancellation = cancellation;
    }

    /// <summary>
    /// Emits only if the message can be sent now; one that would have to wait is dropped: while others are queued, while a polling client
    /// has no request waiting, during the upgrade. Nothing volatile is ever queued. The second of two in a row is sent too when it can
    /// leave at once, unlike in the reference, which drops what comes before its next flush.
    /// </summary>
    public SocketOperator Volatile => new(_socket, true, _isUncompressed, _timeout, _cancellation);

    /// <summary>Emits to everybody in the namespace but this socket.</summary>
    public BroadcastOperator Broadcast =>
        new(_socket.Namespace, Others, _timeout, _cancellation);

    private BroadcastTarget Others => new() { Except = _socket.OwnRoom, IsVolatile = _isVolatile, IsUncompressed = _isUncompressed };

    /// <inheritdoc cref="BroadcastOperator.Local" />
    public BroadcastOperator Local => Broadcast.Local;

    /// <inheritdoc cref="BroadcastOperator.Compress" />
    public SocketOperator Compress(bool compress) => new(_socket, _isVolatile, !compress, _timeout, _cancellation);

    /// <inheritdoc cref="BroadcastOperator.Timeout" />
    public SocketOperator Timeout(TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        return new SocketOperator(_socket, _isVolatile, _isUncompressed, timeout, _cancellation);
    }

    /// <inheritdoc cref="BroadcastOperator.WithCancellation" />
    public SocketOperator WithCancellation(CancellationToken cancellation) => new(_socket, _isVolatile, _isUncompressed, _timeout, cancellation);

    /// <inheritdoc cref="BroadcastOperator.To" />
    public BroadcastOperator To(params ReadOnlySpan<string> rooms) => Broadcast.To(rooms);

    /// <inheritdoc cref="BroadcastOperator.To" />
    public BroadcastOperator In(params ReadOnlySpan<string> rooms) => Broadcast.To(rooms);

    /// <inheritdoc cref="BroadcastOperator.Except" />
    public BroadcastOperator Except(params ReadOnlySpan<string> rooms) => Broadcast.Except(rooms);

    /// <inheritdoc cref="Socket.EmitWithAckAsync{T}(string)" />
    public Task<T?> EmitWithAckAsync<T>(string eventName) => EmitWithAck<T, Args0>(eventName, default);

    /// <inheritdoc cref="Socket.EmitWithAckAsync{T}(string)" />
    public Task<T?> EmitWithAckAsync<T>(string eventName, object? arg1) => EmitWithAck<T, Args<object?>>(eventName, new(arg1));

    /// <inheritdoc cref="Socket.EmitWithAckAsync{T}(string)" />
    public Task<T?> EmitWithAckAsync<T>(string eventName, object? arg1, object? arg2) =>
        EmitWithAck<T, Args<object?, object?>>(eventName, new(arg1, arg2));

    /// <inheritdoc cref="Socket.EmitWithAckAsync{T}(string)" />
    public Task<T?> EmitWithAckAsync<T>(string eventName, EventArguments arguments) =>
        EmitWithAck<T, EventArguments>(eventName, arguments);

    void IEmitter.Emit<TArgs>(string eventName, in TArgs args) => _socket.Emit(eventName, args, _isVolatile, _isUncompressed);

    private Task<T?> EmitWithAck<T, TArgs>(string eventName, in TArgs args)
        where TArgs : struct, IEventArguments, allows ref struct =>
        _socket.EmitWithAck<T, TArgs>(eventName, args, _timeout, _isVolatile, _isUncompressed, _cancellation);
}
