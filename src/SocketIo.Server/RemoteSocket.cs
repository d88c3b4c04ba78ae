using System.Collections.ObjectModel;
using System.Text.Json;
using SocketIo.Cluster;
using SocketIo.Handlers;
using SocketIo.Protocol;
using SocketIo.Rooms;

namespace SocketIo;

/// <summary>
/// A socket as <see cref="BroadcastOperator.FetchSocketsAsync"/> found it: what it was then, and ways to act on it, whichever server it is connected to.
/// </summary>
public sealed class RemoteSocket : IEmitter, IAckEmitter
{
    private readonly BroadcastOperator _self;

    // of another server; null for an own socket's
    private readonly Dictionary<string, PacketData>? _remoteData;
    private readonly PeerFormat? _format;

    /// <summary>Makes a socket for unit tests.</summary>
    /// <param name="self">Reaches the socket: what is done with it goes here.</param>
    /// <param name="id">The id.</param>
    /// <param name="handshake">How the client connected.</param>
    /// <param name="rooms">The rooms.</param>
    /// <param name="data">What is kept with the socket.</param>
    public RemoteSocket(
        BroadcastOperator self, string id, Handshake handshake, IReadOnlyCollection<string> rooms, IReadOnlyDictionary<string, object?> data)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(handshake);
        ArgumentNullException.ThrowIfNull(rooms);
        ArgumentNullException.ThrowIfNull(data);
        _self = self;
        Id = id;
        Handshake = handshake;
        Rooms = rooms;
        Data = data;
    }

    internal RemoteSocket(Socket socket)
        : this(
            new BroadcastOperator(socket.Namespace, TargetOf(socket.Id)), socket.Id, socket.Handshake, socket.Rooms, CopyOf(socket.DataIfAny))
    {
    }

    internal RemoteSocket(Namespace @namespace, RemoteSocketData socket)
        : this(
            new BroadcastOperator(@namespace, TargetOf(socket.Id)), socket.Id, new Handshake(new RemoteRequest(socket.Handshake)), [.. socket.Rooms],
            DataOf(socket, @namespace.Server.PeerFormat, out var remoteData))
    {
        _remoteData = remoteData;
        _format = @namespace.Server.PeerFormat;
    }

    /// <summary>The socket's id.</summary>
    public string Id { get; }

    /// <summary>How the client connected.</summary>
    public Handshake Handshake { get; }

    /// <summary>The rooms that the socket was in.</summary>
    public IReadOnlyCollection<string> Rooms { get; }

    /// <summary>
    /// What the application kept with the socket: a copy. The values are the same objects for a socket of this server. For one of another they are what an
    /// argument of type <c>object</c> is read as, without those that can't be serialized; <see cref="GetData{T}"/> converts them.
    /// </summary>
    public IReadOnlyDictionary<string, object?> Data { get; }

    /// <inheritdoc cref="RemoteAckOperator.Timeout" />
    public RemoteAckOperator Timeout(TimeSpan timeout) => new RemoteAckOperator(this).Timeout(timeout);

    /// <inheritdoc cref="RemoteAckOperator.WithCancellation" />
    public RemoteAckOperator WithCancellation(CancellationToken cancellationToken) => new RemoteAckOperator(this).WithCancellation(cancellationToken);

    /// <summary>Reads a value of <see cref="Data"/>, whichever server the socket is connected to.</summary>
    /// <typeparam name="T">The type of the value; it is converted to if the value came from another server.</typeparam>
    /// <param name="key">The key.</param>
    /// <returns>The value; <c>default</c> when there is none.</returns>
    /// <exception cref="InvalidCastException">The value of a socket of this server is of another type.</exception>
    /// <exception cref="JsonException">The value of another server can't be converted.</exception>
    public T? GetData<T>(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (_remoteData is not null)
            return _remoteData.TryGetValue(key, out var value) ? _format!.Read<T>(value) : default;
        return Data.TryGetValue(key, out var own) ? (T?)own : default;
    }

    /// <summary>Adds the socket to rooms.</summary>
    /// <param name="rooms">The rooms' names.</param>
    /// <returns>Completes when the request is sent to the socket's server; at once for a socket of this server.</returns>
    public ValueTask JoinAsync(params ReadOnlySpan<string> rooms) => _self.SocketsJoinAsync(rooms);

    /// <summary>Removes the socket from rooms.</summary>
    /// <param name="rooms">The rooms' names.</param>
    /// <returns>Completes when the request is sent to the socket's server; at once for a socket of this server.</returns>
    public ValueTask LeaveAsync(params ReadOnlySpan<string> rooms) => _self.SocketsLeaveAsync(rooms);

    /// <summary>Disconnects the socket from the namespace.</summary>
    /// <param name="close">Whether to close the client's connection, with its sockets of all namespaces.</param>
    /// <returns>Completes when the request is sent to the socket's server.</returns>
    public ValueTask DisconnectAsync(bool close = false) => _self.DisconnectSocketsAsync(close);

    void IEmitter.Emit(string eventName, IReadOnlyList<object?> arguments) => ((IEmitter)_self).Emit(eventName, arguments);

    void IEmitter.Emit<TArgs>(string eventName, in TArgs args) => ((IEmitter)_self).Emit(eventName, args);

    Task<AckValues> IAckEmitter.EmitAndWaitAsync(string eventName, IReadOnlyList<object?> arguments) =>
        EmitWithAck(eventName, EventArguments.Create([.. arguments]), null, default);

    internal Task<AckValues> EmitWithAck(string eventName, EventArguments arguments, TimeSpan? timeout, CancellationToken cancellationToken) =>
        OnlyAsync(_self.EmitWithAck(eventName, arguments, AckShapes.All, timeout, cancellationToken), eventName);

    private static BroadcastTarget TargetOf(string socketId) => new() { Rooms = default(Rooms.RoomNames).With([socketId]), IsSingle = true };

    private static Dictionary<string, object?> DataOf(RemoteSocketData socket, PeerFormat format, out Dictionary<string, PacketData> remoteData)
    {
        remoteData = new Dictionary<string, PacketData>(StringComparer.Ordinal);
        var data = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in PeerFormat.ReadObject(socket.Data))
        {
            remoteData[name] = value;
            data[name] = format.Read<object?>(value);
        }
        return data;
    }

    // What is kept later is not seen, and nothing is made for a socket that keeps nothing.
    private static IReadOnlyDictionary<string, object?> CopyOf(IReadOnlyDictionary<string, object?>? data) =>
        data is null ? ReadOnlyDictionary<string, object?>.Empty : new Dictionary<string, object?>(data, StringComparer.Ordinal);

    private async Task<AckValues> OnlyAsync(Task<AckResults<AckValues>> acks, string eventName)
    {
        var results = await acks.ConfigureAwait(false);
        if (results.Responses is [var response])
            return response.Value;
        if (results.TimeWasUpAfter is { } timeout)
            throw new AckTimeoutException(eventName, timeout);
        throw new SocketDisconnectedException(eventName, Id);
    }
}
