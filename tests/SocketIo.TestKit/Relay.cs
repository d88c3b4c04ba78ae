using System.Net;
using System.Net.Sockets;

namespace SocketIo.TestKit;

/// <summary>A TCP relay before a server: what goes through it is counted, and left as it is.</summary>
public sealed class Relay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Uri _server;
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
            // the relay was disposed
        }
    }

    private async Task ServeAsync(System.Net.Sockets.Socket client)
    {
        using var server = new System.Net.Sockets.Socket(SocketType.Stream, ProtocolType.Tcp);
        using (client)
        {
            await server.ConnectAsync(_server.Host, _server.Port);
            await Task.WhenAll(
                CopyAsync(client, server, count => Interlocked.Add(ref _toServer, count)),
                CopyAsync(server, client, count => Interlocked.Add(ref _toClient, count)));
        }
    }

    private static async Task CopyAsync(System.Net.Sockets.Socket from, System.Net.Sockets.Socket to, Action<int> count)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is var received and > 0)
            {
                count(received);
                await to.SendAsync(buffer.AsMemory(0, received));
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // one side is gone, so the other goes too
            from.Dispose();
            to.Dispose();
        }
    }
}
