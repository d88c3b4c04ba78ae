using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SocketIo.Engine.Frames;
using SocketIo.Engine.Sessions;

namespace SocketIo.Engine;

/// <summary>
/// One Engine.IO connection. Sending is thread-safe and keeps order: what one thread sends after another arrives after it, also
/// across the upgrade from polling to WebSocket.
/// </summary>
public sealed class EngineSession
{
    // How long a closing session waits for the peer to take what is queued and to answer; the reference's value.
    private static readonly TimeSpan ClosingLinger = TimeSpan.FromSeconds(30);

    // The same while the host stops, which waits for the connections: as long as ASP.NET Core gives other WebSockets (SignalR's CloseTimeout).
    private static readonly TimeSpan StoppingLinger = TimeSpan.FromSeconds(5);

    private readonly EngineServer _server;

    // null but for clients of protocol 3
    private readonly Revision3? _revision3;
    private readonly long _openedAt;
    private SessionLife _life = new();
    private Sender _sender;
    private HeartbeatClock _heartbeat;
    private SessionTransport _transport;

    private SessionDeadline _deadline = new();

    private SessionRequest _request;

    // null as long as nobody has asked for them
    private SessionEvents? _events;

    internal EngineSession(
        EngineServer server, string id, HttpContext request, Func<EngineSession, Transport> transport, Revision3? revision3 = null)
        : this(server, id, (object)request, transport, revision3)
    {
    }

    internal EngineSession(
        EngineServer server, string id, RequestSnapshot request, Func<EngineSession, Transport> transport, Revision3? revision3)
        : this(server, id, (object)request, transport, revision3)
    {
    }

    private EngineSession(EngineServer server, string id, object request, Func<EngineSession, Transport> transport, Revision3? revision3)
    {
        _server = server;
        Handler = server.Handler;
        _revision3 = revision3;
        _request = new SessionRequest(request);
        _openedAt = server.Now();
        _sender = new Sender(server.Options.MaxQueuedBytes);
        _heartbeat = new HeartbeatClock(_openedAt + server.PingInterval + (ClientPings ? server.PingTimeout : 0), ClientPings);
        Id = id;
        _transport = new SessionTransport(transport(this));
    }

    /// <summary>
    /// The session id. Whoever knows it can speak for the client: keep it out of messages and logs that others read. The library's own
    /// log lines have its first 8 characters, or half of a shorter one.
    /// </summary>
    public string Id { get; }

    /// <summary>
    /// The version of the Engine.IO protocol that the client speaks: 4, or 3 for old clients (<see cref="EngineOptions.AllowEngineIo3"/>).
    /// </summary>
    public int Protocol => ClientPings ? 3 : 4;

    /// <summary>The transport in use now.</summary>
    public EngineTransports Transport => CurrentTransport.Kind;

    /// <summary>
    /// The request that opened the session: for a session that began as a WebSocket the request itself until it ends, else a copy
    /// of what it said (headers, query, connection, user, items). With <see cref="EpollExtensions.UseEpoll"/> a copy in both cases.
    /// </summary>
    /// <remarks>
    /// <see cref="HttpContext.RequestServices"/> is the same for every transport: a scope of the session's own, not of the request, made
    /// when first asked for. It ends when the session has ended and <see cref="IEngineHandler.OnClosed"/> has returned, in Socket.IO when
    /// the handlers of the disconnect, and of events that came before it, have completed; then it throws
    /// <see cref="ObjectDisposedException"/>. It may live for days: for work that lasts as long as one event, make a scope for that.
    /// </remarks>
    public HttpContext HttpContext => _request.WithServices(_server, in _life);

    /// <summary>Whether messages can still be sent.</summary>
    public bool IsOpen => _life.IsOpen;

    /// <summary>Bytes queued and not yet handed to the operating system.</summary>
    public int QueuedBytes => _sender.QueuedBytes;

