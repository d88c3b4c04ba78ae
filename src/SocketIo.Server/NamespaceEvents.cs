using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using SocketIo.Engine;
using SocketIo.Handlers;

namespace SocketIo;

/// <summary>
/// What a namespace and a pattern of namespaces have in common: they register handlers and middleware for all their sockets, and broadcast to them.
/// </summary>
/// <remarks>
/// Register before clients connect: what is registered later applies to later events, and for a pattern to namespaces that are made later. All members are
/// thread-safe.
/// </remarks>
public abstract partial class NamespaceEvents : IEmitter, IBroadcastAckEmitter, IBroadcaster
{
    // Lists are replaced whole under _sync and read without.
    private readonly Lock _sync = new();

    private protected NamespaceEvents(SocketIoServer? server) => Server = server ?? (SocketIoServer)this;

    /// <summary>The server.</summary>
    public SocketIoServer Server { get; }

    /// <inheritdoc cref="BroadcastOperator.Local" />
    public BroadcastOperator Local => Everybody.Local;

    /// <inheritdoc cref="BroadcastOperator.Volatile" />
    public BroadcastOperator Volatile => Everybody.Volatile;

    BroadcastOperator IBroadcaster.Broadcast => Everybody;

    internal EventTable Events { get; } = new();

    /// <summary>Handlers for events of other servers.</summary>
    internal EventTable ServerListeners { get; } = new();

    internal abstract IEnumerable<Namespace> Namespaces { get; }

    internal Func<Socket, ValueTask<ConnectResult>>[] Middleware { get; private set; } = [];

    internal Func<Socket, ValueTask>[] Connection { get; private set; } = [];

    internal Func<Socket, DisconnectReason, ValueTask>[] Disconnecting { get; private set; } = [];

    internal Func<Socket, DisconnectReason, ValueTask>[] Disconnect { get; private set; } = [];

    internal Func<Socket, Exception, string, ValueTask>[] Error { get; private set; } = [];

    private BroadcastOperator Everybody => new(this, default);

    /// <inheritdoc cref="BroadcastOperator.Compress" />
    public BroadcastOperator Compress(bool compress) => Everybody.Compress(compress);

    /// <inheritdoc cref="BroadcastAckOperator.Timeout" />
    public BroadcastAckOperator Timeout(TimeSpan timeout) => Everybody.Timeout(timeout);

    /// <inheritdoc cref="BroadcastAckOperator.WithCancellation" />
    public BroadcastAckOperator WithCancellation(CancellationToken cancellationToken) => Everybody.WithCancellation(cancellationToken);

    /// <inheritdoc cref="BroadcastOperator.SocketsJoinAsync" />
    public ValueTask SocketsJoinAsync(params ReadOnlySpan<string> rooms) => Everybody.SocketsJoinAsync(rooms);

    /// <inheritdoc cref="BroadcastOperator.SocketsLeaveAsync" />
    public ValueTask SocketsLeaveAsync(params ReadOnlySpan<string> rooms) => Everybody.SocketsLeaveAsync(rooms);

    /// <inheritdoc cref="BroadcastOperator.DisconnectSocketsAsync" />
    public ValueTask DisconnectSocketsAsync(bool close = false) => Everybody.DisconnectSocketsAsync(close);

    /// <inheritdoc cref="BroadcastOperator.FetchSocketsAsync" />
    public ValueTask<FetchedSockets> FetchSocketsAsync(CancellationToken cancellationToken = default) => Everybody.FetchSocketsAsync(cancellationToken);

    /// <summary>
    /// Registers a handler class for events of every socket of the namespace: each event gets an instance and a service scope of its own.
    /// </summary>
    /// <typeparam name="T">The class. Its constructor's parameters come from the services.</typeparam>
    /// <exception cref="InvalidOperationException">A constructor's parameter is not registered as a service.</exception>
    /// <exception cref="ArgumentException">An event's name is reserved, or a handler has a parameter that no client can send, or a result that can't be sent.</exception>
    public void AddHandlers<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>() where T : class, ISocketHandlers<T>
    {
        HandlerServices.Check(typeof(T), Server.Services);
        T.Map(new EventMap<T>(this, new HandlerFactory<T>(Server.Services, ActivatorUtilities.CreateFactory<T>([]))));
    }

    /// <summary>Removes handlers of an event.</summary>
    /// <remarks>Handlers that are running are not stopped. Namespaces that a pattern has made already keep the handlers that they got from it.</remarks>
    /// <param name="eventName">The event's name.</param>
    /// <param name="handler">The delegate that was registered; null for all handlers of the event.</param>
    public void Off(string eventName, Delegate? handler = null)
    {
        ArgumentNullException.ThrowIfNull(eventName);
        Events.Remove(eventName, handler);
    }

    void IEmitter.Emit(string eventName, IReadOnlyList<object?> arguments) => ((IEmitter)Everybody).Emit(eventName, arguments);

    void IEmitter.Emit<TArgs>(string eventName, in TArgs args) => ((IEmitter)Everybody).Emit(eventName, args);

    Task<AckResults<AckValues>> IBroadcastAckEmitter.EmitAndWaitAsync(string eventName, IReadOnlyList<object?> arguments) =>
        ((IBroadcastAckEmitter)Everybody).EmitAndWaitAsync(eventName, arguments);

    Task<AckResults<TResult>> IBroadcastAckEmitter.EmitWithAck<TResult>(string eventName, EventArguments arguments, AckShape<TResult> shape) =>
        ((IBroadcastAckEmitter)Everybody).EmitWithAck(eventName, arguments, shape);

    internal void Add(string eventName, EventListener listener)
    {
        HandlerRules.Check(eventName, listener, Server);
        Events.Add(eventName, listener);
    }

    internal void AddServerEvent(string eventName, EventListener listener)
    {
        HandlerRules.CheckServerEvent(eventName, listener, Server);
        ServerListeners.Add(eventName, listener);
    }

    private protected void CopyFrom(NamespaceEvents other)
    {
        lock (_sync)
        {
            Events.CopyFrom(other.Events);
            ServerListeners.CopyFrom(other.ServerListeners);
            Middleware = [.. Middleware, .. other.Middleware];
            Connection = [.. Connection, .. other.Connection];
            Disconnecting = [.. Disconnecting, .. other.Disconnecting];
            Disconnect = [.. Disconnect, .. other.Disconnect];
            Error = [.. Error, .. other.Error];
        }
    }

    private void AddMiddleware(Func<Socket, ValueTask<ConnectResult>> middleware)
    {
        lock (_sync)
            Middleware = [.. Middleware, middleware];
    }

    private void AddConnection(Func<Socket, ValueTask> handler)
    {
        lock (_sync)
            Connection = [.. Connection, handler];
    }

    private void AddDisconnecting(Func<Socket, DisconnectReason, ValueTask> handler)
    {
        lock (_sync)
            Disconnecting = [.. Disconnecting, handler];
    }

    private void AddDisconnect(Func<Socket, DisconnectReason, ValueTask> handler)
    {
        lock (_sync)
            Disconnect = [.. Disconnect, handler];
    }

    private void AddError(Func<Socket, Exception, string, ValueTask> handler)
    {
        lock (_sync)
            Error = [.. Error, handler];
    }
}
