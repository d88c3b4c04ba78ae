using System.Collections.Concurrent;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using SocketIo.Engine;
using SocketIo.Engine.Sessions;
using SocketIo.Protocol;
using SocketIo.Recovery;
using SocketIo.Rooms;
using SocketIo.Routing;
using Atomic = System.Threading.Volatile;

namespace SocketIo;

/// <summary>
/// One client in one namespace. Emitting is thread-safe; what one thread emits to a socket arrives in that order. An emit is
/// queued, not awaited: its task has completed when it returns, and the message is lost if the connection is.
/// </summary>
public sealed class Socket : IEmitter, IBroadcaster
{
    private const int Connecting = 0;
    private const int Accepted = 1; // can be found; its client is not told yet
    private const int Welcomed = 2; // the answer to its client is queued
    private const int Connected = 3;
    private const int Closing = 4;
    private const int Disconnected = 5;

    private readonly EngineSession _session;
    private readonly EventDispatch _dispatch;
    private readonly SocketRooms _rooms;

    // Written under the client's lock, read without.
    private SocketListeners? _listeners;

    // guarded by the client's lock
    private List<PendingAck>? _acks;

    private int _state;

    // The first closer's reason, boxed; it may come while the socket still connects.
    private object? _closeReason;
    private ConcurrentDictionary<string, object?>? _data;

    // Null when recovery is off.
    private readonly RecoverableSession? _recoverable;

    // Whether an event was refused by the full queue, so that none may follow; guarded by the lock of the namespace's recovery.
    private bool _hasGap;
    private CancellationTokenSource? _disconnection;

    internal Socket(Namespace @namespace, Client client, JsonElement auth, RecoverableSession? restored = null)
    {
        _session = client.Session;
        _dispatch = new EventDispatch(this);
        _rooms = new SocketRooms(this);
        Namespace = @namespace;

        Id = restored?.SocketId ?? NewId();
        Handshake = new Handshake(client.Session, auth, @namespace.Server.Time.GetUtcNow());
        if (restored is not null)
            (_recoverable, _data, Recovered) = (restored, restored.Data, true);
        else if (@namespace.Recovery is not null)
            _recoverable = NamespaceRecovery.NewSession(Id);
        foreach (var room in restored?.Rooms ?? [])
            _rooms.Join(room);
    }

    /// <summary>
    /// The socket's id, a new one for each connection unless it is <see cref="Recovered"/>. Every socket is in the room of this name.
    /// </summary>
    public string Id { get; }

    /// <summary>
    /// Whether the client has come back after it lost its connection, with <see cref="Id"/>, <see cref="Rooms"/> and
    /// <see cref="Data"/> of the socket it had before; the events it has missed are sent before any newer one
    /// (<see cref="SocketIoOptions.ConnectionStateRecovery"/>).
    /// </summary>
    public bool Recovered { get; }

    /// <summary>The namespace.</summary>
    public Namespace Namespace { get; }

    /// <summary>How the client connected.</summary>
    public Handshake Handshake { get; }

    /// <summary>The user of the request that opened the connection.</summary>
    public ClaimsPrincipal User => HttpContext.User;

    /// <summary>
    /// The request that opened the connection: the request itself while it is a WebSocket's, else a copy of headers, query,
    /// connection, user and items. Don't keep it longer than the socket is connected.
    /// </summary>
    public HttpContext HttpContext => _session.HttpContext;

    /// <summary>The transport in use now.</summary>
    public EngineTransports Transport => _session.Transport;

    /// <summary>
    /// The Engine.IO connection under the socket (the reference's <c>socket.conn</c>), shared by all the client's namespaces: how much is
    /// queued for the client, and when it has left. A raw message sent on it is none of Socket.IO's and a client would refuse it.
    /// </summary>
    public EngineSession EngineSession => _session;