    /// <summary>The events of the session: packets, heartbeats, the upgrade, the drain, the end.</summary>
    public SessionEvents Events =>
        Volatile.Read(ref _events) ?? Interlocked.CompareExchange(ref _events, new SessionEvents(this), null) ?? _events;

    /// <summary>Who is told of messages and of the end: the server's handler, or whom it put in its place in <see cref="IEngineHandler.OnOpened"/>.</summary>
    internal IEngineHandler Handler { get; set; }

    internal EngineServer Server => _server;

    /// <summary>The request that opened the session, to read what it said; no services come with it.</summary>
    internal HttpContext RequestContext => _request.Context;

    /// <summary>What log lines call the session.</summary>
    internal SessionLabel Label => new(Id);

    /// <summary>Other names of the session, for log lines, in brackets behind a space; may be empty.</summary>
    internal string Who => (Handler as INamedHandler)?.Who ?? "";

    /// <summary>Its place in the quota, given back at the end.</summary>
    internal AddressKey Place { get; init; }

    /// <summary>Why the session closed; meaningful once it has.</summary>
    internal DisconnectReason CloseReason => _life.Reason;

    internal SessionState State => _life.State;

    internal Transport CurrentTransport => _transport.Current;

    internal Upgrade? CurrentUpgrade => _transport.Upgrade;

    /// <summary>Whether no request may find the session any more.</summary>
    internal bool IsGone => State is SessionState.Closed || (State is SessionState.Closing && Transport is EngineTransports.WebSocket);

    // protocol 3: the client pings, and a ping that is missing is its end
    private bool ClientPings => _revision3 is not null;

    /// <summary>Sends a text message. Queued, not awaited; false when the session is closed or its queue is full.</summary>
    public bool Send(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Enqueue(Frame.Text("4" + text));
    }

    /// <summary>Sends a binary message; the bytes are copied. Queued, not awaited; false when the session is closed or its queue is full.</summary>
    public bool Send(ReadOnlySpan<byte> data) => Enqueue(Frame.Of(Opcode.Binary, data));

    /// <summary>
    /// Waits until everything sent so far has been handed to the operating system: true then, at once when nothing is queued.
    /// False when the session ended first, and what was queued with it.
    /// </summary>
    /// <remarks>
    /// For senders that produce faster than a client reads: send a part, wait, send the next. Other threads may send meanwhile, and
    /// the wait is over only when the queue is empty. A polling client's queue empties with its polls. Thread-safe; any number may wait.
    /// </remarks>
    /// <param name="cancellationToken">Ends the wait, not the sending, with an <see cref="OperationCanceledException"/>.</param>
    public Task<bool> WhenDrainedAsync(CancellationToken cancellationToken = default) => _sender.WhenDrainedAsync(cancellationToken);

    /// <summary>Closes the session with reason "forced close": what was sent before still leaves, then the transport closes.</summary>
    public void Close() => Close(DisconnectReason.ForcedClose);

    /// <summary>Sends the handshake, tells the handler, and lets the heartbeat begin.</summary>
    internal void Open()
    {
        if (!_server.Sessions.TryAdd(this))
            throw new InvalidOperationException("Two sessions have the same id.");

        // a polling client that hung up at once: its session was removed before it was added
        if (State is SessionState.Closed)
            _server.Sessions.Remove(this);
        _server.Metrics.Opened();
        bool hasClosed;
        using (Cork.Hold())
        {
            // a quick client could answer the handshake: it leaves when the handler knows of the session
            EnqueueControl(_server.OpenPacket(Id, Transport));
            this.TellOfOpening();
            hasClosed = _life.Open();
        }
        if (hasClosed)
            this.TellOfClose();
        if (_server.IsStopping)
            Stop();
    }

    /// <summary>The one way out of events: unicast and broadcast. False when the frame was not accepted.</summary>
    internal bool Enqueue(Frame frame) => Enqueue(frame, isControl: false);

    /// <summary>
    /// The same for what a client can't go on without: pings, pongs, acks, connects, disconnects. No policy drops it; a client for
    /// which twice <see cref="EngineOptions.MaxQueuedBytes"/> are queued is closed.
    /// </summary>
    internal bool EnqueueControl(Frame frame) => Enqueue(frame, isControl: true);

