using System.Text;
using SocketIo.Broadcasts;
using SocketIo.Cluster;
using SocketIo.Cluster.Nodes;
using SocketIo.Handlers;
using SocketIo.Peers;
using SocketIo.Rooms;
using SocketIo.Routing;
using SocketIo.Sockets;
using SocketIo.Topics;

namespace SocketIo;

/// <summary>A namespace: its sockets, rooms, handlers and middleware.</summary>
public partial class Namespace : NamespaceEvents
{
    private readonly NamespacePattern? _pattern;

    private readonly ServerEvents _serverEvents;

    private NamespaceUse _use;
    private long _lastAckId = -1;

    internal Namespace(SocketIoServer? server, string name, NamespacePattern? pattern) : base(server)
    {
        Name = name;
        Utf8Name = Encoding.UTF8.GetBytes(name);
        Members = new LocalSockets(name);
        RoomListeners = new RoomListeners(this);
        Handlers = new NamespaceHandlers(this);
        _pattern = pattern;
        if (pattern is not null)
            CopyFrom(pattern);
        _serverEvents = new ServerEvents(this);
    }

    /// <summary>The name, with its leading slash.</summary>
    public string Name { get; }

    /// <summary>The sockets connected to this server now, by id.</summary>
    public IReadOnlyDictionary<string, Socket> Sockets => Members.ById;

    /// <summary>
    /// The rooms that have members on this server now, and how many, without the rooms that are named by a socket's id. A room without
    /// members is none: <c>Rooms.GetValueOrDefault("lobby")</c> is 0 then.
    /// </summary>
    public IReadOnlyDictionary<string, int> Rooms => new RoomSizes<Socket>(RoomIndex);

    internal byte[] Utf8Name { get; }

    /// <summary>The sockets of this server, and their rooms.</summary>
    internal LocalSockets Members { get; }

    internal RoomIndex<Socket> RoomIndex => Members.Rooms;

    /// <summary>How events reach the sockets.</summary>
    internal Delivery Delivery { get; private set; } = null!;

    /// <summary>Brings events of other servers to their handlers.</summary>
    internal ServerEvents ServerEvents => _serverEvents;

    /// <summary>Calls what the application has registered.</summary>
    internal NamespaceHandlers Handlers { get; }

    internal RoomListeners RoomListeners { get; }

    /// <summary>Whether broadcasts must keep their arguments for listeners.</summary>
    internal bool HasOutgoingListeners { get; set; }

    internal override IEnumerable<Namespace> Namespaces => [this];

    /// <summary>
    /// A topic: a named, ordered log of events of this namespace. What is emitted to it is stored, then delivered to every subscriber that is
    /// online on any server, and to the others when they come.
    /// </summary>
    /// <param name="name">The name, 1 to 255 characters. A topic for one receiver is one by its name, such as "user:42".</param>
    /// <returns>Emits to the topic, and looks at it.</returns>
    /// <exception cref="InvalidOperationException"><see cref="TopicsExtensions.AddTopics"/> was not called.</exception>
    public TopicOperator Topic(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new(this, NeedTopics(), new(Name, name));
    }

    /// <summary>Asks the store for the topics of this namespace, in the order of their names.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The topics, read by pages: what changes meanwhile may be seen or not.</returns>
    /// <exception cref="InvalidOperationException"><see cref="TopicsExtensions.AddTopics"/> was not called.</exception>
    /// <exception cref="TopicStoreException">The store is away.</exception>
    public IAsyncEnumerable<TopicInfo> GetTopicsAsync(CancellationToken cancellationToken = default) =>
        NeedTopics().Service.ListTopicsAsync(null, cancellationToken).Where(topic => topic.Topic.Namespace == Name);

    /// <summary>
    /// Emits an event to the other servers of the cluster, not to clients: to their handlers of <c>OnServerEvent</c>. A server alone has none.
    /// </summary>
    /// <remarks>Events of one thread arrive in their order. While the backplane is away they wait, as broadcasts do.</remarks>
    /// <param name="eventName">The event's name.</param>
    /// <param name="arguments">The arguments as a collection expression: <c>[1, "2"]</c>.</param>
    /// <returns>A task that has completed: the event is queued for the backplane.</returns>
    /// <exception cref="ArgumentException">The name is reserved.</exception>
    /// <exception cref="NotSupportedException">An argument can't be serialized.</exception>
    public ValueTask ServerSideEmitAsync(string eventName, EventArguments arguments = default)
    {
        Delivery.EmitToServers(Server.PeerFormat.WriteEvent(eventName, arguments));
        return ValueTask.CompletedTask;
    }

