using Microsoft.AspNetCore.Http;
using SocketIo.Engine.Sessions;
using SocketIo.Engine.WebSockets;

namespace SocketIo.Engine;

/// <summary>
/// One Engine.IO connection. Sending is thread-safe and keeps order: what one thread sends after another arrives after it, also
/// across the upgrade from polling to WebSocket.
/// </summary>
public sealed class EngineSession
{
    // How long a closing session waits for the peer to take what is queued and to answer; the reference's value.
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(30);

    // The same while the host stops, which waits for the connections: as long as ASP.NET Core gives other WebSockets (SignalR's CloseTimeout).
    private static readonly TimeSpan StoppingLinger = TimeSpan.FromSeconds(5);

    // How long a WebSocket whose frames can't be understood is read on, so that a reset does not eat the close frame.
    private static readonly TimeSpan BrokenLinger = TimeSpan.FromSeconds(2);

    private readonly EngineServer _server;
    private readonly Outbox _outbox;

    // null but for clients of protocol 3
    private readonly Revision3? _revision3;
    private readonly long _openedAt;
    private int _state;
    private Transport _transport;
    private UpgradeAttempt? _upgrade;

    // an HttpContext, or what is left of it
    private object _request;

    // Claimed by the first closer, who alone writes the reason before the state moves to Closing.
    private bool _closeClaimed;
    private DisconnectReason _reason;

    private const int OpeningTold = 1;
    private const int CloseClaimed = 2;

    // Who sets the second of the two bits tells the handler of the close: once, and after it knew of the opening.
    private int _told;

    // When the next ping or the missing pong is due; written by the heartbeat and the pong.
    private long _pingDeadline;
    private bool _awaitsPong;

    private bool _warnedOfDrops;

    // Who waits for an empty queue; null as long as nobody does. Taken by the drain that empties the queue, or by the end.
    private TaskCompletionSource<bool>? _drained;

    // null as long as nobody has asked for them
    private SessionEvents? _events;

    // When the layer above wants the session closed, and why; see SetDeadline.
    private long _deadline = long.MaxValue;
    private string? _deadlineMissed;

    // When a closing session is dropped; zero while it is open.
    private long _lingerDeadline;

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
        _outbox = new Outbox(server.Options.MaxQueuedBytes);
        _openedAt = server.Time.GetTimestamp();
        _revision3 = revision3;
        _pingDeadline = server.Deadline(FirstPing);