    /// <summary>Sends a frame only if it can leave now; else it is dropped, which is what volatile means.</summary>
    internal bool EnqueueVolatile(Frame frame)
    {
        if (IsOpen && CurrentTransport.IsWritable && _sender.TryEnqueueIdle(_revision3?.Adapt(frame) ?? frame))
        {
            // it cannot leave before the drain, which is this thread's to begin
            TellCreated(frame);
            Cork.Drain(this);
            return true;
        }
        _server.Metrics.DroppedVolatile();
        return false;
    }

    /// <summary>
    /// Brings what <see cref="Enqueue(Frame)"/> needs into the processor's cache. Done for several sessions first, their misses
    /// overlap; the atomic operations of an enqueue would have one wait for the other. A third of a broadcast's own cost to 1,000
    /// members.
    /// </summary>
    internal void Prefetch() => _ = _sender.QueuedBytes;

    /// <inheritdoc cref="Sender.Drain" />
    internal void Drain() => _sender.Drain(this);

    /// <inheritdoc cref="Sender.Resume" />
    internal void ResumeDrain(WriteResult result) => _sender.Resume(this, result);

    /// <inheritdoc cref="Sender.OnReleased" />
    internal void OnQueueReleased() => _sender.OnReleased(this);

    /// <summary>Takes an Engine.IO packet from a transport; the task is not complete while the handler wants no more.</summary>
    internal ValueTask Receive(Transport transport, bool isBinary, ReadOnlySpan<byte> packet)
    {
        if (!ReferenceEquals(transport, CurrentTransport))
            return UpgradeOf(transport)?.Receive(isBinary, packet) ?? ValueTask.CompletedTask;
        if (!IsOpen)
            return ValueTask.CompletedTask;
        return ClientPings
            ? PacketSwitch.Receive3(this, transport, isBinary, packet)
            : PacketSwitch.Receive4(this, transport, isBinary, packet);
    }

    /// <summary>The client has answered a ping, or in protocol 3 sent one.</summary>
    internal void OnHeartbeat()
    {
        _heartbeat.Answer(_server.Now() + _server.PingInterval + (ClientPings ? _server.PingTimeout : 0), ClientPings);
        _events?.TellHeartbeat();
    }

    /// <summary>A control frame's answer: the same queue as everything else, but of no use on another transport.</summary>
    internal void Answer(Transport transport, Frame pong)
    {
        if (ReferenceEquals(transport, CurrentTransport))
            EnqueueControl(pong);
    }

    /// <summary>Closes the session; the first caller's reason counts, and the handler is told once.</summary>
    /// <param name="reason">What the handler is told.</param>
    /// <param name="code">The WebSocket close code; its reason text is the description, or the reason itself.</param>
    internal void Close(DisconnectReason reason, ushort code = CloseCode.Normal)
    {
        if (TryClose(reason))
            FinishClose(code);
    }

    /// <summary>Closes without a word: what is queued is dropped.</summary>
    internal void Drop(DisconnectReason reason)
    {
        FinishDrop(TryClose(reason));
    }

    /// <summary>The client is gone, or goes: nothing can be told it any more.</summary>
    internal void End(DisconnectReason reason) => FinishEnd(TryClose(reason));

    /// <summary>
    /// The first half of each of the three ways to close: from here on nothing is sent or received. False for those who come later; the
    /// first one has the second half to do, on any thread.
    /// </summary>
    internal bool TryClose(DisconnectReason reason)
    {
        if (!_life.TryClose(reason))
            return false;
        Linger(_server.IsStopping ? StoppingLinger : ClosingLinger);
        return true;
    }

    /// <summary>The second half of <see cref="Close(DisconnectReason, ushort)"/>.</summary>
    internal void FinishClose(ushort code)
    {
        CurrentUpgrade?.OnClosing();
        _sender.Enqueue(this, Frame.Close(code, CloseReason.Description ?? CloseReason.ToString()), isControl: true);
        TellOfCloseOnce();
    }