    /// <summary>Emits an event to the other servers of the cluster and collects their answers.</summary>
    /// <typeparam name="T">The type of an answer.</typeparam>
    /// <param name="eventName">The event's name.</param>
    /// <param name="arguments">The arguments as a collection expression: <c>[1, "2"]</c>.</param>
    /// <param name="cancellationToken">Ends the wait for answers.</param>
    /// <returns>
    /// The answers, when all servers have answered or <see cref="Cluster.ClusterOptions.RequestTimeout"/> is over; a server that dies is not
    /// waited for longer than a heartbeat. Who did not answer is in <see cref="ServerAnswers{T}.Missing"/>; nothing is thrown. A server alone gets none, at once.
    /// </returns>
    /// <exception cref="ArgumentException">The name is reserved.</exception>
    /// <exception cref="NotSupportedException">An argument can't be serialized.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<ServerAnswers<T?>> ServerSideEmitWithAckAsync<T>(
        string eventName, EventArguments arguments = default, CancellationToken cancellationToken = default)
    {
        var data = Server.PeerFormat.WriteEvent(eventName, arguments);
        return cancellationToken.IsCancellationRequested
            ? Task.FromCanceled<ServerAnswers<T?>>(cancellationToken)
            : ReadAsync<T>(Delivery.AskServersAsync(data).WaitAsync(cancellationToken), eventName);
    }

    internal SocketTopics NeedTopics() =>
        Server.Topics ?? throw new InvalidOperationException($"Call {nameof(TopicsExtensions.AddTopics)} on what {nameof(SocketIoExtensions.AddSocketIo)} returns.");

    /// <summary>Begins to deliver, before anybody finds the namespace.</summary>
    internal void Begin()
    {
        var recovery = Server.Options.ConnectionStateRecovery;
        if (Server.Cluster is { } cluster)
            Delivery = new ClusteredDelivery(this, recovery, cluster);
        else
            Delivery = recovery is null ? new DirectDelivery(this) : new LoggedDelivery(this, recovery);
    }

    /// <summary>A room was joined, or has lost its last member.</summary>
    /// <inheritdoc cref="Broadcasts.Delivery.OnRoomChanged" path="/returns" />
    internal Task? OnRoomChanged(string room) => Delivery.OnRoomChanged(room);

    /// <summary>Ids count per namespace, so that a broadcast has one for all its receivers.</summary>
    internal long NextAckId() => Interlocked.Increment(ref _lastAckId);

    /// <summary>Announces a socket, so that the namespace is not removed before <see cref="Release"/>; false when it has been.</summary>
    internal bool TryReserve()
    {
        var isReserved = _use.TryAdd();
        if (!isReserved)
            ForgetRemoved();
        return isReserved;
    }

    /// <summary>Lets the namespace stay though nobody was accepted yet, or nobody is left; false when it has been removed.</summary>
    internal bool TryKeep()
    {
        var isKept = _use.TryStay();
        if (!isKept)
            ForgetRemoved();
        return isKept;
    }

    /// <summary>
    /// A socket has gone, or does not come. A child namespace is removed when it never had one, and when the options say so also with its
    /// last.
    /// </summary>
    internal void Release()
    {
        if (_use.Remove(_pattern is not null, Server.Options.CleanupEmptyChildNamespaces))
            ForgetRemoved();
    }

    // Whoever decided on the removal is about to do it, and so may others.
    private void ForgetRemoved() => Server.Index.Remove(this, _pattern!);

    private void AddRoomCreated(Action<string> listener) => RoomListeners.AddCreated(listener);

    private void AddRoomDeleted(Action<string> listener) => RoomListeners.AddDeleted(listener);

    private void AddRoomJoined(Action<string, string> listener) => RoomListeners.AddJoined(listener);

    private void AddRoomLeft(Action<string, string> listener) => RoomListeners.AddLeft(listener);

    private async Task<ServerAnswers<T?>> ReadAsync<T>(Task<Collected<ServerAnswer>> asked, string eventName)
    {
        var collected = await asked.ConfigureAwait(false);
        var answers = new List<T?>();
        var missing = collected.Missing;
        foreach (var answer in collected.Items)
        {
            try
            {
                var value = Server.PeerFormat.OpenValue(answer.Value);
                answers.Add(value.Read<T>());
            }
            catch (EventArgumentException exception)
            {
                Log.BadServerAnswer(Server.Logger, answer.NodeId, Name, LogText.Of(eventName), exception.Message);
                missing = new MissingNodes([.. missing.Ids, answer.NodeId], missing.UnknownCount, missing.IsBackplaneAway);
            }
        }
        return new ServerAnswers<T?>(answers, missing);
    }
}
