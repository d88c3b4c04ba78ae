using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using SocketIo.Engine.Sessions;

namespace SocketIo.Engine.WebSockets;

/// <summary>
/// A WebSocket: the receive loop, and the coalescing write. It lies on the stream that the server upgraded; on plaintext HTTP/1.1
/// frames then go straight to the connection's socket, once everything that went through the server's own pipe is known to have left
/// it. Or it has the connection for itself, and there is no request any more.
/// </summary>
internal sealed class WebSocketTransport : Transport
{
    // How writes leave, see UseSocket.
    private const int ThroughStream = 0;
    private const int OpenUnanswered = 1;
    private const int PingUnanswered = 2;
    private const int ThroughSocket = 3;

    // One gathered send: 64 KB is what a socket's send buffer takes at once by Linux' default, and below the large object heap.
    private const int GatherSize = 64 * 1024;

    // A frame this large is sent as it is; copying it would cost more than the extra send.
    private const int SentAlone = 16 * 1024;

    [ThreadStatic]
    private static byte[]? _gather;

    private readonly EngineSession _session;
    private readonly PipeReader _input;
    private readonly DirectSocket? _socket;

    // null where the connection is the WebSocket's own
    private readonly Stream? _output;
    private readonly HttpContext? _context;
    private readonly bool _isOpener;

    // Locked to order the end of the request and an abort.
    private readonly FrameReader _frames;
    private int _path;
    private bool _wroteAny;
    private bool _inputEnded;
    private bool _peerClosed;
    private bool _broken;
    private bool _finished;
    private bool _dismissed;
    private int _closeWritten;
    private TaskCompletionSource? _whenCloseWritten;

    /// <param name="session">The session; the transport is its own, or wants to become so.</param>
    /// <param name="input">What the peer sends; completed by its owner.</param>
    /// <param name="output">The upgraded stream.</param>
    /// <param name="socket">The socket below it, when nothing lies between that changes bytes; else null.</param>
    /// <param name="isCandidate">Whether the session has another transport so far, and so nothing was written here.</param>
    /// <param name="context">The request that became the WebSocket.</param>
    /// <param name="deflate">The extension, where it was agreed on.</param>
    public WebSocketTransport(
        EngineSession session,
        PipeReader input,
        Stream output,
        DirectSocket? socket,
        bool isCandidate,
        HttpContext context,
        PerMessageDeflate? deflate = null)
        : this(session, input, socket, deflate)
    {
        _output = output;
        _context = context;

        // a candidate's first frame answers the 101, and nothing else has been written
        _path = isCandidate ? OpenUnanswered : ThroughStream;
        _wroteAny = isCandidate;
        _isOpener = !isCandidate;
    }

    /// <param name="session">The session; the transport is its own, or wants to become so.</param>
    /// <param name="connection">The connection, from now on the transport's to close.</param>
    /// <param name="deflate">The extension, where it was agreed on.</param>
    public WebSocketTransport(EngineSession session, ReleasedConnection connection, PerMessageDeflate? deflate)
        : this(session, connection.Input, connection, deflate) => _path = ThroughSocket;

    private WebSocketTransport(EngineSession session, PipeReader input, DirectSocket? socket, PerMessageDeflate? deflate)
    {
        _session = session;
        _input = input;
        _socket = socket;
        _frames = new FrameReader(session.Server.Options.MaxHttpBufferSize, deflate);
        Deflater = deflate?.Deflater;
    }

    public override EngineTransports Kind => EngineTransports.WebSocket;

    public override bool IsWritable => true;

    /// <summary>The same as <see cref="RunAsync"/>, without what the current request has put into its flow of execution.</summary>
    public void Start() => ExecutionContext.Run(CleanFlow.Context, static transport => _ = ((WebSocketTransport)transport!).RunAsync(), this);

