using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using SocketIo.Broadcasts;
using SocketIo.Engine;
using SocketIo.Engine.Frames;
using SocketIo.Engine.Sessions;
using SocketIo.Handlers;
using SocketIo.Protocol;
using SocketIo.Recovery;
using SocketIo.Rooms;
using SocketIo.Routing;
using SocketIo.Sockets;
using SocketIo.Topics;
using Atomic = System.Threading.Volatile;

namespace SocketIo;

/// <summary>One client in one namespace.</summary>
/// <remarks>
/// <para>
/// All members are thread-safe. Events that one thread emits arrive in the order of the calls. An emit only queues: its task has completed when it returns,
/// and the event is lost if the connection is lost before it was sent, unless <see cref="SocketIoOptions.ConnectionStateRecovery"/> is on.
/// </para>
/// <para>A unit test may derive from it: see the constructor.</para>
/// </remarks>
public partial class Socket : IEmitter, IAckEmitter, IBroadcaster, IPlace
{
    private readonly Client _client;
    private readonly EngineSession _session;
    private readonly EventDispatch _dispatch;
    private readonly SocketRooms _rooms;
    private SocketLife _life;

    // each null until it is asked for
    private SocketListeners? _listeners;
    private SocketAcks? _acks;
    private ConcurrentDictionary<string, object?>? _data;
    private CancellationTokenSource? _disconnection;

    internal Socket(Namespace @namespace, Client client, JsonElement auth, RecoverableSession? restored = null)
    {
        _client = client;
        _session = client.Session;
        _dispatch = new EventDispatch(this);
        _rooms = new SocketRooms(this);
        Namespace = @namespace;

        Id = restored?.SocketId ?? NewId();
        Handshake = new Handshake(client.Session, auth, @namespace.Server.Time.GetUtcNow());
        Recoverable = restored ?? @namespace.Delivery.BeginSession(Id, auth);
        _life = new SocketLife { IsRecovered = restored is not null };
        if (restored is null)
            return;
        _data = restored.Data;
        _rooms.Restore(restored.Rooms);
    }