    /// <summary>The second half of <see cref="Drop"/>, for those who come later too.</summary>
    internal void FinishDrop(bool isFirst)
    {
        if (CurrentUpgrade is { } upgrade && upgrade.TryOutlive())
            _sender.End();
        else
            Terminate();
        if (isFirst)
            TellOfCloseOnce();
    }

    /// <summary>The second half of <see cref="End"/>, for those who come later too.</summary>
    internal void FinishEnd(bool isFirst)
    {
        Terminate();
        if (isFirst)
            TellOfCloseOnce();
    }

    /// <summary>Lets a WebSocket try to take over from polling; false when the session cannot be upgraded now.</summary>
    internal bool TryBeginUpgrade(Transport candidate)
    {
        if (State is not SessionState.Open || Transport is not EngineTransports.Polling)
            return false;
        var upgrade = new Upgrade(this, CurrentTransport, candidate, _server.Deadline(_server.Options.UpgradeTimeout));
        if (!_transport.TryBegin(upgrade))
            return false;

        // a closer moves the state and then looks for an upgrade
        if (!IsOpen)
            upgrade.GiveUp("closed");
        return true;
    }

    /// <summary>The candidate has probed, and is answered.</summary>
    internal void OnUpgrading() => _events?.TellUpgrading();

    /// <summary>The candidate takes over: the queue stays where it is, only its consumer changes.</summary>
    internal void Swap(Transport polling, Transport candidate)
    {
        _transport.Replace(candidate);
        if (State is SessionState.Closed)
            Attempt(candidate, static transport => transport.Abort());
        if (polling.Detach())
            Cork.Drain(this);
        Log.Upgraded(_server.Logger, Label);
        _events?.TellUpgraded();
    }

    /// <inheritdoc cref="SessionTransport.EndUpgrade" />
    internal void OnUpgradeEnded() => _transport.EndUpgrade();

    /// <inheritdoc cref="SessionTransport.UpgradeOf" />
    internal Upgrade? UpgradeOf(Transport transport) => _transport.UpgradeOf(transport);

    /// <summary>Ends on another thread: the handler's code follows, which must hold up neither a broadcast nor the heartbeat of others.</summary>
    internal void Post(Action<EngineSession> close) => ThreadPool.UnsafeQueueUserWorkItem(close, this, preferLocal: false);

    /// <summary>A step of an end, which goes on whatever a transport throws.</summary>
    internal void Attempt(Transport transport, Action<Transport> step)
    {
        try
        {
            step(transport);
        }
        catch (Exception exception)
        {
            Log.EndFailed(_server.Logger, Label, exception);
        }
    }

    /// <summary>Ends what is left of a session, at once and for good.</summary>
    internal void Terminate()
    {
        if (!_life.TryEnd())
            return;
        _sender.End();
        _server.Sessions.Remove(this);
        _server.Quota.Leave(Place);
        CurrentUpgrade?.GiveUp("closed");
        Attempt(CurrentTransport, static transport => transport.Abort());
        _server.Metrics.Closed(CloseReason, _server.Since(_openedAt));
        if (_server.Logger.IsEnabled(LogLevel.Debug))
            Log.Closed(_server.Logger, Label, CloseReason.InWords);
        _server.Lines.End(this);
    }

    /// <summary>Closes the session as the server's wish unless <see cref="ClearDeadline"/> comes first; the heartbeat watches.</summary>
    internal void SetDeadline(TimeSpan after) => _deadline.Set(_server.Deadline(after));

    internal void ClearDeadline() => _deadline.Clear();

    /// <summary>A session that closes is dropped when the peer takes longer.</summary>
    internal void Linger(TimeSpan time) => _deadline.Linger(_server.Deadline(time));