    /// <summary>
    /// Receives until the connection is over; then the session has lost this transport. It lasts as long as the connection, so
    /// what it keeps across an await costs memory for each idle client.
    /// </summary>
    public async Task RunAsync()
    {
        string? failure = null;
        try
        {
            while (!_inputEnded && !Volatile.Read(ref _dismissed))
            {
                // a cancelled read is the server's way of saying that the host stops, which the session knows by itself
                var pending = Process(await _input.ReadAsync().ConfigureAwait(false));
                if (!pending.IsCompletedSuccessfully)
                    await PauseAsync(pending).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException or SocketException)
        {
            failure = exception.Message;
        }
        catch (Exception exception)
        {
            _session.Fail(exception);
        }
        _frames.Drop();

        // the peer has closed politely: our own close frame leaves before the connection does, where it leaves on this one
        if (_peerClosed && ReferenceEquals(_session.CurrentTransport, this) && _session.State is SessionState.Closing)
            await WhenCloseWritten().ConfigureAwait(false);
        lock (_frames)
            _finished = true;
        _session.OnLost(this, DisconnectReason.TransportClose.With(failure));
        if (_isOpener)
            _session.DetachRequest();
        if (_context is null)
            ((ReleasedConnection)_socket!).Close();
    }

    public override WriteResult TryWrite(Outbox outbox)
    {
        try
        {
            return UseSocket(outbox) ? WriteToSocket(outbox) : WriteToStream(outbox);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            return Lose(exception.Message);
        }
    }

    public override void Prefetch() => _socket?.Prefetch();

    public override void Abort()
    {
        OnCloseWritten();

        // a request that has ended may be another client's by now
        lock (_frames)
        {
            if (_finished)
                return;
            if (_context is not null)
                _context.Abort();
            else
                ((ReleasedConnection)_socket!).Abort();
        }
    }

    /// <summary>With a close frame, and without a reset: a client that is leaving, too, may not expect one.</summary>
    public override void Dismiss()
    {
        // a request that has ended may be another client's by now
        lock (_frames)
        {
            if (_finished)
                return;
            SendAsCandidate(Frame.Close(CloseCode.Normal, "the upgrade came to nothing"));
            Volatile.Write(ref _dismissed, true);
            _input.CancelPendingRead();
        }
    }

    public override void SendAsCandidate(Frame frame)
    {
        if (Volatile.Read(ref _path) is ThroughSocket)
        {
            if (_socket!.Send(frame.Span, out _) != frame.Length)
                Abort();
            return;
        }
        var write = _output!.WriteAsync(frame.Memory);
        if (!write.IsCompletedSuccessfully)
            _ = AbortOnFailureAsync(write);
    }

    /// <summary>Handles what one read brought; when the session wants a pause, the rest comes again with the next read.</summary>
    private ValueTask Process(ReadResult read)
    {
        var rest = read.Buffer;
        var pending = ReadFrames(ref rest);
        _frames.Release();
        var isPaused = !pending.IsCompletedSuccessfully;
        _input.AdvanceTo(rest.Start, isPaused ? rest.Start : rest.End);
        _inputEnded = _peerClosed || (read.IsCompleted && !isPaused);
        return pending;
    }

    private async Task PauseAsync(ValueTask pending)
    {
        try
        {
            await pending.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _session.Fail(exception);
        }
    }

    /// <summary>Handles the frames of one read, up to one after which the session wants a pause.</summary>
    private ValueTask ReadFrames(ref ReadOnlySequence<byte> input)
    {
        var corked = false;
        try
        {
            while (!_broken)
            {
                var status = _frames.TryRead(ref input);
                if (status is FrameReadStatus.NeedMore)
                    return ValueTask.CompletedTask;

                // more was read along with this frame: what it causes leaves together with what the rest causes
                if (!corked && !input.IsEmpty)
                {
                    Cork.Hold();
                    corked = true;
                }
                var pending = Handle(status);
                if (_peerClosed || !pending.IsCompletedSuccessfully)
                    return pending;
            }

            // what follows a broken frame can't be understood: it is thrown away until the peer has seen our close frame
            input = input.Slice(input.End);
            return ValueTask.CompletedTask;
        }
        finally
        {
            if (corked)
                Cork.Release();
        }
    }

    private ValueTask Handle(FrameReadStatus status)
    {
        switch (status)
        {
            case FrameReadStatus.Text:
                OnPeerAnswered(_frames.Payload);
                return _session.Receive(this, isBinary: false, _frames.Payload);
            case FrameReadStatus.Binary:
                return _session.Receive(this, isBinary: true, _frames.Payload);
            case FrameReadStatus.Ping:
                _session.Answer(this, Frame.Of(Opcode.Pong, _frames.Payload));
                return ValueTask.CompletedTask;
            case FrameReadStatus.Close:
                _peerClosed = true;
                _session.OnPeerClose(this);
                return ValueTask.CompletedTask;
            case FrameReadStatus.Error:
                _broken = true;
                _session.OnProtocolError(this, _frames.CloseCode, _frames.CloseReason);
                return ValueTask.CompletedTask;
            default:
                return ValueTask.CompletedTask;
        }
    }

    /// <summary>
    /// Whether writes may leave through the socket. They may not overtake what went through the server's pipe (the 101 answer
    /// too), and only the peer can say that it has all of it: it does so by its first packet, which answers the open packet, or by
    /// the pong to a ping, as long as nothing else was written behind those. A client that breaks the protocol and speaks before it
    /// has read the open packet may get its answer first.
    /// </summary>
    private bool UseSocket(Outbox outbox)
    {
        if (_socket is null)
            return false;
        if (Volatile.Read(ref _path) is ThroughSocket)
            return true;
        var next = !_wroteAny ? OpenUnanswered : ReferenceEquals(outbox.First, Frame.Ping) ? PingUnanswered : ThroughStream;
        if (!outbox.HasOne)
            next = ThroughStream;
        _wroteAny = true;
        if (Interlocked.Exchange(ref _path, next) is not ThroughSocket)
            return false;
        Volatile.Write(ref _path, ThroughSocket);
        return true;
    }

    private void OnPeerAnswered(ReadOnlySpan<byte> packet)
    {
        var path = Volatile.Read(ref _path);
        if (path is OpenUnanswered || (path is PingUnanswered && packet is [(byte)'3']))
        {
            if (_socket is not null)
                Interlocked.CompareExchange(ref _path, ThroughSocket, path);
        }
    }

    private WriteResult WriteToSocket(Outbox outbox)
    {
        while (outbox.HasPending)
        {
            var data = outbox.HasOne || outbox.First.Length >= SentAlone ? outbox.FirstRest.Span : Gather(outbox);
            var sent = _socket!.Send(data, out var error);
            if (error is not SocketError.Success)
                return Lose(error.ToString());

            var length = data.Length;
            if (outbox.Consume(sent))
            {
                OnCloseWritten();
                return WriteResult.Closed;
            }
            if (sent < length)
            {
                _ = SendFirstAsync(outbox);
                return WriteResult.Busy;
            }
        }
        return WriteResult.Written;
    }

    private static Span<byte> Gather(Outbox outbox)
    {
        var buffer = _gather ??= GC.AllocateUninitializedArray<byte>(GatherSize);
        return buffer.AsSpan(0, outbox.Gather(buffer));
    }

    /// <summary>The socket is full: waits until the oldest frame is sent, then goes on with the drain.</summary>
    private async Task SendFirstAsync(Outbox outbox)
    {
        try
        {
            var sent = await _socket!.SendAsync(outbox.FirstRest).ConfigureAwait(false);
            ContinueDrain(outbox, sent);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            Lose(exception.Message);
        }
    }

    private WriteResult WriteToStream(Outbox outbox)
    {
        byte[]? rented = null;
        ReadOnlyMemory<byte> data;
        if (outbox.HasOne || outbox.First.Length >= SentAlone)
        {
            data = outbox.FirstRest;
        }
        else
        {
            rented = ArrayPool<byte>.Shared.Rent(Math.Min(GatherSize, outbox.QueuedBytes));
            data = rented.AsMemory(0, outbox.Gather(rented));
        }

        var write = _output!.WriteAsync(data);
        if (!write.IsCompletedSuccessfully)
        {
            _ = FinishStreamWriteAsync(write, outbox, data.Length, rented);
            return WriteResult.Busy;
        }
        write.GetAwaiter().GetResult();
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        if (!outbox.Consume(data.Length))
            return WriteResult.Written;
        OnCloseWritten();
        return WriteResult.Closed;
    }

    private async Task FinishStreamWriteAsync(ValueTask write, Outbox outbox, int count, byte[]? rented)
    {
        try
        {
            await write.ConfigureAwait(false);
            if (rented is not null)
                ArrayPool<byte>.Shared.Return(rented);
            ContinueDrain(outbox, count);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            Lose(exception.Message);
        }
    }

    private void ContinueDrain(Outbox outbox, int sent)
    {
        if (outbox.Consume(sent))
            OnCloseWritten();
        else
            _session.Drain();
    }

    private async Task AbortOnFailureAsync(ValueTask write)
    {
        try
        {
            await write.ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            Abort();
        }
    }

    /// <summary>A write failed: the drain ends here, and the session is told on another thread, since the handler's code follows.</summary>
    private WriteResult Lose(string why)
    {
        ThreadPool.UnsafeQueueUserWorkItem(
            static lost => lost.Transport._session.OnLost(lost.Transport, DisconnectReason.TransportClose.With(lost.Why)),
            (Transport: this, Why: why),
            preferLocal: false);
        return WriteResult.Busy;
    }

    private void OnCloseWritten()
    {
        Volatile.Write(ref _closeWritten, 1);

        // a peer whose answer can't be read must not wait for ours: the half-close tells it that this was all
        if (_broken && Volatile.Read(ref _path) is ThroughSocket)
            _socket!.EndOutput();
        Interlocked.Exchange(ref _whenCloseWritten, null)?.TrySetResult();
    }

    private Task WhenCloseWritten()
    {
        var completion = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _whenCloseWritten, completion);
        if (Volatile.Read(ref _closeWritten) != 0)
            completion.TrySetResult();
        return completion.Task;
    }
}
