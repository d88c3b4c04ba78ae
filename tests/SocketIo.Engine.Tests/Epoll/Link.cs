using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SocketIo.Engine.Epoll;
using SocketIo.TestKit;

namespace SocketIo.Engine.Tests.Epoll;

using Socket = System.Net.Sockets.Socket;

/// <summary>A connection of the transport, with one poller, and the client's socket at its other end.</summary>
internal sealed class Link : IAsyncDisposable
{
    private readonly EpollTransport _transport;
    private readonly IConnectionListener _listener;

    private Link(EpollTransport transport, IConnectionListener listener, EpollConnection server, Socket client)
    {
        _transport = transport;
        _listener = listener;
        Server = server;
        Client = client;
    }

    public EpollConnection Server { get; }

    public EndPoint EndPoint => _listener.EndPoint;

    public PipeReader Input => Server.Transport.Input;

    public Socket Client { get; }

    public static EpollTransport CreateTransport(ILoggerProvider? log = null) =>
        new(Options.Create(new EpollOptions { Threads = 1 }), new HostStop(), log is null ? NullLoggerFactory.Instance : new LoggerFactory([log]));

    public static async Task<Link> OpenAsync(ILoggerProvider? log = null)
    {
        // as on a server: no context of the test framework's
        SynchronizationContext.SetSynchronizationContext(null);
        var transport = CreateTransport(log);
        var listener = await transport.BindAsync(new IPEndPoint(IPAddress.Loopback, 0));
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await client.ConnectAsync(listener.EndPoint).WithDeadline();
        var connection = await listener.AcceptAsync().AsTask().WithDeadline();
        return new Link(transport, listener, (EpollConnection)connection!, client);
    }

    public async Task<ConnectionContext> AcceptAsync() => (await _listener.AcceptAsync().AsTask().WithDeadline())!;

    /// <summary>The next result.</summary>
    public async Task<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        await Input.ReadAsync(cancellationToken).AsTask().WithDeadline();

    public void Send(string text) => Client.Send(System.Text.Encoding.ASCII.GetBytes(text));

    /// <summary>Drops the connection without a word.</summary>
    public void Reset()
    {
        Client.LingerState = new LingerOption(true, 0);
        Client.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync().AsTask().WithDeadline();
        await _listener.DisposeAsync().AsTask().WithDeadline();
        _transport.Dispose();
    }
}
