using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using SocketIo.Engine.Frames;
using SocketIo.Engine.Sessions;

namespace SocketIo.Engine.WebSockets;

/// <summary>
/// A WebSocket: a <see cref="Receiver"/>, a <see cref="FrameOutput"/>, and their common end. It lies on a request that the server
/// upgraded and that lasts as long, or it has the connection for itself, and there is no request any more.
/// </summary>
internal sealed class WebSocketTransport : Transport
{
    private readonly Receiver _receiver;

    // null where the connection is the WebSocket's own
    private readonly HttpContext? _context;
    private readonly bool _isOpener;

    // Replaced by the drain owner.
    private FrameOutput _output;

    private bool _closeWritten;
    private TaskCompletionSource? _whenCloseWritten;

    // A request that has ended may be another client's by now. Guarded by this.
    private bool _hasFinished;

    /// <param name="session">The session; the transport is its own, or wants to become so.</param>
    /// <param name="input">What the peer sends; completed by its owner.</param>
    /// <param name="output">The upgraded stream.</param>
    /// <param name="socket">The socket below it, when nothing lies between that changes bytes; else null.</param>
    /// <param name="isCandidate">Whether the session has another transport so far.</param>
    /// <param name="context">The request that became the WebSocket.</param>
    /// <param name="deflate">The extension, where it was agreed on.</param>
    public WebSocketTransport(
        EngineSession session,
        PipeReader input,
        Stream output,
        SocketOutput? socket,
        bool isCandidate,
        HttpContext context,
        PerMessageDeflate? deflate = null)
        : this(session, input, socket is null ? new StreamOutput(output) : new HandoverOutput(output, socket), deflate)
    {
        _context = context;
        _isOpener = !isCandidate;
    }

    /// <param name="session">The session; the transport is its own, or wants to become so.</param>
    /// <param name="connection">The connection, from now on the transport's to close.</param>
    /// <param name="deflate">The extension, where it was agreed on.</param>
    public WebSocketTransport(EngineSession session, ReleasedConnection connection, PerMessageDeflate? deflate)
        : this(session, connection.Input, connection, deflate)
    {
    }

    private WebSocketTransport(EngineSession session, PipeReader input, FrameOutput output, PerMessageDeflate? deflate)
    {
        Session = session;
        _output = output;
        _receiver = new Receiver(this, input, deflate);
        Deflater = deflate?.Deflater;
    }

    public EngineSession Session { get; }

    public override EngineTransports Kind => EngineTransports.WebSocket;

    public override bool IsWritable => true;

    public override bool HasEnded
    {
        get
        {
            lock (this)
                return !_hasFinished && (_context?.RequestAborted.IsCancellationRequested ?? Output.HasEnded);
        }
    }

    private FrameOutput Output => Volatile.Read(ref _output);

    /// <inheritdoc cref="Receiver.RunAsync" />
    public Task RunAsync() => _receiver.RunAsync();

    /// <summary>The same as <see cref="RunAsync"/>, without what the current request has put into its flow of execution.</summary>
    public void Start() => ExecutionContext.Run(CleanFlow.Context, static transport => _ = ((WebSocketTransport)transport!).RunAsync(), this);

    public override WriteResult TryWrite(Outbox outbox)
    {
        try
        {
            return Output.TryWrite(outbox, this);
        }
        catch (Exception exception) when (IsLoss(exception))
        {
            return Lose(exception.Message);
        }
    }

    public override void Prefetch() => Output.Prefetch();

    public override void Abort()
    {
        OnCloseWritten();
        lock (this)
        {
            if (_hasFinished)
                return;
            _context?.Abort();
            Output.Abort();
        }
    }

    /// <summary>With a close frame, and without a reset: a client that is leaving, too, may not expect one.</summary>
    public override void Dismiss()
    {
        lock (this)
        {
            if (_hasFinished)
                return;
            SendAsCandidate(Frame.Close(CloseCode.Normal, "the upgrade came to nothing"));
            _receiver.Stop();
        }
    }

    public override void SendAsCandidate(Frame frame)
    {
        try
        {
            Output.Send(frame, this);
        }
        catch (Exception exception) when (IsLoss(exception))
        {
            Abort();
        }
    }

    /// <summary>The peer has answered a ping frame.</summary>
    public void OnPong(ReadOnlySpan<byte> payload) => Output.OnPong(payload, this);

    /// <summary>From now on frames leave in another way; the drain owner's call.</summary>
    public FrameOutput ReplaceOutput(FrameOutput output)
    {
        Volatile.Write(ref _output, output);
        return output;
    }

    /// <summary>Bytes of the outbox were written.</summary>
    public WriteResult OnWritten(Outbox outbox, int count)
    {
        if (!outbox.Consume(count))
            return WriteResult.Written;
        OnCloseWritten();
        return WriteResult.Closed;
    }

    /// <summary>The same after a wait, during which the drain has stood still.</summary>
    public void GoOn(Outbox outbox, int count) => Session.ResumeDrain(OnWritten(outbox, count));

    /// <summary>Goes on with a drain that waited.</summary>
    public void ResumeDrain() => Cork.Drain(Session);

    /// <summary>Waits by the application's clock; no longer than that works.</summary>
    public async Task DelayAsync(TimeSpan time)
    {
        try
        {
            await Task.Delay(time, Session.Server.Time).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.ClockFailed(Session.Server.Logger, exception);
        }
    }

    /// <summary>A write failed after a wait.</summary>
    public void OnWriteFailed(Exception exception)
    {
        if (IsLoss(exception))
            Lose(exception.Message);
        else
            Session.OnWriteFailed(exception);
    }

    /// <summary>A write failed: the drain ends here, and the session is told on another thread, since the handler's code follows.</summary>
    public WriteResult Lose(string why)
    {
        ThreadPool.UnsafeQueueUserWorkItem(
            static lost => lost.Transport.Session.OnLost(lost.Transport, DisconnectReason.TransportClose.With(lost.Why)),
            (Transport: this, Why: why),
            preferLocal: false);
        return WriteResult.Busy;
    }

    /// <summary>Nothing more is read: the session has lost this transport.</summary>
    public async Task FinishAsync()
    {
        // the peer has closed politely: our own close frame leaves before the connection does, where it leaves on this one
        if (_receiver.PeerClosed && ReferenceEquals(Session.CurrentTransport, this) && Session.State is SessionState.Closing)
            await WhenCloseWritten().ConfigureAwait(false);
        lock (this)
            _hasFinished = true;
        Session.OnLost(this, DisconnectReason.TransportClose);
        if (_isOpener)
            Session.DetachRequest();
        Output.Close();
    }

    private static bool IsLoss(Exception exception) =>
        exception is IOException or SocketException or ObjectDisposedException or InvalidOperationException or OperationCanceledException;

    private void OnCloseWritten()
    {
        Volatile.Write(ref _closeWritten, true);

        // a peer whose answer can't be read must not wait for ours: the half-close tells it that this was all
        if (_receiver.IsBroken)
            Output.EndOutput();
        Interlocked.Exchange(ref _whenCloseWritten, null)?.TrySetResult();
    }

    private Task WhenCloseWritten()
    {
        var completion = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _whenCloseWritten, completion);
        if (Volatile.Read(ref _closeWritten))
            completion.TrySetResult();
        return completion.Task;
    }
}
