using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using SocketIo.Engine.WebSockets;

namespace SocketIo.Engine.Epoll;

/// <summary>The server's view of a connection, up to the moment when a WebSocket takes the socket from it.</summary>
internal sealed class EpollConnection :
    ConnectionContext,
    IDuplexPipe,
    IReleasableConnection,
    IConnectionIdFeature,
    IConnectionItemsFeature,
    IConnectionLifetimeFeature,
    IConnectionEndPointFeature,
    IConnectionTransportFeature
{
    // On the flushing thread, and back on the pool: what waits for a full socket is the application's code.
    private static readonly PipeOptions OutputOptions = new(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.ThreadPool, useSynchronizationContext: false);

    private static long _lastId = DateTime.UtcNow.Ticks;

    private readonly ConnectedSocket _socket;
    private readonly Pipe _output = new(OutputOptions);
    private readonly CancellationTokenSource _closed = new();
    private readonly FeatureCollection _features = new();
    private readonly Task _sending;
    private IDictionary<object, object?>? _items;
    private string? _id;
    private bool _isSending;
    private bool _isReleased;
    private bool _hasEnded;

    public EpollConnection(ConnectedSocket socket, EndPoint? local, EndPoint? remote)
    {
        _socket = socket;
        LocalEndPoint = local;
        RemoteEndPoint = remote;
        Transport = this;
        ConnectionClosed = _closed.Token;
        _features.Set<IConnectionIdFeature>(this);
        _features.Set<IConnectionItemsFeature>(this);
        _features.Set<IConnectionLifetimeFeature>(this);
        _features.Set<IConnectionEndPointFeature>(this);
        _features.Set<IConnectionTransportFeature>(this);
        _features.Set<IReleasableConnection>(this);
        _sending = SendAsync();
    }

    public override string ConnectionId
    {
        get => _id ??= Interlocked.Increment(ref _lastId).ToString("X16", CultureInfo.InvariantCulture);
        set => _id = value;
    }

    public override IFeatureCollection Features => _features;

    public override IDictionary<object, object?> Items
    {
        get => _items ??= new ConnectionItems();
        set => _items = value;
    }

    // middleware puts its own in the place, TLS for one
    public override IDuplexPipe Transport { get; set; }

    public override CancellationToken ConnectionClosed { get; set; }

    public override EndPoint? LocalEndPoint { get; set; }

    public override EndPoint? RemoteEndPoint { get; set; }

    PipeReader IDuplexPipe.Input => _socket.Input;

    PipeWriter IDuplexPipe.Output => _output.Writer;

    public override void Abort(ConnectionAbortedException abortReason)
    {
        if (!Volatile.Read(ref _isReleased))
            _socket.Abort();
    }

    public ReleasedConnection? Release()
    {
        // the bytes of what lies between, or of the answer, would be lost
        if (!ReferenceEquals(Transport, this) || Volatile.Read(ref _isSending) || _output.Writer.UnflushedBytes > 0)
            return null;
        Volatile.Write(ref _isReleased, true);
        _socket.OnReleased();
        return _socket;
    }

    /// <summary>The peer has ended or reset the connection: the server learns of it, on a thread of the pool.</summary>
    public void OnEnded()
    {
        if (!Interlocked.Exchange(ref _hasEnded, true))
            ThreadPool.UnsafeQueueUserWorkItem(static connection => connection.TellOfEnd(), this, preferLocal: false);
    }

    /// <summary>The server is done with the connection: what it has written still leaves.</summary>
    public override async ValueTask DisposeAsync()
    {
        await _output.Writer.CompleteAsync().ConfigureAwait(false);
        await _sending.ConfigureAwait(false);
        if (!Volatile.Read(ref _isReleased))
        {
            _socket.Close();
            OnEnded();
        }
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private void TellOfEnd()
    {
        try
        {
            _closed.Cancel();
        }
        catch (AggregateException exception)
        {
            // what others have registered threw
            _socket.OnFault(exception);
        }
    }

    /// <summary>Sends what the server flushes, on the thread that flushes as long as the socket takes it.</summary>
    private async Task SendAsync()
    {
        var output = _output.Reader;
        try
        {
            while (true)
            {
                var read = await output.ReadAsync().ConfigureAwait(false);
                Volatile.Write(ref _isSending, true);
                foreach (var segment in read.Buffer)
                {
                    for (var rest = segment; !rest.IsEmpty;)
                        rest = rest[await _socket.SendAsync(rest).ConfigureAwait(false)..];
                }
                Volatile.Write(ref _isSending, false);
                output.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                    break;
            }
        }
        catch (SocketException)
        {
            OnEnded();
        }
        catch (Exception exception)
        {
            _socket.OnFault(exception);
            OnEnded();
        }

        // after a failure the server sees that nobody takes its bytes any more
        await output.CompleteAsync().ConfigureAwait(false);
    }
}