    /// <summary>What the application keeps with the socket; also found by <see cref="BroadcastOperator.FetchSocketsAsync"/>.</summary>
    public ConcurrentDictionary<string, object?> Data =>
        LazyInitializer.EnsureInitialized(ref _data, static () => new ConcurrentDictionary<string, object?>(StringComparer.Ordinal));

    /// <summary>Whether the socket is connected: from before the connection handlers run until the disconnecting handlers have.</summary>
    public bool IsConnected => Atomic.Read(ref _state) is Welcomed or Connected or Closing;

    /// <summary>The rooms the socket is in, the one named by its id first; empty once it has disconnected.</summary>
    public IReadOnlyCollection<string> Rooms => _rooms.Names;

    /// <summary>Cancelled when the socket has disconnected, before the disconnect handlers run.</summary>
    public CancellationToken Disconnection
    {
        get
        {
            var source = LazyInitializer.EnsureInitialized(ref _disconnection, static () => new CancellationTokenSource());
            if (Atomic.Read(ref _state) is Disconnected)
                source.Cancel();
            return source.Token;
        }
    }

    /// <summary>Emits to everybody in the namespace but this socket.</summary>
    public BroadcastOperator Broadcast => new SocketOperator(this).Broadcast;

    /// <inheritdoc cref="BroadcastOperator.Local" />
    public BroadcastOperator Local => Broadcast.Local;

    /// <inheritdoc cref="SocketOperator.Volatile" />
    public SocketOperator Volatile => new SocketOperator(this).Volatile;

    BroadcastOperator IBroadcaster.Operator => Broadcast;

    internal Client Client => (Client)_session.Tag!;

    internal EngineSession Connection => _session;

    // The disconnecting handlers may still run.
    internal bool HasLeft => Atomic.Read(ref _state) is Closing or Disconnected;

    internal RoomNames OwnRoom => default(RoomNames).With([Id]);

    internal SocketListeners? Listeners => Atomic.Read(ref _listeners);

    /// <summary>Where the namespace keeps the socket; set when it connects.</summary>
    internal Membership? Seat { get; set; }

    /// <inheritdoc cref="BroadcastOperator.Compress" />
    public SocketOperator Compress(bool compress) => new SocketOperator(this).Compress(compress);

    /// <inheritdoc cref="BroadcastOperator.Timeout" />
    public SocketOperator Timeout(TimeSpan timeout) => new SocketOperator(this).Timeout(timeout);

    /// <inheritdoc cref="BroadcastOperator.WithCancellation" />
    public SocketOperator WithCancellation(CancellationToken cancellation) => new SocketOperator(this).WithCancellation(cancellation);

    /// <summary>Emits an event without arguments and waits for the client's acknowledgement.</summary>
    /// <returns>
    /// The acknowledgement's first argument; default when it has none. Without a timeout the option
    /// <see cref="SocketIoOptions.AckTimeout"/> counts.
    /// </returns>
    /// <exception cref="ArgumentException">The event name is reserved.</exception>
    /// <exception cref="AckTimeoutException">The time was up.</exception>
    /// <exception cref="SocketDisconnectedException">The socket is disconnected, or became so before it answered.</exception>
    /// <exception cref="EventArgumentException">The client acknowledged with something that is no <typeparamref name="T"/>.</exception>
    public Task<T?> EmitWithAckAsync<T>(string eventName) => new SocketOperator(this).EmitWithAckAsync<T>(eventName);

    /// <summary>Emits an event with one argument and waits for the client's acknowledgement.</summary>
    /// <inheritdoc cref="EmitWithAckAsync{T}(string)" />
    public Task<T?> EmitWithAckAsync<T>(string eventName, object? arg1) => new SocketOperator(this).EmitWithAckAsync<T>(eventName, arg1);

    /// <summary>Emits an event with two arguments and waits for the client's acknowledgement.</summary>
    /// <inheritdoc cref="EmitWithAckAsync{T}(string)" />
    public Task<T?> EmitWithAckAsync<T>(string eventName, object? arg1, object? arg2) =>
        new SocketOperator(this).EmitWithAckAsync<T>(eventName, arg1, arg2);

