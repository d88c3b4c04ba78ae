using System.Globalization;
using System.Net.WebSockets;
using System.Text;

namespace SocketIo.Redis.Benchmarks;

/// <summary>Clients of one server that check that each gets every event once and in order. Their processor time is this process'.</summary>
internal sealed class CountingClients : IDisposable
{
    // an event is 42["n","0000000000xxx...
    private const int NumberStart = 8;
    private const int NumberLength = 10;

    private readonly List<ClientWebSocket> _connections = [];
    private TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _outstanding;

    /// <summary>Whether an event was missing, or came twice or too early.</summary>
    public bool HasFailed { get; private set; }

    public async Task ConnectAsync(int port, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var connection = new ClientWebSocket();
            await connection.ConnectAsync(new Uri($"ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket"), default);
            _connections.Add(connection);
            await connection.SendAsync("40"u8.ToArray(), WebSocketMessageType.Text, true, default);
            var buffer = new byte[4096];
            while (!Encoding.UTF8.GetString(buffer, 0, (await connection.ReceiveAsync(buffer, default)).Count).StartsWith("40", StringComparison.Ordinal))
            {
                // the open packet
            }
            _ = ReadAsync(connection, buffer);
        }
    }

    /// <summary>Completes when all clients have got so many events.</summary>
    public Task ExpectAsync(int count)
    {
        _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _outstanding, (long)count * _connections.Count);
        return _done.Task;
    }

    public void Dispose()
    {
        foreach (var connection in _connections)
            connection.Dispose();
    }

    private async Task ReadAsync(ClientWebSocket connection, byte[] buffer)
    {
        var next = 0;
        try
        {
            for (var length = 0; await connection.ReceiveAsync(buffer.AsMemory(length), default) is { Count: > 0 } received;)
            {
                // a message may come in parts
                length += received.Count;
                if (!received.EndOfMessage)
                    continue;
                var isEvent = length >= NumberStart + NumberLength;
                length = 0;
                if (buffer[0] == '2')
                    await connection.SendAsync("3"u8.ToArray(), WebSocketMessageType.Text, true, default);
                if (!isEvent)
                    continue;
                HasFailed |= int.Parse(buffer.AsSpan(NumberStart, NumberLength), CultureInfo.InvariantCulture) != next++;
                if (Interlocked.Decrement(ref _outstanding) == 0)
                    _done.SetResult();
            }
        }
        catch (Exception exception) when (exception is WebSocketException or ObjectDisposedException or OperationCanceledException)
        {
            // over
        }
    }
}
