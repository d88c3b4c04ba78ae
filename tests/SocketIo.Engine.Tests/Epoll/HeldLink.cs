using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using SocketIo.Engine.Epoll;
using SocketIo.TestKit;

namespace SocketIo.Engine.Tests.Epoll;

using Socket = System.Net.Sockets.Socket;

/// <summary>A connection whose poller stands still until the test lets it go on: what happened meanwhile comes in one event.</summary>
internal sealed class HeldLink : IAsyncDisposable
{
    private readonly EpollTransport _transport = Link.CreateTransport();
    private readonly Watchdog _watchdog = new(NullLogger.Instance);
    private readonly ManualResetEventSlim _release = new();
    private readonly Poller _poller;
    private readonly Bell _bell;

    private HeldLink(Socket client, int accepted)
    {
        Client = client;
        _poller = new Poller("SocketIo epoll test", _transport.Table, _watchdog);
        _bell = new Bell(_transport.Table, _poller) { OnHeard = _release.Wait };
        var socket = new ConnectedSocket(_transport, _poller, accepted);
        Server = new EpollConnection(socket, null, null);
        socket.Start(Server);
    }

    public EpollConnection Server { get; }

    public PipeReader Input => Server.Transport.Input;

    public Socket Client { get; }

    public static async Task<HeldLink> OpenAsync()
    {
        SynchronizationContext.SetSynchronizationContext(null);
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await client.ConnectAsync(listener.LocalEndPoint!).WithDeadline();
        var link = new HeldLink(client, Libc.Accept((int)listener.SafeHandle.DangerousGetHandle(), out _));

        // the event that tells that nothing has come yet lies behind it, too
        link._bell.Ring();
        await Deadlines.Eventually(() => link._bell.Heard == 1);
        return link;
    }

    public void Release() => _release.Set();

    public async ValueTask DisposeAsync()
    {
        Release();
        Client.Dispose();
        await Server.DisposeAsync().AsTask().WithDeadline();
        _poller.Dispose();
        _watchdog.Dispose();
        _transport.Dispose();
        _bell.Dispose();
    }
}
