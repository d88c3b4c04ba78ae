using System.IO.Pipelines;
using System.Net.Sockets;
using SocketIo.Engine.WebSockets;

namespace SocketIo.Engine.Epoll;

/// <summary>
/// A client's socket. It belongs to the server's <see cref="EpollConnection"/> first, and to a WebSocket once that was released;
/// the owner closes it.
/// </summary>
internal sealed class ConnectedSocket : ReleasedConnection, IPolled, IThreadPoolWorkItem
{
    private const uint ReadEvents = Libc.EpollIn | Libc.EpollPeerEnded | Libc.EpollEdgeTriggered;
    private const uint EndEvents = Libc.EpollPeerEnded | Libc.EpollHangUp | Libc.EpollError;

    // What the peer sent and nobody has read makes the system reset a connection that is closed, and our last bytes are lost. So much
    // of it is thrown away before.
    private const int MaxThrownAway = 256 * 1024;

    private readonly EpollTransport _transport;
    private readonly Poller _poller;
    private readonly SocketReader _reader;
    private readonly int _descriptor;

    private DescriptorUse _use;
    private bool _mayHaveEnded;
    private TaskCompletionSource? _writable;

    // null once released
    private EpollConnection? _connection;

    public ConnectedSocket(EpollTransport transport, Poller poller, int descriptor)
    {
        _transport = transport;
        _poller = poller;
        _descriptor = descriptor;
        _reader = new SocketReader(this);
    }

    public override PipeReader Input => _reader;

    /// <summary>Whether the peer may have sent its last byte; a receive tells.</summary>
    public bool MayHaveEnded => Volatile.Read(ref _mayHaveEnded);

    public override bool HasEnded => MayHaveEnded && HasPeerEnded();

    public bool IsClosed => _use.IsClosed;

    /// <summary>Begins to hear of events.</summary>
    public void Start(EpollConnection connection)
    {
        _connection = connection;
        _transport.Table.Add(_descriptor, this);
        _poller.Watch(_descriptor, ReadEvents);
    }

    /// <summary>The server's connection goes; the WebSocket stays.</summary>
    public void OnReleased()
    {
        _transport.OnReleased();
        Volatile.Write(ref _connection, null);
    }

    public void OnEvents(uint events)
    {
        if ((events & (Libc.EpollOut | Libc.EpollHangUp | Libc.EpollError)) != 0)
            TellWritable();
        if ((events & (ReadEvents | EndEvents)) == 0)
            return;
        if ((events & EndEvents) != 0)
            Volatile.Write(ref _mayHaveEnded, true);
        if (_poller.IsCautious)
            ReadOnPool();
        else
            Read();
    }

    /// <summary>Ends this connection alone: it shares its thread with others.</summary>
    public void OnFault(Exception exception)
    {
        Log.ConnectionFailed(_transport.Logger, exception);
        Abort();
    }

    /// <summary>Goes on with a read that waits, on a thread of the pool.</summary>
    public void ReadOnPool() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            Read();
        }
        catch (Exception exception)
        {
            OnFault(exception);
        }
    }

    /// <summary>Bytes received; zero when the peer has ended, below zero with the error's number otherwise.</summary>
    public int Receive(Span<byte> buffer, out int error)
    {
        error = 0;
        if (!TryHold())
            return -1;
        int received;
        do
            received = Libc.Receive(_descriptor, buffer);
        while (received < 0 && (error = Libc.LastError) == Libc.Interrupted);
        LetGo();
        return received;
    }

    public override int Send(ReadOnlySpan<byte> data, out SocketError error)
    {
        error = SocketError.Success;
        if (!TryHold())
        {
            error = SocketError.OperationAborted;
            return 0;
        }
        var failure = 0;
        int sent;
        do
            sent = Libc.Send(_descriptor, data);
        while (sent < 0 && (failure = Libc.LastError) == Libc.Interrupted);
        LetGo();
        if (sent >= 0)
            return sent;
        if (failure != Libc.WouldBlock)
            error = failure is Libc.BrokenPipe or Libc.ConnectionReset ? SocketError.ConnectionReset : SocketError.SocketError;
        return 0;
    }

    public override async ValueTask<int> SendAsync(ReadOnlyMemory<byte> data)
    {
        while (true)
        {
            var sent = Send(data.Span, out var error);
            if (error is not SocketError.Success)
                throw new SocketException((int)error);
            if (sent > 0 || data.IsEmpty)
                return sent;
            await WhenWritable().ConfigureAwait(false);
        }
    }

    public override void EndOutput() => Shutdown(Libc.ShutdownSend);

    /// <summary>The system then tells of events on the descriptor: who reads or waits to write wakes up and finds the end.</summary>
    public override void Abort() => Shutdown(Libc.ShutdownBoth);

    public override void Close()
    {
        if (!_use.TryClose(out var isLast))
            return;
        TellWritable();
        _reader.OnClosed();
        if (isLast)
            CloseDescriptor();
    }

    public override void Prefetch() => _use.Prefetch();

    /// <summary>The reader has found the end.</summary>
    public void OnEnded() => Volatile.Read(ref _connection)?.OnEnded();

    private Task WhenWritable()
    {
        var writable = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _writable, writable);

        // this also asks for the events that have come already; without a socket to ask for, the next send tells why
        if (!TryHold())
        {
            writable.TrySetResult();
            return writable.Task;
        }
        try
        {
            _poller.Rewatch(_descriptor, ReadEvents | Libc.EpollOut);
        }
        catch (IOException)
        {
            // the transport has ended, and nobody would ever tell
            _ = Libc.Shutdown(_descriptor, Libc.ShutdownBoth);
            writable.TrySetResult();
        }
        LetGo();
        return writable.Task;
    }

    private void TellWritable()
    {
        if (Volatile.Read(ref _writable) is not null)
            Interlocked.Exchange(ref _writable, null)?.TrySetResult();
    }

    private void Read()
    {
        // first: who gets the bytes may block, or serve a request without reading again, and no further event comes
        if (MayHaveEnded)
            TellOfEnd();
        if (_reader.OnReadable())
            _reader.Continue();
    }

    /// <summary>
    /// The server has to know of a client that hangs up, whether or not somebody reads, and whatever bytes come before the end.
    /// The event alone may be a former owner's.
    /// </summary>
    private void TellOfEnd()
    {
        if (Volatile.Read(ref _connection) is { } connection && HasPeerEnded())
            connection.OnEnded();
    }

    private bool HasPeerEnded()
    {
        if (!TryHold())
            return false;
        var hasEnded = Libc.HasPeerEnded(_descriptor);
        LetGo();
        return hasEnded;
    }

    private void Shutdown(int how)
    {
        if (!TryHold())
            return;
        _ = Libc.Shutdown(_descriptor, how);
        LetGo();
    }

    private bool TryHold()
    {
        if (_use.TryBegin())
            return true;
        LetGo();
        return false;
    }

    private void LetGo()
    {
        if (_use.End())
            CloseDescriptor();
    }

    private void CloseDescriptor()
    {
        _transport.Table.Remove(_descriptor);
        _ = Libc.Shutdown(_descriptor, Libc.ShutdownSend);
        Span<byte> thrownAway = stackalloc byte[4096];
        for (var count = 0; count < MaxThrownAway; count += thrownAway.Length)
        {
            if (Libc.Receive(_descriptor, thrownAway) <= 0)
                break;
        }
        _ = Libc.Close(_descriptor);
        if (_connection is null)
            _transport.OnReleasedClosed();
    }
}
