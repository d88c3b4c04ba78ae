using System.Net;
using System.Net.Sockets;
using TcpSocket = System.Net.Sockets.Socket;

namespace SocketIo.Interop.Tests.Clusters;

/// <summary>A load balancer for TCP: one address for all servers of a cluster, each connection to the next one in turn.</summary>
internal sealed class Balancer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private volatile int[] _ports = [];
    private int _next;

    public Balancer()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    /// <summary>The servers that get connections from now on.</summary>
    public void Use(params IEnumerable<int> ports) => _ports = [.. ports];

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptSocketAsync());
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // the balancer was disposed
        }
    }

    private async Task ServeAsync(TcpSocket client)
    {
        using var server = new TcpSocket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (client)
        {
            try
            {
                var ports = _ports;
                await server.ConnectAsync(IPAddress.Loopback, ports[(uint)Interlocked.Increment(ref _next) % ports.Length]);
                await Task.WhenAll(CopyAsync(client, server), CopyAsync(server, client));
            }
            catch (SocketException)
            {
                // that server has gone: the client tries again
            }
        }
    }

    private static async Task CopyAsync(TcpSocket from, TcpSocket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is var received and > 0)
            {
                for (var sent = 0; sent < received;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, received - sent));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // one side has gone
        }
        from.Dispose();
        to.Dispose();
    }
}
