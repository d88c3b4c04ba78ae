using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace SocketIo.TestKit;

/// <summary>A TCP relay before a server: what goes through it is counted, and left as it is. It can stop, and be cut.</summary>
public sealed class Relay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<System.Net.Sockets.Socket> _sockets = [];
    private readonly Uri _server;
    private volatile bool _isCut;
    private volatile TaskCompletionSource? _suspended;
    private volatile TaskCompletionSource? _suspendedToServer;
    private HeldConnections _present = new(); // those that are accepted now
    private long _toServer;
    private long _toClient;

    private Relay(Uri server) => _server = server;

    /// <summary>Where clients connect instead of to the server.</summary>
    public Uri Address => new UriBuilder(_server) { Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.Uri;

    public long BytesToServer => Interlocked.Read(ref _toServer);

    public long BytesToClient => Interlocked.Read(ref _toClient);

    public static Relay To(Uri server)
    {
        var relay = new Relay(server);
        relay._listener.Start();
        _ = relay.AcceptAsync();
        return relay;
    }

    /// <summary>Nothing goes through any more; the connections stay.</summary>
    public void Suspend() => _suspended ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Keeps what goes through the present connections until it is released, also when one end has gone; new connections work.</summary>
    public HeldConnections Hold() => Interlocked.Exchange(ref _present, new HeldConnections()).Hold();

    /// <summary>Nothing reaches the server any more; what it sends goes on.</summary>
    public void SuspendToServer() => _suspendedToServer ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends the connections, and takes no new ones.</summary>
    public void Cut()
    {
        _isCut = true;
        _listener.Dispose();
        foreach (var socket in _sockets)
            socket.Dispose();

        // what was held back finds its socket gone
        _suspended?.TrySetResult();
        _suspendedToServer?.TrySetResult();
    }

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptSocketAsync(), Volatile.Read(ref _present));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // the relay was disposed
        }
    }

    private async Task ServeAsync(System.Net.Sockets.Socket client, HeldConnections connections)
    {
        using var server = new System.Net.Sockets.Socket(SocketType.Stream, ProtocolType.Tcp);
        using (client)
        {
            _sockets.Add(client);
            _sockets.Add(server);

            // the cut looks for sockets behind the flag, and this at the flag behind the sockets
            if (_isCut)
                return;
            await server.ConnectAsync(_server.Host, _server.Port);
            await Task.WhenAll(
                CopyAsync(client, server, connections, OnToServerAsync),
                CopyAsync(server, client, connections, OnToClientAsync));
        }
    }

    private Task OnToServerAsync(int received)
    {
        Interlocked.Add(ref _toServer, received);
        return _suspendedToServer?.Task ?? Task.CompletedTask;
    }

    private Task OnToClientAsync(int received)
    {
        Interlocked.Add(ref _toClient, received);
        return Task.CompletedTask;
    }

    private async Task CopyAsync(System.Net.Sockets.Socket from, System.Net.Sockets.Socket to, HeldConnections connections, Func<int, Task> onReceived)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is var received and > 0)
            {
                await onReceived(received);
                if (_suspended is { } suspended)
                    await suspended.Task;
                await connections.SendAsync(() => to.SendAsync(buffer.AsMemory(0, received)).AsTask());
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // cut, or one side is gone, so the other goes too
            from.Dispose();
            to.Dispose();
        }
    }
}
