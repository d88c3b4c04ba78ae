using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using SocketIo.TestKit;

namespace SocketIo.Cluster.Tests.Servers;

/// <summary>A client that comes back to any server, and keeps what a stock one keeps: its private id, and the last text of an event as its offset.</summary>
internal sealed class RecoveringClient : IAsyncDisposable
{
    private readonly ServerCluster _servers;
    private readonly ConcurrentQueue<string> _all = new();
    private readonly List<ClientWebSocket> _connections = [];
    private Channel<string> _events = Channel.CreateUnbounded<string>();
    private ClientWebSocket _connection = null!;
    private string? _offset;

    private RecoveringClient(ServerCluster servers) => _servers = servers;

    public string Id { get; private set; } = "";

    public string Pid { get; private set; } = "";

    public Socket Socket { get; private set; } = null!;

    /// <summary>The names of all events that came.</summary>
    public IEnumerable<string> All => _all;

    public static async Task<RecoveringClient> OpenAsync(ServerCluster servers, int index)
    {
        var client = new RecoveringClient(servers);
        await client.JoinAsync(index, "");
        return client;
    }

    /// <summary>Connects to a server with what the client has, beside the old connection if that is still open; whether it has recovered.</summary>
    public async Task<bool> ComeBackAsync(int index, string? offset = null)
    {
        var pid = Pid;
        await JoinAsync(index, JsonSerializer.Serialize(new { pid, offset = offset ?? _offset }));
        return pid == Pid;
    }

    /// <summary>The names of the next events.</summary>
    public async Task<string[]> NamesAsync(int count)
    {
        var names = new string[count];
        for (var i = 0; i < count; i++)
            names[i] = await _events.Reader.ReadAsync().AsTask().WithDeadline();
        return names;
    }

    /// <summary>Takes what comes until an event of that name.</summary>
    public async Task UntilAsync(string name)
    {
        while ((await NamesAsync(1))[0] != name)
        {
            // it was not the one
        }
    }

    public Task SendAsync(string packet) =>
        _connection.SendAsync(Encoding.UTF8.GetBytes(packet), WebSocketMessageType.Text, true, CancellationToken.None).WithDeadline();

    /// <summary>Drops the connection without a word.</summary>
    public async Task CutAsync()
    {
        _connection.Abort();
        await Deadlines.Eventually(() => !Socket.IsConnected);
    }

    public ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
            connection.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task JoinAsync(int index, string auth)
    {
        var connection = new ClientWebSocket();
        _connections.Add(connection);
        var address = new UriBuilder(_servers[index].Address) { Scheme = "ws", Path = "/socket.io/", Query = "EIO=4&transport=websocket" };
        await connection.ConnectAsync(address.Uri, CancellationToken.None).WithDeadline();
        _connection = connection;
        _events = Channel.CreateUnbounded<string>();
        var joined = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = ReadAsync(connection, _events, joined);
        await SendAsync("40" + auth);
        var answer = await joined.Task.WithDeadline();
        Id = answer.GetProperty("sid").GetString()!;
        Pid = answer.GetProperty("pid").GetString()!;
        Socket? socket = null;
        await Deadlines.Eventually(() => _servers[index].Io.Sockets.TryGetValue(Id, out socket));
        Socket = socket!;
    }

    private async Task ReadAsync(ClientWebSocket connection, Channel<string> events, TaskCompletionSource<JsonElement> joined)
    {
        var buffer = new byte[1024 * 1024];
        try
        {
            while (true)
            {
                var length = 0;
                ValueWebSocketReceiveResult part;
                do
                {
                    part = await connection.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                    length += part.Count;
                }
                while (!part.EndOfMessage);
                if (part.MessageType is WebSocketMessageType.Close)
                    return;
                if (connection == _connection && part.MessageType is WebSocketMessageType.Text)
                    await TakeAsync(connection, Encoding.UTF8.GetString(buffer, 0, length), events, joined);
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // the connection has ended
        }
    }

    private async Task TakeAsync(ClientWebSocket connection, string packet, Channel<string> events, TaskCompletionSource<JsonElement> joined)
    {
        if (packet == "2")
            await connection.SendAsync("3"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
        if (packet.StartsWith("40", StringComparison.Ordinal))
            joined.SetResult(JsonDocument.Parse(packet[2..]).RootElement);
        if (!packet.StartsWith("42", StringComparison.Ordinal))
            return;
        var values = JsonDocument.Parse(packet.AsMemory(packet.IndexOf('[', StringComparison.Ordinal))).RootElement.EnumerateArray().ToArray();
        if (values[^1].ValueKind is JsonValueKind.String)
            _offset = values[^1].GetString();
        _all.Enqueue(values[0].GetString()!);
        events.Writer.TryWrite(values[0].GetString()!);
    }
}
