using SocketIo.Cluster;

namespace SocketIo.Emitter;

/// <summary>
/// Selects clients of a namespace, and does something with them: the members are those of a server's <c>BroadcastOperator</c>, without
/// what needs answers. Immutable: each modifier returns another one.
/// </summary>
public readonly struct EmitterOperator
{
    private readonly SocketIoEmitter? _emitter;
    private readonly string _namespace;
    private readonly string[]? _rooms;
    private readonly string[]? _except;
    private readonly BroadcastFlags _flags;

    internal EmitterOperator(SocketIoEmitter emitter, string namespaceName)
        : this(emitter, namespaceName, null, null, default)
    {
    }

    private EmitterOperator(SocketIoEmitter emitter, string namespaceName, string[]? rooms, string[]? except, BroadcastFlags flags)
    {
        _emitter = emitter;
        _namespace = namespaceName;
        _rooms = rooms;
        _except = except;
        _flags = flags;
    }

    /// <summary>May be dropped by servers for clients that cannot take it at once.</summary>
    public EmitterOperator Volatile => new(Emitter, _namespace, _rooms, _except, _flags with { IsVolatile = true });

    private SocketIoEmitter Emitter => _emitter ?? throw new InvalidOperationException("Made by an emitter, not by default.");

    /// <summary>Selects the clients in these rooms too; without rooms all are selected. A socket's id is a room.</summary>
    /// <param name="rooms">The rooms.</param>
    /// <exception cref="ArgumentException">There is none, or one has no name.</exception>
    public EmitterOperator To(params ReadOnlySpan<string> rooms) => new(Emitter, _namespace, Add(_rooms, rooms), _except, _flags);

    /// <inheritdoc cref="To"/>
    public EmitterOperator In(params ReadOnlySpan<string> rooms) => To(rooms);

    /// <summary>Leaves out the clients in these rooms.</summary>
    /// <inheritdoc cref="To"/>
    public EmitterOperator Except(params ReadOnlySpan<string> rooms) => new(Emitter, _namespace, _rooms, Add(_except, rooms), _flags);

    /// <summary>Whether servers compress the event for clients that can; unless said so they decide.</summary>
    /// <param name="compress">Whether they do.</param>
    public EmitterOperator Compress(bool compress) => new(Emitter, _namespace, _rooms, _except, _flags with { Compress = compress });

    /// <summary>Emits an event.</summary>
    /// <param name="eventName">Its name.</param>
    /// <returns>Completes when the backplane has it.</returns>
    /// <exception cref="ArgumentException">The name is reserved.</exception>
    /// <exception cref="InvalidOperationException">The backplane is away. Other exceptions come from its library.</exception>
    public ValueTask EmitAsync(string eventName) => BroadcastAsync(Emitter.Arguments.Write(eventName));

    /// <inheritdoc cref="EmitAsync(string)"/>
    /// <param name="eventName">Its name.</param>
    /// <param name="arg1">The argument. A <c>byte[]</c>, also inside, is binary.</param>
    public ValueTask EmitAsync<T1>(string eventName, T1 arg1) => BroadcastAsync(Emitter.Arguments.Write(eventName, arg1));

    /// <inheritdoc cref="EmitAsync(string)"/>
    /// <param name="eventName">Its name.</param>
    /// <param name="arguments">Any number of arguments: <c>1, "2", bytes, null</c>. A single array is one argument.</param>
    public ValueTask EmitAsync(string eventName, params ReadOnlySpan<object?> arguments) => BroadcastAsync(Emitter.Arguments.Write(eventName, arguments));

    /// <summary>Adds the selected clients to rooms.</summary>
    /// <param name="rooms">The rooms to join.</param>
    /// <returns>Completes when the backplane has it; what is emitted to the rooms then reaches them.</returns>
    /// <inheritdoc cref="EmitAsync(string)" path="/exception"/>
    public ValueTask SocketsJoinAsync(params ReadOnlySpan<string> rooms) =>
        rooms.IsEmpty ? ValueTask.CompletedTask : ChangeAsync(MessageType.SocketsJoin, Add(null, rooms));

    /// <summary>Removes the selected clients from rooms.</summary>
    /// <param name="rooms">The rooms to leave.</param>
    /// <returns>Completes when the backplane has it.</returns>
    /// <inheritdoc cref="EmitAsync(string)" path="/exception"/>
    public ValueTask SocketsLeaveAsync(params ReadOnlySpan<string> rooms) =>
        rooms.IsEmpty ? ValueTask.CompletedTask : ChangeAsync(MessageType.SocketsLeave, Add(null, rooms));

    /// <summary>Disconnects the selected clients.</summary>
    /// <param name="close">Whether from all namespaces, with the connection.</param>
    /// <returns>Completes when the backplane has it.</returns>
    /// <inheritdoc cref="EmitAsync(string)" path="/exception"/>
    public ValueTask DisconnectSocketsAsync(bool close = false) => ChangeAsync(MessageType.DisconnectSockets, [], close);

    /// <summary>Raises an event on the servers themselves; rooms do not matter.</summary>
    /// <param name="eventName">Its name.</param>
    /// <param name="arguments">Any number of arguments, as a collection expression.</param>
    /// <returns>Completes when the backplane has it.</returns>
    /// <inheritdoc cref="EmitAsync(string)" path="/exception"/>
    public ValueTask ServerSideEmitAsync(string eventName, params ReadOnlySpan<object?> arguments) => Emitter.SendAsync(new()
    {
        Type = MessageType.ServerSideEmit,
        Sender = ClusterMessage.EmitterId,
        Namespace = _namespace,
        Data = Emitter.Arguments.Write(eventName, arguments),
    });

    private ValueTask BroadcastAsync(PacketData data) => Emitter.SendAsync(new()
    {
        Type = MessageType.Broadcast,
        Sender = ClusterMessage.EmitterId,
        Namespace = _namespace,
        Rooms = RoomNames.Create(_rooms ?? []),
        Except = RoomNames.Create(_except ?? []),
        Flags = _flags,
        Data = data,
    });

    private ValueTask ChangeAsync(MessageType type, string[] roomsToChange, bool close = false) => Emitter.SendAsync(new()
    {
        Type = type,
        Sender = ClusterMessage.EmitterId,
        Namespace = _namespace,
        Rooms = RoomNames.Create(_rooms ?? []),
        Except = RoomNames.Create(_except ?? []),
        RoomsToChange = RoomNames.Create(roomsToChange),
        Close = close,
    });

    private static string[] Add(string[]? known, ReadOnlySpan<string> rooms)
    {
        if (rooms.IsEmpty)
            throw new ArgumentException("Name at least one room.", nameof(rooms));
        foreach (var room in rooms)
            ArgumentException.ThrowIfNullOrEmpty(room, nameof(rooms));
        return [.. known ?? [], .. rooms];
    }
}