    /// <summary>Emits an event with any number of arguments and waits for the client's acknowledgement.</summary>
    /// <inheritdoc cref="EmitWithAckAsync{T}(string)" />
    public Task<T?> EmitWithAckAsync<T>(string eventName, EventArguments arguments) =>
        new SocketOperator(this).EmitWithAckAsync<T>(eventName, arguments);

    /// <summary>Joins rooms; those the socket is in already change nothing. A disconnected socket joins none.</summary>
    public ValueTask JoinAsync(params ReadOnlySpan<string> rooms)
    {
        Join(default(RoomNames).With(rooms));
        return ValueTask.CompletedTask;
    }

    /// <summary>Leaves rooms; those the socket is not in change nothing.</summary>
    public ValueTask LeaveAsync(params ReadOnlySpan<string> rooms)
    {
        Leave(default(RoomNames).With(rooms));
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Disconnects the socket from its namespace (reason "server namespace disconnect"); stock clients do not reconnect by
    /// themselves then. With <paramref name="close"/> all sockets of the connection, and the connection.
    /// </summary>
    public ValueTask DisconnectAsync(bool close = false)
    {
        Disconnect(close);
        return ValueTask.CompletedTask;
    }

    /// <summary>Removes the handlers of an event, or the one registered with this delegate.</summary>
    public void Off(string eventName, Delegate? handler = null)
    {
        ArgumentNullException.ThrowIfNull(eventName);
        Listeners?.Events.Remove(eventName, handler);
    }

    /// <summary>Removes the handlers of all events.</summary>
    public void Off() => Listeners?.Events.RemoveAll();

    /// <summary>Calls a listener for each incoming event, before its handlers.</summary>
    public void OnAny(Action<IncomingEvent> listener) => Change(listeners => listeners.Any = [.. listeners.Any, NotNull(listener)]);

    /// <summary>Calls a listener for each incoming event, before the other catch-all listeners.</summary>
    public void PrependAny(Action<IncomingEvent> listener) => Change(listeners => listeners.Any = [NotNull(listener), .. listeners.Any]);

    /// <summary>Removes a catch-all listener, or all.</summary>
    public void OffAny(Action<IncomingEvent>? listener = null) => Change(listeners => listeners.Any = Without(listeners.Any, listener));

    /// <summary>Calls a listener for each event emitted to this socket, broadcasts included, acknowledgements not.</summary>
    public void OnAnyOutgoing(Action<OutgoingEvent> listener)
    {
        Change(listeners => listeners.AnyOutgoing = [.. listeners.AnyOutgoing, NotNull(listener)]);
        Namespace.HasOutgoingListeners = true;
    }

    /// <summary>Calls a listener for each event emitted to this socket, before the other ones.</summary>
    public void PrependAnyOutgoing(Action<OutgoingEvent> listener)
    {
        Change(listeners => listeners.AnyOutgoing = [NotNull(listener), .. listeners.AnyOutgoing]);
        Namespace.HasOutgoingListeners = true;
    }

    /// <summary>Removes a listener for outgoing events, or all.</summary>
    public void OffAnyOutgoing(Action<OutgoingEvent>? listener = null) =>
        Change(listeners => listeners.AnyOutgoing = Without(listeners.AnyOutgoing, listener));

    /// <summary>
    /// Puts a middleware before the handlers of incoming events, behind those there are. One that does not call its second
    /// argument keeps the event from the handlers; one that throws is reported like a handler (<see cref="OnError"/>).
    /// </summary>
    public void Use(Func<IncomingEvent, Func<Task>, Task> middleware) =>
        Change(listeners => listeners.Middleware = [.. listeners.Middleware, NotNull(middleware)]);

    /// <summary>Calls a handler when the socket is about to disconnect, while <see cref="Rooms"/> still says where it was.</summary>
    public void OnDisconnecting(Func<DisconnectReason, Task> handler) =>
        Change(listeners => listeners.Disconnecting = [.. listeners.Disconnecting, NotNull(handler)]);

    /// <summary>Calls a handler when the socket has disconnected.</summary>
    public void OnDisconnect(Func<DisconnectReason, Task> handler) =>
        Change(listeners => listeners.Disconnect = [.. listeners.Disconnect, NotNull(handler)]);

    /// <summary>Calls a handler for each exception of this socket's handlers and middleware, and for each argument that does not convert.</summary>
    public void OnError(Action<Exception> handler) => Change(listeners => listeners.Error = [.. listeners.Error, NotNull(handler)]);

    void IEmitter.Emit<TArgs>(string eventName, in TArgs args) => Emit(eventName, args, isVolatile: false, isUncompressed: false);

    internal void Add(string eventName, EventListener listener)
    {
        ArgumentNullException.ThrowIfNull(eventName);
        Change(listeners => listeners.Events.Add(eventName, listener));
    }

    internal void Emit<TArgs>(string eventName, in TArgs args, bool isVolatile, bool isUncompressed)
        where TArgs : struct, IEventArguments, allows ref struct
    {
        if (Namespace.Recovery is { } recovery && !isVolatile)
            recovery.Emit(this, eventName, args, isUncompressed);
        else
            Send(Encode(eventName, args, PacketHeader.NoId, isUncompressed), eventName, args, isVolatile);
    }

    internal Task<T?> EmitWithAck<T, TArgs>(
        string eventName, in TArgs args, TimeSpan? timeout, bool isVolatile, bool isUncompressed, CancellationToken cancellation)
        where TArgs : struct, IEventArguments, allows ref struct
    {
        var ack = new SingleAck<T>(this, eventName);
        var frame = Encode(eventName, args, ack.Id, isUncompressed);

        // behind the encoding, which may fail, and before the client can answer
        Track(ack, ack.Id);
        Send(frame, eventName, args, isVolatile);
        return ack.WaitAsync(timeout ?? Namespace.Server.Options.AckTimeout, cancellation);
    }

    /// <summary>Queues a frame unless the client has left: it may be in the namespace again by now, as another socket.</summary>
    internal bool Send(Frame frame, bool isVolatile)
    {
        switch (Atomic.Read(ref _state))
        {
            case Accepted:
                Welcome();
                break;
            case Closing or Disconnected:
                return false;
        }
        return isVolatile ? _session.EnqueueVolatile(frame) : _session.Enqueue(frame);
    }

    /// <summary>Queues a frame that is in the log. Nothing follows one that was refused: the client's last offset would hide the gap.</summary>
    internal void SendLogged(Frame frame)
    {
        // sent with what was missed
        var isReplayed = Recovered && Atomic.Read(ref _state) is Connecting;
        if (!isReplayed && !_hasGap && !Send(frame, isVolatile: false))
            _hasGap = Namespace.Server.Options.SlowConsumerPolicy is SlowConsumerPolicy.Disconnect;
    }

    internal void SendAck<TArgs>(long ackId, in TArgs args) where TArgs : struct, IEventArguments, allows ref struct
    {
        if (!HasLeft)
            _session.Enqueue(Namespace.Server.Parser.WriteAck(Namespace.Name, ackId, args));
    }

    /// <inheritdoc cref="EngineSession.Prefetch" />
    internal void Prefetch() => _session.Prefetch();

    internal void NotifyOutgoing<TArgs>(string eventName, in TArgs args) where TArgs : struct, IEventArguments, allows ref struct
    {
        if (Listeners is { AnyOutgoing.Length: > 0 })
            NotifyOutgoing(new OutgoingEvent(eventName, args.ToArray()));
    }

    internal void NotifyOutgoing(OutgoingEvent outgoing)
    {
        foreach (var listener in Listeners?.AnyOutgoing ?? [])
        {
            try
            {
                listener(outgoing);
            }
            catch (Exception exception)
            {
                Namespace.Report(this, exception, outgoing.Name);
            }
        }
    }

    internal ValueTask Receive(ReadOnlySpan<byte> packet, in PacketHeader header, byte[][] attachments) =>
        _dispatch.Receive(packet, header, attachments);

    internal void ReceiveAck(ReadOnlySpan<byte> packet, in PacketHeader header, byte[][] attachments)
    {
        if (!Namespace.Acks.TryGet(header.AckId, out var ack))
            return;
        var arguments = Namespace.Server.Parser.OpenAck(packet, header, attachments);
        ack.Receive(this, ref arguments);
    }

    internal void Disconnect(bool close)
    {
        if (!IsConnected)
            return;
        if (close)
            Client.Disconnect();
        else
            LeaveNamespace();
    }

    internal void Untrack(PendingAck ack)
    {
        lock (Client)
            _acks?.Remove(ack);
    }

    internal void Join(in RoomNames rooms) => _rooms.Join(rooms);

    internal void Leave(in RoomNames rooms) => _rooms.Leave(rooms);

    /// <summary>Whether the socket is in a room; its own id's room included.</summary>
    internal bool IsIn(string room) => _rooms.Contains(room);

    /// <summary>
    /// The middleware has accepted the socket: it becomes visible, the client is told, then the connection handlers run, and the
    /// client's events behind them. Who knows of the client's answer reaches it, and nothing comes before the answer. A close that
    /// comes meanwhile is made up for: what is told of the end was told of the beginning.
    /// </summary>
    internal void Connect()
    {
        if (Namespace.Recovery is { } recovery)
        {
            ConnectRecoverably(recovery);
        }
        else
        {
            _rooms.EnterOwn();
            Namespace.Seat(this);
            Atomic.Write(ref _state, Accepted);
            Welcome();
            Namespace.RaiseJoined(Id, Id, created: true);
            Atomic.Write(ref _state, Connected);
        }
        _dispatch.RunConnectionHandlers();
        if (Atomic.Read(ref _closeReason) is DisconnectReason reason)
            Close(reason);
    }

    /// <summary>
    /// Queues the answer of a socket that can be found, once and before anything else is sent to it, whoever comes first: who
    /// connects it, or who sends to it.
    /// </summary>
    /// <returns>Whether the socket is connected.</returns>
    internal bool Welcome()
    {
        if (Atomic.Read(ref _state) is not Accepted)
            return IsConnected;

        // nothing is written under the lock
        Cork.Hold();
        try
        {
            lock (Client)
            {
                if (Atomic.Read(ref _state) is Accepted)
                {
                    SendConnect(null);
                    Atomic.Write(ref _state, Welcomed);
                }
            }
        }
        finally
        {
            Cork.Release();
        }
        return IsConnected;
    }

    // a client of protocol 3 makes its id by itself, and can't come back
    internal bool SendConnect(string? pid) => _session.Enqueue(_session.Protocol == 3
        ? Namespace.Server.Parser.WriteConnect(Namespace.Name, null, null)
        : Namespace.Server.Parser.WriteConnect(Namespace.Name, Id, pid));

    internal void BecomeConnected() => Interlocked.CompareExchange(ref _state, Connected, Connecting);

    /// <summary>The socket was refused, or its connection ended while the middleware decided.</summary>
    internal void Abandon()
    {
        _rooms.LeaveAll();
        if (Recovered)
            Namespace.Recovery!.GiveBack(_recoverable!);
        Namespace.Release();
    }

    /// <summary>Tells the client to go, and goes.</summary>
    internal void LeaveNamespace() => Close(DisconnectReason.ServerNamespaceDisconnect);

    /// <summary>Disconnects: handlers are told, rooms are left. The first reason counts.</summary>
    internal void Close(DisconnectReason reason)
    {
        reason = (DisconnectReason)(Interlocked.CompareExchange(ref _closeReason, reason, null) ?? reason);
        var byServer = reason == DisconnectReason.ServerNamespaceDisconnect;
        if (Interlocked.CompareExchange(ref _state, Closing, Connected) != Connected)
            return;
        if (_recoverable is not null)
            Namespace.Recovery!.OnClosing(_recoverable, reason);
        Client.Remove(this, byServer);

        // behind the removal: as soon as the client is told it may join again
        if (byServer)
            _session.Enqueue(Namespace.Server.Parser.WriteDisconnect(Namespace.Name));
        var told = Namespace.TellDisconnectingAsync(this, reason);
        if (told.IsCompleted)
            FinishClose(reason);
        else
            _ = FinishCloseAsync(told, reason);
    }

    // Not the session's id, which is as good as a password; but a client of protocol 3 expects that.
    private string NewId() =>
        _session.Protocol == 3 ? OldClients.SocketId(Namespace.Name, _session.Id) : SessionStore.NewId();

    private async Task FinishCloseAsync(Task told, DisconnectReason reason)
    {
        await told.ConfigureAwait(false);
        FinishClose(reason);
    }

    private void FinishClose(DisconnectReason reason)
    {
        var rooms = _recoverable is null ? [] : Rooms;
        _rooms.LeaveAll();
        Atomic.Write(ref _state, Disconnected);
        Namespace.Remove(this);
        LoseAcks();
        CancelDisconnection();
        _ = Namespace.TellDisconnectAsync(this, reason);
        if (_recoverable is not null)
            Namespace.Recovery!.OnClosed(_recoverable, rooms, _data);
    }

    // The rooms first: what is emitted to them while the client is being connected waits for it in the log.
    private void ConnectRecoverably(NamespaceRecovery recovery)
    {
        _rooms.Join(Id);
        recovery.Connect(this, _recoverable!);
    }

    // What is registered with the token is the user's code.
    private void CancelDisconnection()
    {
        try
        {
            Atomic.Read(ref _disconnection)?.Cancel();
        }
        catch (AggregateException exception)
        {
            Namespace.Report(this, exception, "disconnect");
        }
    }

    private void LoseAcks()
    {
        PendingAck[] acks;
        lock (Client)
        {
            acks = _acks?.ToArray() ?? [];
            _acks = null;
        }
        foreach (var ack in acks)
            ack.Lose(this);
        Namespace.Acks.Lose(this);
    }

    private Frame Encode<TArgs>(string eventName, in TArgs args, long ackId, bool isUncompressed)
        where TArgs : struct, IEventArguments, allows ref struct
    {
        ReservedEvents.ThrowIfReserved(eventName);
        var frame = Namespace.Server.Parser.WriteEvent(Namespace.Name, eventName, args, ackId);
        return isUncompressed ? frame.Uncompressed() : frame;
    }

    private void Send<TArgs>(Frame frame, string eventName, in TArgs args, bool isVolatile)
        where TArgs : struct, IEventArguments, allows ref struct
    {
        NotifyOutgoing(eventName, args);
        Send(frame, isVolatile);
    }

    private void Track(PendingAck ack, long id)
    {
        Namespace.Acks.Add(id, ack);
        lock (Client)
            (_acks ??= []).Add(ack);
    }

    private void Change(Action<SocketListeners> change)
    {
        lock (Client)
        {
            var listeners = _listeners ?? new SocketListeners();
            change(listeners);
            Atomic.Write(ref _listeners, listeners);
        }
    }

    private static T NotNull<T>(T? handler) where T : Delegate
    {
        ArgumentNullException.ThrowIfNull(handler);
        return handler;
    }

    private static T[] Without<T>(T[] listeners, T? listener) where T : Delegate
    {
        var index = listener is null ? -1 : Array.IndexOf(listeners, listener);
        return listener is null ? [] : [.. listeners.Where((_, at) => at != index)];
    }
}
