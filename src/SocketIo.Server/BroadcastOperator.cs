using SocketIo.Broadcasts;
using SocketIo.Handlers;
using SocketIo.Protocol;
using SocketIo.Rooms;

namespace SocketIo;

/// <summary>
/// Selects the recipients of a broadcast with <see cref="To"/> and <see cref="Except"/> and sets flags, in any order; then emit, join, leave, disconnect or
/// fetch.
/// </summary>
/// <remarks>
/// <para>A value: each member gives a new one, and one can be used many times and by several threads.</para>
/// <para>
/// Each socket gets a broadcast once, however many of the rooms it is in, and whatever rooms it joins and leaves meanwhile, as long as it is in one of them
/// throughout. Two broadcasts of one thread reach every socket in their order.
/// </para>
/// </remarks>
public readonly struct BroadcastOperator : IEmitter, IBroadcastAckEmitter
{
    private readonly object? _scope; // a NamespaceEvents, or a BroadcastChannel
    private readonly BroadcastTarget _target;

    /// <summary>Makes recipients for a unit test: all that is done with them ends in the channel.</summary>
    /// <param name="channel">Records and answers.</param>
    public BroadcastOperator(BroadcastChannel channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        _scope = channel;
    }

    internal BroadcastOperator(NamespaceEvents scope, in BroadcastTarget target) : this((object)scope, target)
    {
    }

    private BroadcastOperator(object scope, in BroadcastTarget target)
    {
        _scope = scope;
        _target = target;
    }

    /// <summary>Selects only sockets that are connected to this server, when there are several servers.</summary>
    public BroadcastOperator Local => With(_target with { IsLocal = true });

    /// <summary>
    /// Selects only sockets that can be sent to now; for others the message is dropped, not queued. When that is, see
    /// <see cref="SocketOperator.Volatile"/>.
    /// </summary>
    public BroadcastOperator Volatile => With(_target with { IsVolatile = true });

    private object Scope => _scope
        ?? throw new InvalidOperationException("An operator that is default has no recipients; get one from a namespace or a socket, such as io.To(room).");

    private BroadcastRecipients Recipients => new(_target);

    /// <summary>Adds rooms: a socket that is in any of the rooms gets the message. A socket's id is a room.</summary>
    /// <param name="rooms">The rooms' names, at least one.</param>
    /// <returns>The recipients with the rooms.</returns>
    /// <exception cref="ArgumentException">No room is named; an empty list must not become a message to everybody.</exception>
    public BroadcastOperator To(params ReadOnlySpan<string> rooms)
    {
        if (rooms.IsEmpty)
            throw new ArgumentException("Name at least one room.", nameof(rooms));
        return With(_target with { Rooms = _target.Rooms.With(rooms) });
    }

    /// <inheritdoc cref="To" />
    public BroadcastOperator In(params ReadOnlySpan<string> rooms) => To(rooms);

    /// <summary>Leaves out the sockets that are in any of these rooms. A socket's id is a room.</summary>
    /// <param name="rooms">The rooms' names.</param>
    /// <returns>The recipients without those in the rooms.</returns>
    public BroadcastOperator Except(params ReadOnlySpan<string> rooms) => With(_target with { Except = _target.Except.With(rooms) });

    /// <summary>
    /// Says whether the message may be compressed, which it may by default. Whether it is depends on its size, the recipient's transport and the options of
    /// the server; a long-polling answer is compressed as soon as one of its messages may be.
    /// </summary>
    /// <param name="compress">False to leave the message as it is.</param>
    /// <returns>The recipients with the flag.</returns>
    public BroadcastOperator Compress(bool compress) => With(_target with { IsUncompressed = !compress });

    /// <inheritdoc cref="BroadcastAckOperator.Timeout" />
    public BroadcastAckOperator Timeout(TimeSpan timeout) => new BroadcastAckOperator(this).Timeout(timeout);

    /// <inheritdoc cref="BroadcastAckOperator.WithCancellation" />
    public BroadcastAckOperator WithCancellation(CancellationToken cancellationToken) => new BroadcastAckOperator(this).WithCancellation(cancellationToken);

    /// <summary>Adds the sockets to rooms.</summary>
    /// <param name="rooms">The rooms' names; none changes nothing.</param>
    /// <returns>Completes when the sockets of this server are in the rooms.</returns>
    public ValueTask SocketsJoinAsync(params ReadOnlySpan<string> rooms)
    {
        if (rooms.IsEmpty)
            return ValueTask.CompletedTask;
        var names = default(RoomNames).With(rooms);
        if (Scope is BroadcastChannel channel)
            return channel.JoinAsync(Recipients, names.ToArray());
        return ForEach((delivery, target) => delivery.JoinAsync(target, names));
    }

    /// <summary>Removes the sockets from rooms.</summary>
    /// <param name="rooms">The rooms' names; none changes nothing.</param>
    /// <returns>Completes when the sockets of this server have left the rooms.</returns>
    public ValueTask SocketsLeaveAsync(params ReadOnlySpan<string> rooms)
    {
        if (rooms.IsEmpty)
            return ValueTask.CompletedTask;
        var names = default(RoomNames).With(rooms);
        if (Scope is BroadcastChannel channel)
            return channel.LeaveAsync(Recipients, names.ToArray());
        return ForEach((delivery, target) => delivery.LeaveAsync(target, names));
    }

    /// <summary>Disconnects the sockets from the namespace.</summary>
    /// <param name="close">Whether to close the clients' connections, with their sockets of all namespaces.</param>
    /// <returns>Completes when the disconnects have begun; disconnecting handlers may still be running.</returns>
    public ValueTask DisconnectSocketsAsync(bool close = false)
    {
        if (Scope is BroadcastChannel channel)
            return channel.DisconnectAsync(Recipients, close);
        return ForEach((delivery, target) => delivery.DisconnectAsync(target, close));
    }

    /// <summary>Fetches the selected sockets, those of other servers included.</summary>
    /// <param name="cancellationToken">Ends the wait for other servers.</param>
    /// <returns>
    /// What the sockets were at that moment, and ways to act on them. Servers that did not answer in time are named
    /// (<see cref="FetchedSockets.Missing"/>); nothing is thrown for them.
    /// </returns>
    /// <exception cref="NotSupportedException">The recipients are those of a namespace pattern.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ValueTask<FetchedSockets> FetchSocketsAsync(CancellationToken cancellationToken = default)
    {
        if (Scope is BroadcastChannel channel)
            return FetchedSockets.OfAsync(channel.FetchAsync(Recipients, cancellationToken));
        if (Scope is not Namespace @namespace)
            throw new NotSupportedException("The sockets of a namespace pattern can't be fetched; fetch those of its namespaces.");
        return @namespace.Delivery.FetchAsync(_target, cancellationToken);
    }

    void IEmitter.Emit(string eventName, IReadOnlyList<object?> arguments) => Emit(eventName, EventArguments.Create([.. arguments]));

    void IEmitter.Emit<TArgs>(string eventName, in TArgs args) => Emit(eventName, args);

    Task<AckResults<AckValues>> IBroadcastAckEmitter.EmitAndWaitAsync(string eventName, IReadOnlyList<object?> arguments) =>
        EmitWithAck(eventName, EventArguments.Create([.. arguments]), AckShapes.All, null, default);

    Task<AckResults<TResult>> IBroadcastAckEmitter.EmitWithAck<TResult>(string eventName, EventArguments arguments, AckShape<TResult> shape) =>
        EmitWithAck(eventName, arguments, shape, null, default);

    internal BroadcastOperator With(bool isVolatile, bool isUncompressed) =>
        With(_target with { IsVolatile = isVolatile, IsUncompressed = isUncompressed });

    internal Task<AckResults<TResult>> EmitWithAck<TResult>(
        string eventName, EventArguments arguments, AckShape<TResult> shape, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        if (Scope is BroadcastChannel channel)
            return shape.OfAsync(channel.EmitWithAckAsync(Recipients, eventName, arguments.ToArray(), timeout, cancellationToken));
        if (Scope is not Namespace @namespace)
            throw new NotSupportedException("A namespace pattern can't collect acknowledgements; ask its namespaces.");
        var ack = new BroadcastAck<TResult>(@namespace, eventName, shape, timeout ?? @namespace.Server.Options.AckTimeout, _target.IsSingle);
        Task sent;
        try
        {
            sent = @namespace.Delivery.Ask(_target, eventName, arguments, ack);
        }
        catch
        {
            ack.Forget();
            throw;
        }
        return ack.WaitAsync(sent, cancellationToken);
    }

    private void Emit<TArgs>(string eventName, in TArgs args) where TArgs : struct, IEventArguments, allows ref struct
    {
        switch (Scope)
        {
            case Namespace @namespace:
                @namespace.Delivery.Broadcast(_target, eventName, args);
                break;
            case BroadcastChannel channel:
                channel.Emit(Recipients, eventName, args.ToArray());
                break;
            case NamespaceEvents pattern:
                foreach (var child in pattern.Namespaces)
                    child.Delivery.Broadcast(_target, eventName, args);
                break;
        }
    }

    private BroadcastOperator With(in BroadcastTarget target) => new(Scope, target);

    private ValueTask ForEach(Func<Delivery, BroadcastTarget, ValueTask> action) =>
        Scope is Namespace @namespace ? action(@namespace.Delivery, _target) : ForEachAsync((NamespaceEvents)Scope, _target, action);

    private static async ValueTask ForEachAsync(NamespaceEvents pattern, BroadcastTarget target, Func<Delivery, BroadcastTarget, ValueTask> action)
    {
        foreach (var child in pattern.Namespaces)
            await action(child.Delivery, target).ConfigureAwait(false);
    }
}
