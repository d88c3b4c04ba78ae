using SocketIo.Protocol;
using SocketIo.Rooms;

namespace SocketIo;

/// <summary>
/// An audience in the making: narrow it with <see cref="To"/> and <see cref="Except"/>, set flags, in any order, then emit, join,
/// leave, disconnect or fetch. A value: each call gives a new one, and one can be used many times.
/// </summary>
/// <remarks>
/// Each socket gets a broadcast once, however many of the rooms it is in; a socket that changes its rooms during the broadcast may
/// get it twice or not at all. Two broadcasts of one thread reach every socket in their order.
/// </remarks>
public readonly struct BroadcastOperator : IEmitter
{
    private readonly NamespaceEvents _scope;
    private readonly BroadcastTarget _target;
    private readonly TimeSpan? _timeout;
    private readonly CancellationToken _cancellation;

    internal BroadcastOperator(
        NamespaceEvents scope, in BroadcastTarget target, TimeSpan? timeout = null, CancellationToken cancellation = default)
    {
        _scope = scope;
        _target = target;
        _timeout = timeout;
        _cancellation = cancellation;
    }

    /// <summary>Only to this server's own sockets when there are several servers.</summary>
    public BroadcastOperator Local => With(_target with { IsLocal = true });

    /// <summary>
    /// Only to sockets that can be sent to now; for others the message is dropped, not queued. When that is, see
    /// <see cref="SocketOperator.Volatile"/>.
    /// </summary>
    public BroadcastOperator Volatile => With(_target with { IsVolatile = true });

    /// <summary>Adds rooms: a socket that is in any of the rooms gets the message. A socket's id is a room.</summary>
    /// <exception cref="ArgumentException">No room is named; an empty list must not become a message to everybody.</exception>
    public BroadcastOperator To(params ReadOnlySpan<string> rooms)
    {
        if (rooms.IsEmpty)
            throw new ArgumentException("Name at least one room.", nameof(rooms));
        return With(_target with { Rooms = _target.Rooms.With(rooms) });
    }

    /// <inheritdoc cref="To" />
    public BroadcastOperator In(params ReadOnlySpan<string> rooms) => To(rooms);

    /// <summary>Leaves out the sockets that are in any of these rooms.</summary>
    public BroadcastOperator Except(params ReadOnlySpan<string> rooms) => With(_target with { Except = _target.Except.With(rooms) });

    /// <summary>
    /// Whether the message may be compressed, which it may unless this says no. Whether it is depends on its size, the receiver's
    /// transport and the options of the server; a long-polling answer is compressed as soon as one of its messages may be.
    /// </summary>
    public BroadcastOperator Compress(bool compress) => With(_target with { IsUncompressed = !compress });

    /// <summary>How long an emit with acknowledgement waits.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is not above zero.</exception>
    public BroadcastOperator Timeout(TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        return new BroadcastOperator(_scope, _target, timeout, _cancellation);
    }

    /// <summary>Ends the wait of an emit with acknowledgement by <see cref="OperationCanceledException"/>.</summary>
    public BroadcastOperator WithCancellation(CancellationToken cancellation) => new(_scope, _target, _timeout, cancellation);

    /// <summary>Emits an event without arguments and collects the acknowledgements of all receivers.</summary>
    /// <returns>
    /// What arrived until all have answered, left, or the time was up; who is missing is told, not thrown. Without
    /// <see cref="Timeout"/> the option <see cref="SocketIoOptions.AckTimeout"/> counts.
    /// </returns>
    /// <exception cref="ArgumentException">The event name is reserved.</exception>
    /// <exception cref="OperationCanceledException">The token of <see cref="WithCancellation"/> was cancelled.</exception>
    public Task<AckResults<T>> EmitWithAckAsync<T>(string eventName) => EmitWithAck<T, Args0>(eventName, default);

    /// <summary>Emits an event with one argument and collects the acknowledgements of all receivers.</summary>
    /// <inheritdoc cref="EmitWithAckAsync{T}(string)" />
    public Task<AckResults<T>> EmitWithAckAsync<T>(string eventName, object? arg1) =>
        EmitWithAck<T, Args<object?>>(eventName, new(arg1));

    /// <summary>Emits an event with two arguments and collects the acknowledgements of all receivers.</summary>
    /// <inheritdoc cref="EmitWithAckAsync{T}(string)" />
    public Task<AckResults<T>> EmitWithAckAsync<T>(string eventName, object? arg1, object? arg2) =>
        EmitWithAck<T, Args<object?, object?>>(eventName, new(arg1, arg2));

    /// <summary>Emits an event with any number of arguments and collects the acknowledgements of all receivers.</summary>
    /// <inheritdoc cref="EmitWithAckAsync{T}(string)" />
    public Task<AckResults<T>> EmitWithAckAsync<T>(string eventName, EventArguments arguments) =>
        EmitWithAck<T, EventArguments>(eventName, arguments);

    /// <summary>Lets the sockets join rooms.</summary>
    public ValueTask SocketsJoinAsync(params ReadOnlySpan<string> rooms)
    {
        var visitor = new JoinVisitor(default(RoomNames).With(rooms));
        Visit(ref visitor);
        return ValueTask.CompletedTask;
    }

    /// <summary>Lets the sockets leave rooms.</summary>
    public ValueTask SocketsLeaveAsync(params ReadOnlySpan<string> rooms)
    {
        var visitor = new LeaveVisitor(default(RoomNames).With(rooms));
        Visit(ref visitor);
        return ValueTask.CompletedTask;
    }

    /// <summary>Disconnects the sockets from the namespace, or with <paramref name="close"/> their whole connections.</summary>
    public ValueTask DisconnectSocketsAsync(bool close = false)
    {
        var visitor = new DisconnectVisitor(close);
        Visit(ref visitor);
        return ValueTask.CompletedTask;
    }

    /// <summary>The sockets of the audience, those of other servers included.</summary>
    /// <exception cref="NotSupportedException">The audience is that of a dynamic namespace's pattern.</exception>
    public ValueTask<IReadOnlyList<RemoteSocket>> FetchSocketsAsync()
    {
        if (_scope is not Namespace)
            throw new NotSupportedException("The sockets of a namespace pattern can't be fetched; fetch those of its namespaces.");
        var visitor = new FetchVisitor([]);
        Visit(ref visitor);
        return ValueTask.FromResult<IReadOnlyList<RemoteSocket>>(visitor.Sockets);
    }

    void IEmitter.Emit<TArgs>(string eventName, in TArgs args)
    {
        if (_scope is Namespace @namespace)
        {
            @namespace.Broadcast(_target, eventName, args);
            return;
        }
        foreach (var child in _scope.Namespaces)
            child.Broadcast(_target, eventName, args);
    }

    private BroadcastOperator With(in BroadcastTarget target) => new(_scope, target, _timeout, _cancellation);

    private Task<AckResults<T>> EmitWithAck<T, TArgs>(string eventName, in TArgs args)
        where TArgs : struct, IEventArguments, allows ref struct
    {
        if (_scope is not Namespace @namespace)
            throw new NotSupportedException("A namespace pattern can't collect acknowledgements; ask its namespaces.");
        return @namespace.BroadcastWithAck<T, TArgs>(_target, eventName, args, _timeout, _cancellation);
    }

    private void Visit<TVisitor>(ref TVisitor visitor) where TVisitor : struct, ISocketVisitor
    {
        foreach (var @namespace in _scope.Namespaces)
            @namespace.Visit(_target, ref visitor);
    }

    private readonly struct JoinVisitor(RoomNames rooms) : ISocketVisitor
    {
        public void Visit(Socket socket) => socket.Join(rooms);
    }

    private readonly struct LeaveVisitor(RoomNames rooms) : ISocketVisitor
    {
        public void Visit(Socket socket) => socket.Leave(rooms);
    }

    private readonly struct DisconnectVisitor(bool close) : ISocketVisitor
    {
        public void Visit(Socket socket) => socket.Disconnect(close);
    }

    private readonly struct FetchVisitor(List<RemoteSocket> sockets) : ISocketVisitor
    {
        public List<RemoteSocket> Sockets => sockets;

        public void Visit(Socket socket) => sockets.Add(new RemoteSocket(socket));
    }
}