    /// <summary>The host stops: what is open closes, and what closes already has no more time than that.</summary>
    internal void Stop()
    {
        if (TryClose(DisconnectReason.ServerShuttingDown))
        {
            // the application's code that is told may take its time, and other sessions close meanwhile
            var unfinished = _server.Unfinished.Begin();
            Post(session =>
            {
                using (unfinished)
                    session.FinishClose(CloseCode.GoingAway);
            });
        }
        _deadline.Shorten(_server.Deadline(StoppingLinger));
    }

    /// <summary>The heartbeat's look at this session. What ends it or is told of it is the application's to hear, so on another thread.</summary>
    internal void Tick(long now)
    {
        if (CurrentUpgrade is { } upgrade && upgrade.TryExpire(now))
            ThreadPool.UnsafeQueueUserWorkItem(static upgrade => upgrade.GiveUp("timeout"), upgrade, preferLocal: false);
        if (_deadline.HasPassed(now))
        {
            // what the client is to send may lie unread behind a message that is handled
            if (!IsOpen)
                OnLingered();
            else if (LookAtHandling(now))
                _deadline.PutOff(now, now + _server.PingTimeout);
            else
                this.OnDeadline();
        }
        else if (State is SessionState.Open)
        {
            Beat(now);
        }
    }

    /// <summary>The request that opened the session ends: what it said is kept, the request is not.</summary>
    internal void DetachRequest() => _request.Detach();

    /// <summary>Keeps <see cref="HttpContext.RequestServices"/> until <see cref="ReleaseServices"/>; false when they have ended.</summary>
    internal bool TryHoldServices() => _life.TryHoldServices();

    internal void ReleaseServices()
    {
        if (_life.ReleaseServices())
            _request.EndServices();
    }

    /// <inheritdoc cref="LineLimit.Allows" />
    internal bool MayLog(LineKind kind) => _server.Lines.Allows(this, kind);

    /// <summary>Tells the listeners of a packet; false when one of them has closed the session, which then takes no more.</summary>
    internal bool TellReceived(bool isBinary, ReadOnlySpan<byte> packet)
    {
        if (_events is not { } events)
            return true;
        events.TellReceived(isBinary, packet);
        return IsOpen;
    }

    internal void TellDrained() => _events?.TellDrained();

    internal void TellClosed() => _events?.TellClosed(CloseReason);

    private bool Enqueue(Frame frame, bool isControl)
    {
        if (!IsOpen)
            return false;
        TellCreated(frame);
        return _sender.Enqueue(this, _revision3?.Adapt(frame) ?? frame, isControl);
    }

    private void TellCreated(Frame frame)
    {
        if (_events is { } events)
            Cork.TellCreated(events, frame);
    }

    // once: the pool may be late
    private void OnLingered()
    {
        _deadline.Linger(long.MaxValue);
        Post(static session => session.Terminate());
    }

    private void Beat(long now)
    {
        var isReading = !_heartbeat.AwaitsClient || !LookAtHandling(now);
        if (!IsOpen)
            return;
        switch (_heartbeat.Look(now, isReading, _server.PingTimeout + (ClientPings ? _server.PingInterval : 0)))
        {
            case HeartbeatAction.Ping when !ClientPings:
                Ping();
                break;
            case HeartbeatAction.Timeout:
                this.OnPingTimeout();
                break;
        }
    }

    /// <summary>Whether what the client sends now lies unread behind what is handled.</summary>
    private bool LookAtHandling(long now)
    {
        var transport = CurrentTransport;
        if (!transport.IsHandling)
            return false;
        if (transport.HoldsThread)
            _server.BlockedHandlers.Watch(this, transport, now);
        if (transport.HasEnded)
            this.OnGone();
        return true;
    }

    // The listeners are the application's code, which must not hold the heartbeat up.
    private void Ping()
    {
        if (_events is { HearsCreated: true })
            Post(static session => session.EnqueueControl(Frame.Ping));
        else
            EnqueueControl(Frame.Ping);
    }

    private void TellOfCloseOnce()
    {
        if (_life.MayTellOfClose())
            this.TellOfClose();
    }
}
