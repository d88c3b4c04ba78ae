using SocketIo.Rooms;

namespace SocketIo;

/// <summary>
/// A socket as <see cref="BroadcastOperator.FetchSocketsAsync"/> found it: what was so then, and ways to act on the socket wherever
/// it is connected.
/// </summary>
public sealed class RemoteSocket : IEmitter
{
    private readonly BroadcastOperator _self;

    internal RemoteSocket(Socket socket)
    {
        _self = new BroadcastOperator(socket.Namespace, new BroadcastTarget { Rooms = socket.OwnRoom });
        Id = socket.Id;
        Handshake = socket.Handshake;
        Rooms = socket.Rooms;
        Data = socket.Data;
    }

    /// <summary>The socket's id.</summary>
    public string Id { get; }

    /// <summary>How the client connected.</summary>
    public Handshake Handshake { get; }

    /// <summary>The rooms it was in.</summary>
    public IReadOnlyCollection<string> Rooms { get; }

    /// <summary>What the application keeps with the socket.</summary>
    public IReadOnlyDictionary<string, object?> Data { get; }

    /// <summary>Lets the socket join rooms.</summary>
    public ValueTask JoinAsync(params ReadOnlySpan<string> rooms) => _self.SocketsJoinAsync(rooms);

    /// <summary>Lets the socket leave rooms.</summary>
    public ValueTask LeaveAsync(params ReadOnlySpan<string> rooms) => _self.SocketsLeaveAsync(rooms);

    /// <summary>Disconnects the socket from the namespace, or with <paramref name="close"/> its whole connection.</summary>
    public ValueTask DisconnectAsync(bool close = false) => _self.DisconnectSocketsAsync(close);

    void IEmitter.Emit<TArgs>(string eventName, in TArgs args) => ((IEmitter)_self).Emit(eventName, args);
}
