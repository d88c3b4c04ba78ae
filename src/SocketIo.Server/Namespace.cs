using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.Extensions.Logging;
using SocketIo.Engine;
using SocketIo.Engine.Sessions;
using SocketIo.Protocol;
using SocketIo.Recovery;
using SocketIo.Rooms;
using SocketIo.Routing;

namespace SocketIo;

/// <summary>A namespace: its sockets, rooms, handlers and middleware.</summary>
public class Namespace : NamespaceEvents
{
    private readonly ConcurrentDictionary<string, Socket> _sockets = new(StringComparer.Ordinal);
    private readonly Room _everyone;
    private readonly Broadcaster _broadcaster;
    private readonly NamespacePattern? _pattern;

    // Sockets that are connected or wait for the middleware's decision; once -1 the namespace is removed and takes no more.
    private int _users;

    internal Namespace(SocketIoServer? server, string name, NamespacePattern? pattern) : base(server)
    {
        Name = name;
        Utf8Name = Encoding.UTF8.GetBytes(name);
        _everyone = new Room(name);
        _broadcaster = new Broadcaster(_everyone, RoomIndex, _sockets);
        _pattern = pattern;
        if (pattern is not null)
            CopyFrom(pattern);
        if (server is not null)
            BeginRecovery();
    }

    /// <summary>A room got its first member. Raised on the joining thread, like the reference's <c>create-room</c>.</summary>
    public event Action<string>? RoomCreated;

    /// <summary>A room lost its last member (<c>delete-room</c>).</summary>
    public event Action<string>? RoomDeleted;

    /// <summary>A socket joined a room: the room's name and the socket's id (<c>join-room</c>).</summary>
    public event Action<string, string>? RoomJoined;

    /// <summary>A socket left a room: the room's name and the socket's id (<c>leave-room</c>).</summary>
    public event Action<string, string>? RoomLeft;

    /// <summary>The name, with its leading slash.</summary>
    public string Name { get; }

    /// <summary>The sockets connected to this server now, by id.</summary>
    public IReadOnlyDictionary<string, Socket> Sockets => _sockets;

    /// <summary>The names of the rooms that have members now, without those that are named by a socket's id.</summary>
    public IEnumerable<string> Rooms => RoomIndex.Names;

    internal byte[] Utf8Name { get; }

    internal RoomIndex RoomIndex { get; } = new();

    internal AckTable Acks { get; } = new();

    /// <summary>Null when the option is off.</summary>
    internal NamespaceRecovery? Recovery { get; private set; }

    /// <summary>Whether broadcasts must keep their arguments for listeners.</summary>
    internal bool HasOutgoingListeners { get; set; }

    internal override IEnumerable<Namespace> Namespaces => [this];

    /// <summary>Adds handler classes: one instance and one service scope for each event.</summary>
    /// <typeparam name="T">The class; its constructor's parameters come from the services.</typeparam>
    public void AddHandlers<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>()
        where T : SocketHandlers<T> => HandlerClass<T>.Register(this, Server.Services);

    /// <summary>Emits an event to the other servers of the cluster. A server alone has none.</summary>
    /// <exception cref="ArgumentException">The event name is reserved.</exception>
    public ValueTask ServerSideEmitAsync(string eventName, EventArguments arguments = default)
    {
        SerializeForPeers(eventName, arguments);
        return ValueTask.CompletedTask;
    }

    /// <summary>Emits an event to the other servers of the cluster and collects their answers. A server alone gets none, at once.</summary>
    /// <exception cref="ArgumentException">The event name is reserved.</exception>
    public Task<IReadOnlyList<T>> ServerSideEmitWithAckAsync<T>(string eventName, EventArguments arguments = default)
    {
        SerializeForPeers(eventName, arguments);
        return Task.FromResult<IReadOnlyList<T>>([]);
    }

    /// <summary>Hop 2: encodes and frames once, then hands the frame to every member.</summary>
    internal void Broadcast<TArgs>(in BroadcastTarget target, string eventName, in TArgs args)
        where TArgs : struct, IEventArguments, allows ref struct
    {
        if (Recovery is { } recovery && !target.IsVolatile)
        {
            recovery.Broadcast(target, eventName, args);
            return;
        }
        var frame = Encode(target, eventName, args, PacketHeader.NoId);
        var visitor = new SendVisitor(frame, target.IsVolatile, OutgoingOf(eventName, args), null);
        VisitCorked(target, ref visitor);
    }

