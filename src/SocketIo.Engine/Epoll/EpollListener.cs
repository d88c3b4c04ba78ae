using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace SocketIo.Engine.Epoll;

/// <summary>Accepts the connections of one address, and knows when the WebSockets that the server has let go of are over.</summary>
internal sealed class EpollListener : IConnectionListener, IPolled
{
    // Without free descriptors, or memory of the system, nothing can be accepted: what waits is looked at again after that time.
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(100);

    private readonly EpollTransport _transport;
    private readonly Socket _socket;
    private readonly int _descriptor;
    private readonly IPEndPoint? _local;
    private TaskCompletionSource? _waiting;
    private volatile bool _isUnbound;

    public EpollListener(EpollTransport transport, Socket socket)
    {
        _transport = transport;
        _socket = socket;
        _descriptor = (int)socket.SafeHandle.DangerousGetHandle();
        EndPoint = socket.LocalEndPoint!;

        // one that listens on all addresses asks each connection for its own
        _local = EndPoint is IPEndPoint bound && !bound.Address.Equals(IPAddress.Any) && !bound.Address.Equals(IPAddress.IPv6Any) ? bound : null;
        transport.Table.Add(_descriptor, this);
        transport.NextPoller().Watch(_descriptor, Libc.EpollIn | Libc.EpollEdgeTriggered);
    }

    public EndPoint EndPoint { get; }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (!_isUnbound)
        {
            var accepted = TryAccept(out var remote, out var error);
            if (accepted < 0 && error == Libc.WouldBlock)
            {
                var waiting = new TaskCompletionSource();
                Volatile.Write(ref _waiting, waiting);

                // a client that came before this could be seen
                accepted = TryAccept(out remote, out error);
                if (accepted < 0 && error == Libc.WouldBlock && !_isUnbound)
                {
                    await waiting.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
                    continue;
                }
            }
            if (accepted >= 0 && TryConnect(accepted, remote) is { } connection)
                return connection;
            if (accepted < 0 && error is not (0 or Libc.Interrupted or Libc.ConnectionAborted or Libc.WouldBlock))
            {
                Log.NotAccepted(_transport.Logger, Libc.Describe(error));
                await Task.Delay(Retry, cancellationToken).ConfigureAwait(false);
            }
        }
        return null;
    }

    public void OnEvents(uint events) => WakeUp();

    public void OnFault(Exception exception) => Log.NotAccepted(_transport.Logger, exception.Message);

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        if (!_isUnbound)
        {
            _isUnbound = true;
            _transport.Table.Remove(_descriptor);
            _socket.Dispose();
            WakeUp();
        }
        return ValueTask.CompletedTask;
    }

    /// <summary>The server has closed its own connections; the released ones' owners close theirs.</summary>
    public async ValueTask DisposeAsync()
    {
        await UnbindAsync().ConfigureAwait(false);
        await _transport.WhenReleasedAreClosed().ConfigureAwait(false);
    }

    private EpollConnection? TryConnect(int descriptor, IPEndPoint? remote)
    {
        try
        {
            return _transport.Connect(descriptor, _local ?? Libc.LocalEndPoint(descriptor), remote);
        }
        catch (Exception exception)
        {
            // one connection is lost, be it for want of memory; passed on, it would end the server's loop
            Log.NotAccepted(_transport.Logger, exception.Message);
            return null;
        }
    }

    private void WakeUp() => Interlocked.Exchange(ref _waiting, null)?.TrySetResult();

    private int TryAccept(out IPEndPoint? remote, out int error)
    {
        remote = null;
        error = 0;
        var held = false;
        try
        {
            _socket.SafeHandle.DangerousAddRef(ref held);
            var accepted = Libc.Accept(_descriptor, out remote);
            if (accepted < 0)
                error = Libc.LastError;
            return accepted;
        }
        catch (ObjectDisposedException)
        {
            return -1;
        }
        finally
        {
            if (held)
                _socket.SafeHandle.DangerousRelease();
        }
    }
}