        // protocol 3: the client pings, and a ping that is missing then is the end
        _awaitsPong = revision3 is not null;
        _request = request;
        Id = id;
        _transport = transport(this);
    }

    /// <summary>The session id. Whoever knows it can speak for the client: keep it out of messages and logs that others read.</summary>
    public string Id { get; }

    /// <summary>
    /// The version of the Engine.IO protocol that the client speaks: 4, or 3 for old clients (<see cref="EngineOptions.AllowEIO3"/>).
    /// </summary>
    public int Protocol => _revision3 is null ? 4 : 3;

    /// <summary>The transport in use now.</summary>
    public EngineTransports Transport => CurrentTransport.Kind;

    /// <summary>
    /// The request that opened the session: for a session that began as a WebSocket the request itself until it ends, else a copy
    /// of what it said (headers, query, connection, user, items). With <see cref="EpollExtensions.UseEpoll"/> a copy in both cases.
    /// </summary>
    public HttpContext HttpContext =>
        Volatile.Read(ref _request) is HttpContext context ? context : ((RequestSnapshot)_request).HttpContext;

    /// <summary>Whether messages can still be sent.</summary>
    public bool IsOpen => State < SessionState.Closing;

    /// <summary>Bytes queued and not yet handed to the operating system.</summary>
    public int QueuedBytes => _outbox.QueuedBytes;

    /// <summary>What happens below the messages: packets, heartbeats, the upgrade, the drain, the end.</summary>
    public SessionEvents Events =>
        Volatile.Read(ref _events) ?? Interlocked.CompareExchange(ref _events, new SessionEvents(this), null) ?? _events;

    /// <summary>What the layer above keeps with the session.</summary>
    internal object? Tag { get; set; }

    internal EngineServer Server => _server;

    private TimeSpan FirstPing =>
        _revision3 is null ? _server.Options.PingInterval : _server.Options.PingInterval + _server.Options.PingTimeout;

    /// <summary>Why the session closed; meaningful once it has.</summary>
    internal DisconnectReason CloseReason => _reason;

    internal SessionState State => (SessionState)Volatile.Read(ref _state);

    internal Transport CurrentTransport => Volatile.Read(ref _transport);

    /// <summary>Whether no request may find the session any more.</summary>
    internal bool IsGone => State is SessionState.Closed || (State is SessionState.Closing && Transport is EngineTransports.WebSocket);

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
    /// <param name="cancellation">Ends the wait, not the sending, with an <see cref="OperationCanceledException"/>.</param>
    public Task<bool> WhenDrainedAsync(CancellationToken cancellation = default)
    {
        if (_outbox.IsIdle)
            return Task.FromResult(true);
        var added = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var waiting = Interlocked.CompareExchange(ref _drained, added, null) ?? added;

        // a full fence lies between the wait's publication and this look, as between the release and the drain's look
        if (_outbox.IsIdle)
            TellDrained(true);
        else if (State is SessionState.Closed)
            TellDrained(false);
        return waiting.Task.WaitAsync(cancellation);
    }

    /// <summary>Closes the session with reason "forced close": what was sent before still leaves, then the transport closes.</summary>
    public void Close() => Close(DisconnectReason.ForcedClose);

    /// <summary>Sends the handshake, tells the handler, and lets the heartbeat begin.</summary>
    internal void Open()
    {
        _server.Sessions.Add(this);

        // a polling client that hung up at once: its session was removed before it was added
        if (State is SessionState.Closed)
            _server.Sessions.Remove(this);
        _server.Metrics.Opened();

        // a quick client could answer the handshake: it leaves when the handler knows of the session
        Cork.Hold();
        Enqueue(_server.OpenPacket(Id, Transport));
        TellOfOpening();
        TryMove(SessionState.Opening, SessionState.Open);
        Cork.Release();

        TellOfClose(OpeningTold);
        if (_server.IsStopping)
            Close(DisconnectReason.ServerShuttingDown, CloseCode.GoingAway);
    }

    /// <summary>The one way out: pings, pongs, acks and broadcasts. False when the frame was not accepted.</summary>
    internal bool Enqueue(Frame frame)
    {
        if (!IsOpen)
            return false;
        _events?.OnCreated(frame);
        if (_revision3 is not null)
            frame = _revision3.Adapt(frame);
        switch (_outbox.Enqueue(frame))
        {
            case EnqueueResult.Owner:
                Cork.Drain(this);
                return true;
            case EnqueueResult.Queued:
                return true;
            case EnqueueResult.Full:
                OnQueueFull();
                return false;
            default:
                return false;
        }
    }

    /// <summary>Sends a frame only if it can leave now; else it is dropped, which is what volatile means.</summary>
    internal bool EnqueueVolatile(Frame frame)
    {
        if (IsOpen && CurrentTransport.IsWritable && _outbox.TryEnqueueIdle(_revision3?.Adapt(frame) ?? frame))
        {
            // it cannot leave before the drain, which is this thread's to begin
            _events?.OnCreated(frame);
            Cork.Drain(this);
            return true;
        }
        _server.Metrics.Dropped("volatile");
        return false;
    }

    /// <summary>
    /// Brings what <see cref="Enqueue"/> needs into the processor's cache. Done for several sessions first, their misses overlap;
    /// the atomic operations of an enqueue would have one wait for the other. A third of a broadcast's own cost to 1,000 members.
    /// </summary>
    internal void Prefetch() => _ = _outbox.QueuedBytes;

    /// <summary>Writes until the outbox is empty or the transport is busy. Called by the drain owner, never under a lock.</summary>
    internal void Drain()
    {
        do
        {
            if (!_outbox.Take(CurrentTransport.Deflater))
                return;
            while (_outbox.HasPending)
            {
                switch (CurrentTransport.TryWrite(_outbox))
                {
                    case WriteResult.Busy:
                        return;
                    case WriteResult.Closed:
                        _outbox.Seal();
                        OnDrained();
                        return;
                    case WriteResult.Ended:
                        Terminate();
                        return;
                }
            }
        }
        while (!_outbox.TryRelease());
        OnDrained();
    }

    /// <summary>Takes an Engine.IO packet from a transport; the task is not complete while the handler wants no more.</summary>
    internal ValueTask Receive(Transport transport, bool isBinary, ReadOnlySpan<byte> packet)
    {
        if (!ReferenceEquals(transport, CurrentTransport))
            return AttemptOf(transport)?.Receive(isBinary, packet) ?? ValueTask.CompletedTask;
        if (!IsOpen)
            return ValueTask.CompletedTask;
        if (isBinary)
        {
            return _revision3 is null || Revision3.TryUnwrap(ref packet)
                ? Deliver(new EngineMessage(packet, isBinary: true))
                : Refuse(DisconnectReason.ParseError, "a binary packet that is no message");
        }
        _events?.OnReceived(isBinary: false, packet);
        if (packet.IsEmpty)
            return Refuse(DisconnectReason.ParseError, "an empty packet");
        switch (packet[0])
        {
            case (byte)'4':
                return Deliver(new EngineMessage(packet[1..], isBinary: false));
            case (byte)'3' when _revision3 is null:
                Volatile.Write(ref _pingDeadline, _server.Deadline(_server.Options.PingInterval));
                Volatile.Write(ref _awaitsPong, false);
                _events?.OnHeartbeat();
                return ValueTask.CompletedTask;
            case (byte)'2' when _revision3 is not null:
                Volatile.Write(ref _pingDeadline, _server.Deadline(FirstPing));
                Enqueue(Revision3.Pong(packet));
                _events?.OnHeartbeat();
                return ValueTask.CompletedTask;
            case (byte)'2' or (byte)'3':
                // engine.io-protocol 4: only the server pings; 3: only the client
                return Refuse(DisconnectReason.TransportError, "invalid heartbeat direction");
            case (byte)'1':
                OnPeerClose(transport);
                return ValueTask.CompletedTask;
            case (byte)'0' or (byte)'5' or (byte)'6':
                return ValueTask.CompletedTask;
            case (byte)'b' when _revision3 is not null && Revision3.Decode(packet) is { } bytes:
                return Deliver(new EngineMessage(bytes, isBinary: true));
            default:
                return Refuse(DisconnectReason.ParseError, "an unknown packet type");
        }
    }

    /// <summary>A control frame's answer: the same queue as everything else, but of no use on another transport.</summary>
    internal void Answer(Transport transport, Frame pong)
    {
        if (ReferenceEquals(transport, CurrentTransport))
            Enqueue(pong);
    }

    /// <summary>Closes the session; the first caller's reason counts, and the handler is told once.</summary>
    /// <param name="reason">What the handler is told.</param>
    /// <param name="code">The WebSocket close code; its reason text is the description, or the reason itself.</param>
    internal void Close(DisconnectReason reason, ushort code = CloseCode.Normal)
    {
        if (!TryClaimClose(reason))
            return;
        if (_outbox.Enqueue(Frame.Close(code, reason.Description ?? reason.ToString())) is EnqueueResult.Owner)
            Cork.Drain(this);
        TellOfClose(CloseClaimed);
    }

    /// <summary>Closes without a word: what is queued is dropped.</summary>
    internal void Drop(DisconnectReason reason)
    {
        var claimed = TryClaimClose(reason);
        Terminate();
        if (claimed)
            TellOfClose(CloseClaimed);
    }

    /// <summary>Closes for a fault of the client's: a WebSocket is told by a close frame, a poller by its next request.</summary>
    internal void Break(DisconnectReason reason, ushort code = CloseCode.ProtocolError)
    {
        Log.Broken(_server.Logger, reason, reason.Description);
        if (Transport is EngineTransports.Polling)
            Drop(reason);
        else
            Close(reason, code);
    }

    /// <summary>A handler threw: the session ends with the WebSocket's code for an internal error.</summary>
    internal void Fail(Exception exception)
    {
        Log.HandlerFailed(_server.Logger, exception);
        Close(DisconnectReason.ForcedClose.With("the handler failed"), CloseCode.InternalError);
    }

    /// <summary>The connection under a transport is gone, or of no more use.</summary>
    internal void OnLost(Transport transport, DisconnectReason reason)
    {
        if (ReferenceEquals(transport, CurrentTransport))
            Drop(reason);
        else
            AttemptOf(transport)?.Cancel("lost");
    }

    /// <summary>The peer closed politely: a WebSocket close frame or the packet "1".</summary>
    internal void OnPeerClose(Transport transport)
    {
        if (!ReferenceEquals(transport, CurrentTransport))
        {
            AttemptOf(transport)?.Cancel("closed");
        }
        else if (transport.Kind is EngineTransports.Polling)
        {
            transport.LetGo();
            Drop(DisconnectReason.TransportClose);
        }
        else
        {
            Close(DisconnectReason.TransportClose);
        }
    }

    /// <summary>The peer broke a rule of the WebSocket protocol.</summary>
    internal void OnProtocolError(Transport transport, ushort code, string reason)
    {
        if (!ReferenceEquals(transport, CurrentTransport))
        {
            AttemptOf(transport)?.Cancel("error");
            return;
        }
        Break(DisconnectReason.TransportError.With(reason), code);
        Volatile.Write(ref _lingerDeadline, _server.Deadline(BrokenLinger));
    }

    /// <summary>Lets a WebSocket try to take over from polling; null when the session cannot be upgraded now.</summary>
    internal UpgradeAttempt? TryBeginUpgrade()
    {
        if (Transport is not EngineTransports.Polling || !TryMove(SessionState.Open, SessionState.Upgrading))
            return null;
        var attempt = new UpgradeAttempt(this, CurrentTransport, _server.Deadline(_server.Options.UpgradeTimeout));

        // a full fence: a closer moves the state and then looks for an attempt
        Interlocked.Exchange(ref _upgrade, attempt);
        if (!IsOpen)
            attempt.Cancel("closed");
        return attempt;
    }

    /// <summary>The candidate takes over: the queue stays where it is, only its consumer changes.</summary>
    internal void CompleteUpgrade(Transport polling, Transport candidate)
    {
        Interlocked.Exchange(ref _transport, candidate);
        TryMove(SessionState.Upgrading, SessionState.Open);
        Volatile.Write(ref _upgrade, null);
        if (State is SessionState.Closed)
            candidate.Abort();
        if (polling.Detach())
            Cork.Drain(this);
        Log.Upgraded(_server.Logger);
        _events?.OnUpgraded();
    }

    /// <summary>The candidate has probed.</summary>
    internal void OnUpgrading() => _events?.OnUpgrading();

    internal void OnListenerFailed(Exception exception) => Log.ListenerFailed(_server.Logger, exception);

    /// <summary>The upgrade came to nothing; polling goes on.</summary>
    internal void CancelUpgrade()
    {
        Volatile.Write(ref _upgrade, null);
        TryMove(SessionState.Upgrading, SessionState.Open);
    }

    /// <summary>Ends what is left of a session, at once and for good.</summary>
    internal void Terminate()
    {
        if ((SessionState)Interlocked.Exchange(ref _state, (int)SessionState.Closed) is SessionState.Closed)
            return;
        _outbox.Seal();
        _server.Sessions.Remove(this);
        Volatile.Read(ref _upgrade)?.Cancel("closed");
        CurrentTransport.Abort();
        TellDrained(false);
        _server.Metrics.Closed(_reason, _server.Time.GetElapsedTime(_openedAt));
        Log.Closed(_server.Logger, _reason);
    }

    /// <summary>Closes the session as the server's wish unless <see cref="ClearDeadline"/> comes first; the heartbeat watches.</summary>
    internal void SetDeadline(TimeSpan after, string missed)
    {
        _deadlineMissed = missed;
        Volatile.Write(ref _deadline, _server.Deadline(after));
    }

    internal void ClearDeadline() => Volatile.Write(ref _deadline, long.MaxValue);

    /// <summary>The heartbeat's look at this session.</summary>
    internal void Tick(long now)
    {
        var state = State;
        if (state is SessionState.Closing)
        {
            if (Volatile.Read(ref _lingerDeadline) is not 0 and var linger && now >= linger)
                Terminate();
            return;
        }
        if (Volatile.Read(ref _upgrade) is { } upgrade && now >= upgrade.Deadline)
            upgrade.Cancel("timeout");
        if (now >= Volatile.Read(ref _deadline))
        {
            Post(static session => session.Close(DisconnectReason.ForcedServerClose.With(session._deadlineMissed)));
            return;
        }
        if (state is SessionState.Opening || now < Volatile.Read(ref _pingDeadline))
            return;
        if (Volatile.Read(ref _awaitsPong))
        {
            Post(static session => session.Break(DisconnectReason.PingTimeout, CloseCode.Normal));
            return;
        }

        // from when the ping was due, so that the heartbeat's own delay is not added twice
        Volatile.Write(ref _pingDeadline, _pingDeadline + _server.Ticks(_server.Options.PingTimeout));
        Volatile.Write(ref _awaitsPong, true);
        Enqueue(Frame.Ping);
    }

    /// <summary>The request that opened the session ends: what it said is kept, the request is not.</summary>
    internal void DetachRequest() => Volatile.Write(ref _request, new RequestSnapshot(HttpContext));

    private void OnDrained()
    {
        if (Volatile.Read(ref _drained) is not null)
            TellDrained(true);
        _events?.OnDrained();
    }

    private void TellDrained(bool isDrained) => Interlocked.Exchange(ref _drained, null)?.TrySetResult(isDrained);

    private void OnQueueFull()
    {
        _server.Metrics.Dropped("queue full");
        if (_server.Options.SlowConsumerPolicy is SlowConsumerPolicy.DropNewest)
        {
            // once is enough for the log; the metric counts them all
            if (!Interlocked.Exchange(ref _warnedOfDrops, true))
                Log.MessageDropped(_server.Logger, QueuedBytes);
            return;
        }
        Log.SlowConsumer(_server.Logger, QueuedBytes);

        Post(static session => session.Drop(DisconnectReason.TransportError.With("slow consumer: the send queue is full")));
    }

    // The handler's code follows a close: it must hold up neither a broadcast nor the heartbeat of the other sessions.
    private void Post(Action<EngineSession> close) => ThreadPool.UnsafeQueueUserWorkItem(close, this, preferLocal: false);

    private ValueTask Deliver(EngineMessage message)
    {
        if (message.IsBinary)
            _events?.OnReceived(isBinary: true, message.Data);
        try
        {
            return _server.Handler.OnMessageAsync(this, message);
        }
        catch (Exception exception)
        {
            Fail(exception);
            return ValueTask.CompletedTask;
        }
    }

    private ValueTask Refuse(DisconnectReason reason, string description)
    {
        Break(reason.With(description));
        return ValueTask.CompletedTask;
    }

    /// <summary>The upgrade that a transport not in use attempts; null once it is over, whatever the next candidate does.</summary>
    private UpgradeAttempt? AttemptOf(Transport transport) =>
        Volatile.Read(ref _upgrade) is { } attempt && attempt.IsOf(transport) ? attempt : null;

    private bool TryMove(SessionState from, SessionState to) =>
        Interlocked.CompareExchange(ref _state, (int)to, (int)from) == (int)from;

    private bool TryClaimClose(DisconnectReason reason)
    {
        if (Interlocked.Exchange(ref _closeClaimed, true))
            return false;
        _reason = reason;
        Volatile.Write(ref _lingerDeadline, _server.Deadline(_server.IsStopping ? StoppingLinger : Linger));
        for (var state = State; state < SessionState.Closing && !TryMove(state, SessionState.Closing); state = State)
        {
        }
        Volatile.Read(ref _upgrade)?.Cancel("closed");
        return true;
    }

    private void TellOfOpening()
    {
        try
        {
            _server.Options.Events.OnConnection?.Invoke(this);
        }
        catch (Exception exception)
        {
            OnListenerFailed(exception);
        }
        try
        {
            _server.Handler.OnOpened(this);
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    // Called once with each bit; the later call tells the handler.
    private void TellOfClose(int bit)
    {
        if ((Interlocked.Or(ref _told, bit) | bit) != (OpeningTold | CloseClaimed))
            return;
        try
        {
            _server.Handler.OnClosed(this, _reason);
        }
        catch (Exception exception)
        {
            Log.HandlerFailed(_server.Logger, exception);
        }
        _events?.OnClosed(_reason);
    }
}