    internal Task<AckResults<T>> BroadcastWithAck<T, TArgs>(
        in BroadcastTarget target, string eventName, in TArgs args, TimeSpan? timeout, CancellationToken cancellation)
        where TArgs : struct, IEventArguments, allows ref struct
    {
        var ack = new BroadcastAck<T>(Acks, eventName);
        var frame = Encode(target, eventName, args, ack.Id);
        Acks.AddBroadcast(ack.Id, ack);
        var visitor = new SendVisitor(frame, target.IsVolatile, OutgoingOf(eventName, args), ack.Expect);
        VisitCorked(target, ref visitor);
        return ack.WaitAsync(timeout ?? Server.Options.AckTimeout, Server.Time, cancellation);
    }

    /// <summary>The frame for all receivers of a target.</summary>
    internal Frame Encode<TArgs>(in BroadcastTarget target, string eventName, in TArgs args, long ackId)
        where TArgs : struct, IEventArguments, allows ref struct
    {
        ReservedEvents.ThrowIfReserved(eventName);
        var frame = Server.Parser.WriteEvent(Name, eventName, args, ackId);
        if (target.IsUncompressed)
            return frame.Uncompressed();
        return Server.Options.PerMessageDeflate is { } deflate && frame.Length >= deflate.Threshold ? frame.Shared() : frame;
    }

    /// <summary>What the listeners for outgoing events are told; null when there are none.</summary>
    internal OutgoingEvent? OutgoingOf<TArgs>(string eventName, in TArgs args)
        where TArgs : struct, IEventArguments, allows ref struct =>
        HasOutgoingListeners ? new OutgoingEvent(eventName, args.ToArray()) : null;

    internal void Visit<TVisitor>(in BroadcastTarget target, ref TVisitor visitor) where TVisitor : struct, ISocketVisitor =>
        _broadcaster.Visit(target, ref visitor);

    /// <summary>Announces a socket, so that the namespace is not removed before <see cref="Release"/>; false when it has been.</summary>
    internal bool TryReserve()
    {
        while (true)
        {
            var users = System.Threading.Volatile.Read(ref _users);
            if (users < 0)
            {
                // whoever decided on it is about to, and so may we
                Server.RemoveChild(this, _pattern!);
                return false;
            }
            if (Interlocked.CompareExchange(ref _users, users + 1, users) == users)
                return true;
        }
    }

    /// <summary>Makes a connected socket visible.</summary>
    internal void Seat(Socket socket)
    {
        socket.Seat = _everyone.TryJoin(socket);
        _sockets[socket.Id] = socket;
    }

    internal void Remove(Socket socket)
    {
        _sockets.TryRemove(socket.Id, out _);
        if (socket.Seat is { } seat)
            _everyone.Leave(seat, dieWhenEmpty: false);
        Release();
    }

    /// <summary>A socket has gone, or does not come. Removes a child namespace that nobody uses, when the options say so.</summary>
    internal void Release()
    {
        Interlocked.Decrement(ref _users);
        if (_pattern is null || !Server.Options.CleanupEmptyChildNamespaces)
            return;
        if (Interlocked.CompareExchange(ref _users, -1, 0) == 0)
            Server.RemoveChild(this, _pattern);
    }

    internal async ValueTask<ConnectResult> RunMiddlewareAsync(Socket socket)
    {
        foreach (var middleware in Middleware)
        {
            var result = await middleware(socket).ConfigureAwait(false);
            if (result.IsRefused)
                return result;
        }
        return ConnectResult.Accept;
    }

    internal async ValueTask TellConnectionAsync(Socket socket)
    {
        foreach (var handler in Connection)
            await Guard(socket, handler, static (handler, socket, _) => handler(socket), default, "connection").ConfigureAwait(false);
    }

