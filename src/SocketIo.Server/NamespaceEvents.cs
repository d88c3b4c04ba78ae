using SocketIo.Engine;
using SocketIo.Routing;

namespace SocketIo;

/// <summary>
/// What a namespace and a pattern of namespaces have in common: handlers, middleware, and an audience to emit to. Register before
/// clients connect: what is registered later holds for later events, and for a pattern for namespaces made later.
/// </summary>
public abstract class NamespaceEvents : IEmitter, IBroadcaster
{
    // Lists are replaced whole under _sync and read without.
    private readonly Lock _sync = new();

    private protected NamespaceEvents(SocketIoServer? server) => Server = server ?? (SocketIoServer)this;

    /// <summary>The server.</summary>
    public SocketIoServer Server { get; }

    /// <summary>Only to this server's own sockets when there are several servers.</summary>
    public BroadcastOperator Local => Everybody.Local;

    /// <inheritdoc cref="BroadcastOperator.Volatile" />
    public BroadcastOperator Volatile => Everybody.Volatile;

    BroadcastOperator IBroadcaster.Operator => Everybody;

    internal EventTable Events { get; } = new();

    internal abstract IEnumerable<Namespace> Namespaces { get; }

    private protected Func<Socket, Task<ConnectResult>>[] Middleware { get; private set; } = [];

    private protected Func<Socket, Task>[] Connection { get; private set; } = [];

    private protected Func<Socket, DisconnectReason, Task>[] Disconnecting { get; private set; } = [];

    private protected Func<Socket, DisconnectReason, Task>[] Disconnect { get; private set; } = [];

    private protected Action<Socket, Exception, string>[] Error { get; private set; } = [];

    private BroadcastOperator Everybody => new(this, default);

    /// <inheritdoc cref="BroadcastOperator.Compress" />
    public BroadcastOperator Compress(bool compress) => Everybody.Compress(compress);

    /// <inheritdoc cref="BroadcastOperator.Timeout" />
    public BroadcastOperator Timeout(TimeSpan timeout) => Everybody.Timeout(timeout);

    /// <inheritdoc cref="BroadcastOperator.WithCancellation" />
    public BroadcastOperator WithCancellation(CancellationToken cancellation) => Everybody.WithCancellation(cancellation);

    /// <inheritdoc cref="BroadcastOperator.EmitWithAckAsync{T}(string)" />
    public Task<AckResults<T>> EmitWithAckAsync<T>(string eventName) => Everybody.EmitWithAckAsync<T>(eventName);

    /// <inheritdoc cref="BroadcastOperator.EmitWithAckAsync{T}(string, object)" />
    public Task<AckResults<T>> EmitWithAckAsync<T>(string eventName, object? arg1) => Everybody.EmitWithAckAsync<T>(eventName, arg1);

    /// <inheritdoc cref="BroadcastOperator.EmitWithAckAsync{T}(string, object, object)" />
    public Task<AckResults<T>> EmitWithAckAsync<T>(string eventName, object? arg1, object? arg2) =>
        Everybody.EmitWithAckAsync<T>(eventName, arg1, arg2);

    /// <inheritdoc cref="BroadcastOperator.EmitWithAckAsync{T}(string, EventArguments)" />
    public Task<AckResults<T>> EmitWithAckAsync<T>(string eventName, EventArguments arguments) =>
        Everybody.EmitWithAckAsync<T>(eventName, arguments);

    /// <inheritdoc cref="BroadcastOperator.SocketsJoinAsync" />
    public ValueTask SocketsJoinAsync(params ReadOnlySpan<string> rooms) => Everybody.SocketsJoinAsync(rooms);

    /// <inheritdoc cref="BroadcastOperator.SocketsLeaveAsync" />
    public ValueTask SocketsLeaveAsync(params ReadOnlySpan<string> rooms) => Everybody.SocketsLeaveAsync(rooms);

    /// <inheritdoc cref="BroadcastOperator.DisconnectSocketsAsync" />
    public ValueTask DisconnectSocketsAsync(bool close = false) => Everybody.DisconnectSocketsAsync(close);

    /// <inheritdoc cref="BroadcastOperator.FetchSocketsAsync" />
    public ValueTask<IReadOnlyList<RemoteSocket>> FetchSocketsAsync() => Everybody.FetchSocketsAsync();

    /// <summary>
    /// Puts a middleware before the connection, behind those there are: it accepts the socket or refuses it. It runs for each
    /// socket that wants to join; the client's other namespaces do not wait for it. An exception refuses with "Internal server error".
    /// </summary>
    public void Use(Func<Socket, Task<ConnectResult>> middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        lock (_sync)
            Middleware = [.. Middleware, middleware];
    }

    /// <inheritdoc cref="Use(Func{Socket, Task{ConnectResult}})" />
    public void Use(Func<Socket, ConnectResult> middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        Use(socket => Task.FromResult(middleware(socket)));
    }

    /// <summary>
    /// Calls a handler for each socket that has connected. The socket's events wait until it has ended (with
    /// <see cref="SocketIoOptions.MaxConcurrentHandlers"/> above 1 only until it has started).
    /// </summary>
    public void OnConnection(Func<Socket, Task> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        lock (_sync)
            Connection = [.. Connection, handler];
    }

    /// <inheritdoc cref="OnConnection(Func{Socket, Task})" />
    public void OnConnection(Action<Socket> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        OnConnection(socket =>
        {
            handler(socket);
            return Task.CompletedTask;
        });
    }

    /// <summary>Calls a handler when a socket is about to disconnect, while it is still in its rooms; they are left when it has ended.</summary>
    public void OnDisconnecting(Func<Socket, DisconnectReason, Task> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        lock (_sync)
            Disconnecting = [.. Disconnecting, handler];
    }

    /// <summary>Calls a handler when a socket has disconnected. It does not wait for handlers of the socket that still run.</summary>
    public void OnDisconnect(Func<Socket, DisconnectReason, Task> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        lock (_sync)
            Disconnect = [.. Disconnect, handler];
    }

    /// <summary>
    /// Calls a handler for each exception of a handler or middleware, and for each argument that does not convert, with the event's
    /// name. They are logged as well.
    /// </summary>
    public void OnError(Action<Socket, Exception, string> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        lock (_sync)
            Error = [.. Error, handler];
    }

    /// <summary>Removes the handlers of an event, or the one registered with this delegate.</summary>
    public void Off(string eventName, Delegate? handler = null)
    {
        ArgumentNullException.ThrowIfNull(eventName);
        Events.Remove(eventName, handler);
    }

    void IEmitter.Emit<TArgs>(string eventName, in TArgs args) => ((IEmitter)Everybody).Emit(eventName, args);

    internal void Add(string eventName, EventListener listener)
    {
        ArgumentNullException.ThrowIfNull(eventName);
        Events.Add(eventName, listener);
    }

    private protected void CopyFrom(NamespaceEvents other)
    {
        lock (_sync)
        {
            Events.CopyFrom(other.Events);
            Middleware = [.. Middleware, .. other.Middleware];
            Connection = [.. Connection, .. other.Connection];
            Disconnecting = [.. Disconnecting, .. other.Disconnecting];
            Disconnect = [.. Disconnect, .. other.Disconnect];
            Error = [.. Error, .. other.Error];
        }
    }
}