    /// <summary>
    /// Makes a socket without a client, for unit tests: what the code under test does with it goes to the virtual members. Those that are not overridden
    /// throw <see cref="NotSupportedException"/>. Handlers that are registered on it never run.
    /// </summary>
    /// <param name="id">The id.</param>
    /// <param name="namespace">The namespace, such as one of a server of its own; null when the code does not use it.</param>
    /// <param name="request">The request that opened the connection; null for an empty one.</param>
    /// <param name="auth">What the client sent to join the namespace.</param>
    protected Socket(string id, Namespace? @namespace = null, HttpContext? request = null, JsonElement auth = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        (_client, _session, _dispatch, _rooms) = (null!, null!, null!, null!);
        _life.Connect();
        Id = id;
        Namespace = @namespace!;
        Handshake = new Handshake(request ?? new DefaultHttpContext(), auth);
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
    public bool Recovered => _life.IsRecovered;

    /// <summary>The namespace.</summary>
    public Namespace Namespace { get; }

    /// <summary>How the client connected.</summary>
    public Handshake Handshake { get; }

    /// <summary>The user of the request that opened the connection.</summary>
    public ClaimsPrincipal User => Handshake.User;

    /// <summary>
    /// The request that opened the connection: the request itself while it is a WebSocket's, else a copy of headers, query,
    /// connection, user and items. Don't keep it longer than the socket is connected.
    /// </summary>
    /// <remarks>
    /// <see cref="HttpContext.RequestServices"/> is a scope of the connection's own, the same for all its sockets and on every transport,
    /// made when first asked for. It ends when the connection has ended and the handlers of the disconnect, and of events that came before
    /// it, have completed; then it throws <see cref="ObjectDisposedException"/>. It may live for days: for work that lasts as long as one event, use
    /// handler classes (<see cref="ISocketHandlers{TSelf}"/>), which have a scope for each.
    /// </remarks>
    public HttpContext HttpContext => Handshake.HttpContext;

    /// <summary>The transport in use now.</summary>
    public virtual EngineTransports Transport => Real(_session).Transport;

    /// <summary>
    /// The Engine.IO connection under the socket (the reference's <c>socket.conn</c>), shared by all the client's namespaces: how much is
    /// queued for the client, and when it has left. A raw message sent on it is none of Socket.IO's and a client would refuse it.
    /// </summary>
    public EngineSession EngineSession => Real(_session);

    /// <summary>What the application keeps with the socket; also found by <see cref="BroadcastOperator.FetchSocketsAsync"/>.</summary>
    public ConcurrentDictionary<string, object?> Data =>
        LazyInitializer.EnsureInitialized(ref _data, static () => new ConcurrentDictionary<string, object?>(StringComparer.Ordinal));

    /// <summary>Whether the socket is connected: from before the connection handlers run until the disconnecting handlers have.</summary>
    public bool IsConnected => _life.IsConnected;

    /// <summary>The rooms the socket is in, the one named by its id first; empty once it has disconnected.</summary>
    public virtual IReadOnlyCollection<string> Rooms => Real(_rooms).Names;

    /// <summary>Cancelled when the socket has disconnected, before the disconnect handlers run.</summary>
    public CancellationToken Disconnection
    {
        get
        {
            var source = LazyInitializer.EnsureInitialized(ref _disconnection, static () => new CancellationTokenSource());
            if (_life.IsOver)
                CancelDisconnection();
            return source.Token;
        }
    }

    /// <summary>Selects everybody in the namespace but this socket.</summary>
    public virtual BroadcastOperator Broadcast => new(Real(Namespace), new BroadcastTarget { Except = OwnRoom });

    /// <inheritdoc cref="BroadcastOperator.Local" />
    public BroadcastOperator Local => Broadcast.Local;

    /// <inheritdoc cref="SocketOperator.Volatile" />
    public SocketOperator Volatile => new SocketOperator(this).Volatile;

    byte[] IPlace.Utf8Name => Namespace.Utf8Name;

    JsonElement IPlace.Auth => Handshake.Auth.Element;

    internal Client Client => _client;

    internal EngineSession Connection => _session;

    // The disconnecting handlers may still run.
    internal bool HasLeft => _life.HasLeft;

    /// <summary>What the client comes back with; null when it can't.</summary>
    internal RecoverableSession? Recoverable { get; }

    /// <summary>What the application keeps with the socket; null when it has kept nothing.</summary>
    internal ConcurrentDictionary<string, object?>? DataIfAny => Atomic.Read(ref _data);

    internal RoomNames OwnRoom => default(RoomNames).With([Id]);

    /// <summary>What the socket owes.</summary>
    internal SocketAcks Acks => Atomic.Read(ref _acks) ?? Interlocked.CompareExchange(ref _acks, new SocketAcks(), null) ?? _acks;

    internal SocketListeners? Listeners => Atomic.Read(ref _listeners);

    internal SocketAcks? AcksIfAny => Atomic.Read(ref _acks);

    internal EventDispatch Dispatch => _dispatch;

    internal ref SocketLife Life => ref _life;

    /// <summary>Where the namespace keeps the socket; set when it connects.</summary>
    internal Membership<Socket>? Seat { get; set; }

    private SocketListeners OwnListeners => Listeners ?? Interlocked.CompareExchange(ref _listeners, new SocketListeners(), null) ?? _listeners;

    /// <inheritdoc cref="BroadcastOperator.Compress" />
    public SocketOperator Compress(bool compress) => new SocketOperator(this).Compress(compress);

    /// <inheritdoc cref="SocketAckOperator.Timeout" />
    public SocketAckOperator Timeout(TimeSpan timeout) => new SocketOperator(this).Timeout(timeout);

    /// <inheritdoc cref="SocketAckOperator.WithCancellation" />
    public SocketAckOperator WithCancellation(CancellationToken cancellationToken) => new SocketOperator(this).WithCancellation(cancellationToken);

    /// <summary>Adds the socket to rooms. Rooms that it is in already change nothing; a disconnected socket joins none.</summary>
    /// <param name="rooms">The rooms' names; none changes nothing.</param>
    /// <returns>
    /// Completes when broadcasts to the rooms reach the socket: at once, unless there are other servers and these send to a room over a channel of its own,
    /// or the rooms are kept for a client that comes back to another server.
    /// </returns>
    /// <exception cref="RoomLimitException">
    /// The socket is in as many rooms as <see cref="SocketIoOptions.MaxRooms"/> allows; the rooms before that one are joined.
    /// </exception>
    public virtual ValueTask JoinAsync(params ReadOnlySpan<string> rooms)
    {
        var joined = Real(this).Join(default(RoomNames).With(rooms));
        return joined is null ? ValueTask.CompletedTask : new ValueTask(joined);
    }

    /// <summary>Removes the socket from rooms. Rooms that it is not in change nothing.</summary>
    /// <param name="rooms">The rooms' names; none changes nothing.</param>
    /// <returns>
    /// Broadcasts to the rooms that begin behind it do not reach the socket. Completes at once, unless the rooms are kept for a client that comes back to
    /// another server: then what was emitted before comes first, and the task completes when that was sent and the rooms are stored.
    /// </returns>
    public virtual ValueTask LeaveAsync(params ReadOnlySpan<string> rooms)
    {
        var socket = Real(this);
        var names = default(RoomNames).With(rooms);
        if (Namespace.Delivery.WhenSent() is { } sent)
            return new(LeaveBehindAsync(sent, names));
        var left = socket.Leave(names);
        return left is null ? ValueTask.CompletedTask : new ValueTask(left);
    }

    private async Task LeaveBehindAsync(Task sent, RoomNames rooms)
    {
        await sent.ConfigureAwait(false);
        await (Leave(rooms) ?? Task.CompletedTask).ConfigureAwait(false);
    }

    /// <summary>
    /// Delivers the events of a topic to the socket: first what the subscriber has missed, then what comes, in order, at least once. An event
    /// counts as received when the client has called the callback that its handler gets as the last argument
    /// (<see cref="SubscribeOptions.Receipt"/>); what was not comes again with the subscriber's next socket, first.
    /// </summary>
    /// <remarks>
    /// The subscription outlives the socket, which leaves it when it disconnects, and the process, as far as the store does. It is made when it
    /// does not exist, and begins then where the options say. A second call for the same subscriber changes nothing. A socket that is
    /// <see cref="Recovered"/> has the subscriptions that it had before.
    /// </remarks>
    /// <param name="topic">The topic's name.</param>
    /// <param name="subscriber">The application's name of the receiver, such as a user or a device; 1 to 255 characters.</param>
    /// <param name="options">Where to begin, how many events at once, how they are shared; null for the defaults.</param>
    /// <returns>Completes when the subscription is stored. Events may arrive before.</returns>
    /// <exception cref="InvalidOperationException">
    /// <see cref="TopicsExtensions.AddTopics"/> was not called, or the subscription exists with another <see cref="Sharing"/>.
    /// </exception>
    /// <exception cref="ArgumentException">A name can't be stored, or an option is out of its range.</exception>
    /// <exception cref="TopicStoreException">
    /// The store did not answer within <see cref="TopicsOptions.StoreTimeout"/>. The socket is subscribed as soon as it does.
    /// </exception>
    public virtual Task SubscribeAsync(string topic, string subscriber, SubscribeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(subscriber);
        return Real(Namespace).NeedTopics().SubscribeAsync(this, new(new(Namespace.Name, topic), subscriber), options ?? new SubscribeOptions());
    }

    /// <inheritdoc cref="TopicOperator.UnsubscribeAsync" />
    /// <param name="topic">The topic's name.</param>
    /// <param name="subscriber">The subscriber's name.</param>
    public virtual Task<bool> UnsubscribeAsync(string topic, string subscriber) => Real(Namespace).Topic(topic).UnsubscribeAsync(subscriber);

    /// <summary>Disconnects the socket from its namespace, with reason "server namespace disconnect".</summary>
    /// <remarks>
    /// Stock clients do not reconnect by themselves then. A socket that is disconnected while connection middleware decides is refused, with the message
    /// "The connection was refused", whatever the middleware returns; to choose the message return <see cref="ConnectResult.Refuse"/>.
    /// </remarks>
    /// <param name="close">Whether to close the client's connection, with its sockets of all namespaces.</param>
    /// <returns>
    /// Completes when the disconnect has begun; disconnecting handlers may still be running. That is at once, unless events come from a backplane's log
    /// (<see cref="ConnectionStateRecoveryOptions"/>): then those that were emitted before are sent first.
    /// </returns>
    public virtual ValueTask DisconnectAsync(bool close = false)
    {
        var socket = Real(this);
        if (IsConnected && Namespace.Delivery.WhenSent() is { } sent)
            return new(DisconnectBehindAsync(sent, close));
        socket.Disconnect(close);
        return ValueTask.CompletedTask;
    }

    private async Task DisconnectBehindAsync(Task sent, bool close)
    {
        await sent.ConfigureAwait(false);
        Disconnect(close);
    }

    /// <summary>Removes handlers of an event that were registered on this socket. Handlers that are running are not stopped.</summary>
    /// <param name="eventName">The event's name.</param>
    /// <param name="handler">The delegate that was registered; null for all handlers of the event.</param>
    public void Off(string eventName, Delegate? handler = null)
    {
        ArgumentNullException.ThrowIfNull(eventName);
        Listeners?.Events.Remove(eventName, handler);
    }

    /// <summary>Removes the handlers of all events that were registered on this socket.</summary>
    public void Off() => Listeners?.Events.RemoveAll();

    /// <summary>Removes catch-all listeners.</summary>
    /// <param name="listener">The listener; null for all.</param>
    public void OffAny(Action<IncomingEvent>? listener = null) => Listeners?.RemoveAny(listener);

    /// <summary>Removes listeners for outgoing events.</summary>
    /// <param name="listener">The listener; null for all.</param>
    public void OffAnyOutgoing(Action<OutgoingEvent>? listener = null) => Listeners?.RemoveAnyOutgoing(listener);

    /// <summary>Adds middleware for incoming events: it runs before an event's handlers and decides whether they run.</summary>
    /// <remarks>
    /// Middleware runs in the order of registration. If it does not call its second parameter, neither further middleware nor the handlers run. An exception
    /// is logged and passed to <see cref="OnError(Action{Exception})"/>.
    /// </remarks>
    /// <param name="middleware">Gets the event, and a function that runs the rest; its task completes when the handlers have.</param>
    public void Use(Func<IncomingEvent, Func<Task>, Task> middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        OwnListeners.AddMiddleware(middleware);
    }

    /// <summary>In a unit test's socket: an event is emitted to it.</summary>
    /// <param name="eventName">The event's name.</param>
    /// <param name="arguments">The arguments in their order.</param>
    /// <param name="isVolatile">Whether the event is dropped if it can't be sent now.</param>
    protected virtual void EmitCore(string eventName, IReadOnlyList<object?> arguments, bool isVolatile) => throw NotOverridden();

    /// <summary>In a unit test's socket: an event is emitted to it, and the acknowledgement is waited for.</summary>
    /// <param name="eventName">The event's name.</param>
    /// <param name="arguments">The arguments in their order.</param>
    /// <param name="timeout">How long to wait; null when the code named no timeout.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The acknowledgement.</returns>
    protected virtual Task<AckValues> EmitWithAckCoreAsync(
        string eventName, IReadOnlyList<object?> arguments, TimeSpan? timeout, CancellationToken cancellationToken) =>
        throw NotOverridden();

    void IEmitter.Emit(string eventName, IReadOnlyList<object?> arguments) => ((IEmitter)new SocketOperator(this)).Emit(eventName, arguments);

    void IEmitter.Emit<TArgs>(string eventName, in TArgs args) => Emit(eventName, args, isVolatile: false, isUncompressed: false);

    Task<AckValues> IAckEmitter.EmitAndWaitAsync(string eventName, IReadOnlyList<object?> arguments) =>
        ((IAckEmitter)new SocketOperator(this)).EmitAndWaitAsync(eventName, arguments);

    Task<TResult> IAckEmitter.EmitWithAck<TResult>(string eventName, EventArguments arguments, AckShape<TResult> shape) =>
        EmitWithAck(eventName, arguments, shape, null, isVolatile: false, isUncompressed: false, default);

    internal void Add(string eventName, EventListener listener)
    {
        if (_session is not null)
            HandlerRules.Check(eventName, listener, Namespace.Server);
        OwnListeners.Events.Add(eventName, listener);
    }

    internal void Remove(ReadOnlySpan<byte> eventName, EventListener listener) => Listeners?.Events.Remove(eventName, listener);

    /// <inheritdoc cref="SocketListeners.TryUseOnce" />
    internal bool TryUseOnce(EventListener listener) => OwnListeners.TryUseOnce(listener);

    internal void Emit<TArgs>(string eventName, in TArgs args, bool isVolatile, bool isUncompressed)
        where TArgs : struct, IEventArguments, allows ref struct
    {
        if (_session is null)
        {
            ReservedEvents.ThrowIfReserved(eventName);
            EmitCore(eventName, args.ToArray(), isVolatile);
            return;
        }
        Namespace.Delivery.Emit(this, eventName, args, PacketHeader.NoId, isVolatile, isUncompressed);
    }

    internal Task<TResult> EmitWithAck<TResult>(
        string eventName, EventArguments args, AckShape<TResult> shape, TimeSpan? timeout, bool isVolatile, bool isUncompressed, CancellationToken cancellationToken)
    {
        if (_session is null)
        {
            ReservedEvents.ThrowIfReserved(eventName);
            return shape.OfAsync(EmitWithAckCoreAsync(eventName, args.ToArray(), timeout, cancellationToken));
        }
        var ack = new SingleAck<TResult>(this, eventName, shape);

        // before the client can answer
        ack.Expect();
        try
        {
            if (!Namespace.Delivery.Emit(this, eventName, args, ack.Id, isVolatile, isUncompressed))
                ack.Drop(isVolatile ? "it is volatile and could not leave at once" : "its queue is full");
        }
        catch
        {
            ack.Forget();
            throw;
        }
        return ack.WaitAsync(timeout ?? Namespace.Server.Options.AckTimeout, cancellationToken);
    }

    /// <summary>Queues a frame unless the client has left: it may be in the namespace again by now, as another socket.</summary>
    /// <returns>False when it was not queued.</returns>
    internal bool Send(Frame frame, SendMode mode)
    {
        if (_life.AwaitsWelcome)
            this.Welcome();
        if (mode is SendMode.Logged)
            return SendLogged(frame);
        if (_life.HasLeft)
            return false;
        return mode is SendMode.Volatile ? _session.EnqueueVolatile(frame) : _session.Enqueue(frame);
    }

    internal void SendAck<TArgs>(long ackId, in TArgs args) where TArgs : struct, IEventArguments, allows ref struct
    {
        if (!HasLeft)
            _session.EnqueueControl(Namespace.Server.Encoder.WriteAck(Namespace.Name, ackId, args));
    }

    /// <inheritdoc cref="EngineSession.Prefetch" />
    internal void Prefetch() => _session.Prefetch();

    internal void ReceiveAck(ReadOnlySpan<byte> packet, in PacketHeader header, byte[][] attachments)
    {
        if (AcksIfAny?.TryTake(header.AckId, out var ack) is not true)
            return;
        var arguments = Namespace.Server.Parser.OpenAck(packet, header, attachments);
        ack!.Receive(this, ref arguments);
    }

    internal void Disconnect(bool close)
    {
        if (_life.IsOver)
            return;

        // before the socket is connected the reason is kept, and middleware that accepts is not heard
        if (!close || !IsConnected)
            this.Close(DisconnectReason.ServerNamespaceDisconnect);
        if (close)
            Client.Disconnect();
    }

    /// <returns>Completes when other servers know; null when they need not.</returns>
    internal Task? Join(in RoomNames rooms)
    {
        if (rooms.Count == 0)
            return null;
        Task? opening, kept;
        Namespace.Delivery.OnRoomsChanging(this);
        try
        {
            opening = _rooms.Join(rooms);
        }
        finally
        {
            kept = Namespace.Delivery.OnRoomsChanged(this);
        }
        return opening is null || kept is null ? opening ?? kept : Task.WhenAll(opening, kept);
    }

    /// <inheritdoc cref="Join" />
    internal Task? Leave(in RoomNames rooms)
    {
        if (rooms.Count == 0)
            return null;
        Namespace.Delivery.OnRoomsChanging(this);
        _rooms.Leave(rooms);
        return Namespace.Delivery.OnRoomsChanged(this);
    }

    internal void LeaveRooms() => _rooms.LeaveAll();

    /// <summary>Whether the socket is in a room; its own id's room included.</summary>
    internal bool IsIn(string room) => _rooms.Contains(room);

    internal void EnterOwnRoom() => _rooms.EnterOwn();

    // Not the session's id, which is as good as a password; but a client of protocol 3 expects that.
    private string NewId() =>
        _session.Protocol == 3 ? OldClients.SocketId(Namespace.Name, _session.Id) : SessionStore.NewId();

    /// <summary>A handler threw.</summary>
    internal void Report(Exception exception, string eventName) => Namespace.Handlers.Report(this, exception, eventName);

    /// <summary>What a handler had was not disposed.</summary>
    internal void ReportDisposal(Exception exception, string eventName) => Namespace.Handlers.ReportDisposal(this, exception, eventName);

    /// <summary>Cancels <see cref="Disconnection"/>. What is registered with it is the user's code.</summary>
    internal void CancelDisconnection()
    {
        try
        {
            Atomic.Read(ref _disconnection)?.Cancel();
        }
        catch (AggregateException exception)
        {
            Report(exception, "disconnect");
        }
    }

    // Under the log's lock. What a client that comes back has missed is sent in its turn, when it is connected.
    private bool SendLogged(Frame frame)
    {
        if (_life.HasGap || _life.HasLeft || (Recovered && _life.IsConnecting))
            return false;
        var isQueued = _session.Enqueue(frame);
        _life.HasGap = !isQueued && Namespace.Server.Options.SlowConsumerPolicy is SlowConsumerPolicy.Disconnect;
        return isQueued;
    }

    // Only a unit test's socket has no session. What such a socket does not override is not there.
    private T Real<T>(T part, [CallerMemberName] string? member = null) => _session is not null ? part : throw NotOverridden(member);

    private NotSupportedException NotOverridden([CallerMemberName] string? member = null) =>
        new($"{GetType().Name} does not override {nameof(Socket)}.{member}.");

    private void AddDisconnecting(Func<DisconnectReason, ValueTask> handler) => OwnListeners.AddDisconnecting(handler);

    private void AddDisconnect(Func<DisconnectReason, ValueTask> handler) => OwnListeners.AddDisconnect(handler);

    private void AddError(Func<Exception, ValueTask> handler) => OwnListeners.AddError(handler);

    private void AddAny(Action<IncomingEvent> listener, bool isFirst = false) => OwnListeners.AddAny(listener, isFirst);

    private void AddAnyOutgoing(Action<OutgoingEvent> listener, bool isFirst = false)
    {
        OwnListeners.AddAnyOutgoing(listener, isFirst);
        if (_session is not null)
            Namespace.HasOutgoingListeners = true;
    }
}