    internal async Task TellDisconnectingAsync(Socket socket, DisconnectReason reason)
    {
        foreach (var handler in Disconnecting)
            await Guard(socket, handler, static (handler, socket, reason) => handler(socket, reason), reason, "disconnecting").ConfigureAwait(false);
        foreach (var handler in socket.Listeners?.Disconnecting ?? [])
            await Guard(socket, handler, static (handler, _, reason) => handler(reason), reason, "disconnecting").ConfigureAwait(false);
    }

    internal async Task TellDisconnectAsync(Socket socket, DisconnectReason reason)
    {
        foreach (var handler in Disconnect)
            await Guard(socket, handler, static (handler, socket, reason) => handler(socket, reason), reason, "disconnect").ConfigureAwait(false);
        foreach (var handler in socket.Listeners?.Disconnect ?? [])
            await Guard(socket, handler, static (handler, _, reason) => handler(reason), reason, "disconnect").ConfigureAwait(false);
    }

    /// <summary>An exception of the user's code: logged, told, and nobody else's concern.</summary>
    internal void Report(Socket socket, Exception exception, string eventName)
    {
        if (exception is EventArgumentException)
            Log.BadArgument(Server.Logger, eventName, Name, exception.Message);
        else
            Log.HandlerFailed(Server.Logger, exception, eventName, Name);
        try
        {
            foreach (var handler in Error)
                handler(socket, exception, eventName);
            foreach (var handler in socket.Listeners?.Error ?? [])
                handler(exception);
        }
        catch (Exception second)
        {
            Log.ErrorHandlerFailed(Server.Logger, second);
        }
    }

    internal void ReportUnhandled(ReadOnlySpan<byte> eventName)
    {
        if (Server.Logger.IsEnabled(LogLevel.Debug))
            Log.Unhandled(Server.Logger, Encoding.UTF8.GetString(eventName), Name);
    }

    internal void RaiseJoined(string room, string socketId, bool created)
    {
        if (created)
            Raise(RoomCreated, room);
        Raise(RoomJoined, room, socketId);
    }

    internal void RaiseLeft(string room, string socketId, bool deleted)
    {
        Raise(RoomLeft, room, socketId);
        if (deleted)
            Raise(RoomDeleted, room);
    }

    // The default namespace is made before its options are known.
    private protected void BeginRecovery()
    {
        if (Server.Options.ConnectionStateRecovery is { } options)
            Recovery = new NamespaceRecovery(this, options);
    }

    private void Raise(Action<string>? handlers, string room)
    {
        try
        {
            handlers?.Invoke(room);
        }
        catch (Exception exception)
        {
            Log.ErrorHandlerFailed(Server.Logger, exception);
        }
    }

    private void Raise(Action<string, string>? handlers, string room, string socketId)
    {
        try
        {
            handlers?.Invoke(room, socketId);
        }
        catch (Exception exception)
        {
            Log.ErrorHandlerFailed(Server.Logger, exception);
        }
    }

    private async Task Guard<THandler>(
        Socket socket, THandler handler, Func<THandler, Socket, DisconnectReason, Task> call, DisconnectReason reason, string name)
    {
        try
        {
            await call(handler, socket, reason).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Report(socket, exception, name);
        }
    }

    // What can't be sent to another server is an error also while there is none.
    private void SerializeForPeers(string eventName, EventArguments arguments)
    {
        ReservedEvents.ThrowIfReserved(eventName);
        Server.Parser.WriteEvent(Name, eventName, arguments, PacketHeader.NoId);
    }

    // First every queue gets the frame, then bytes move.
    private void VisitCorked(in BroadcastTarget target, ref SendVisitor visitor)
    {
        Cork.HoldChunks();
        try
        {
            _broadcaster.Visit(target, ref visitor);
        }
        finally
        {
            Cork.Release();
        }
    }

    private readonly struct SendVisitor(Frame frame, bool isVolatile, OutgoingEvent? outgoing, Action<Socket>? expect) : ISocketVisitor
    {
        public void Visit(Socket socket)
        {
            if (outgoing is not null)
                socket.NotifyOutgoing(outgoing);
            expect?.Invoke(socket);
            socket.Send(frame, isVolatile);
        }
    }
}
