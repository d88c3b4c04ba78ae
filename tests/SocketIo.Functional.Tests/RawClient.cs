using System.Net.WebSockets;
using System.Text;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests;

/// <summary>A WebSocket that sends what a stock client would not. It answers no pings.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[64 * 1024];

    private RawClient()
    {
    }

    /// <summary>The open packet, without its type.</summary>
    public string OpenPacket { get; private set; } = "";

    /// <summary>Connects, and takes the open packet.</summary>
    public static async Task<RawClient> OpenAsync(TestServer server, string query = "", Action<ClientWebSocketOptions>? configure = null)
    {
        var client = new RawClient();
        configure?.Invoke(client._socket.Options);
        var address = new UriBuilder(server.Address) { Scheme = "ws", Path = "/socket.io/", Query = "EIO=4&transport=websocket" + query };
        await client._socket.ConnectAsync(address.Uri, CancellationToken.None).WithDeadline();
        client.OpenPacket = (await client.ReceiveAsync())[1..];
        return client;
    }

    /// <summary>Joins a namespace; the socket's id.</summary>
    public async Task<string> JoinAsync(string nsp = "/", string auth = "")
    {
        var prefix = nsp == "/" ? "40" : $"40{nsp},";
        await SendAsync(prefix + auth);
        var answer = await ReceiveAsync();
        Assert.That(answer, Does.StartWith(prefix + "{\"sid\":\""));
        return answer.Split('"')[3];
    }

    public Task SendAsync(string packet) =>
        _socket.SendAsync(Encoding.UTF8.GetBytes(packet), WebSocketMessageType.Text, true, CancellationToken.None).WithDeadline();

    public Task SendAsync(byte[] packet) =>
        _socket.SendAsync(packet, WebSocketMessageType.Binary, true, CancellationToken.None).WithDeadline();

    /// <summary>The next text message.</summary>
    public async Task<string> ReceiveAsync() =>
        await TryReceiveAsync() ?? throw new InvalidOperationException($"The server closed: {_socket.CloseStatus} {_socket.CloseStatusDescription}");

    /// <summary>Takes what comes until the server closes.</summary>
    public async Task<string[]> ReceiveUntilClosedAsync()
    {
        var received = new List<string>();
        while (await TryReceiveAsync() is { } packet)
            received.Add(packet);
        return [.. received];
    }

    public ValueTask DisposeAsync()
    {
        _socket.Abort();
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<string?> TryReceiveAsync()
    {
        var count = 0;
        while (true)
        {
            var result = await _socket.ReceiveAsync(_buffer.AsMemory(count), CancellationToken.None).AsTask().WithDeadline();
            if (result.MessageType is WebSocketMessageType.Close)
                return null;
            count += result.Count;
            if (result.EndOfMessage)
                return Encoding.UTF8.GetString(_buffer.AsSpan(0, count));
        }
    }
}
