using SocketIo.TestKit;
using SocketIOClient;
using SocketIOClient.Transport;
using NugetClient = SocketIOClient.SocketIO;

namespace SocketIo.Functional.Tests.ClientTable;

/// <summary>A client of the SocketIOClient package.</summary>
internal sealed class NugetTableClient : IStockClient
{
    private readonly NugetClient _socket;
    private readonly Signal<string> _refused = new();
    private readonly Signal<string> _news = new();
    private readonly Signal<string> _reasons = new();
    private Task _connecting = Task.CompletedTask;

    private NugetTableClient(NugetClient socket)
    {
        _socket = socket;
        socket.OnError += (_, message) => _refused.Set(message);
        socket.OnDisconnected += (_, reason) => _reasons.Set(reason);
        socket.On("news", response => _news.Set(response.GetValue<string>()));
        socket.On("text", response => _ = response.CallbackAsync(response.GetValue<string>()));
        socket.On("bytes", response => _ = response.CallbackAsync(response.GetValue<byte[]>()));
    }

    public static IStockClient Open(Visit visit, int protocol, TransportProtocol transport)
    {
        var client = new NugetTableClient(new NugetClient(visit.Address, new SocketIOOptions
        {
            EIO = protocol,
            Transport = transport,
            AutoUpgrade = false,
            Reconnection = false,
            Query = visit.Query,
        }));
        client._connecting = client._socket.ConnectAsync();
        return client;
    }

    public async Task ConnectedAsync()
    {
        await _connecting.WithDeadline();
        await Deadlines.Eventually(() => _socket.Connected); // its ConnectAsync may return before
    }

    public async Task<string?> RefusedAsync() => await _refused.NextAsync();

    public async Task<string?> EchoAsync(string text) => await CallAsync<string>("echo", text);

    public Task<byte[]> ReverseAsync(byte[] bytes) => CallAsync<byte[]>("reverse", bytes);

    public async Task<string?> FirstNewsAsync() => await _news.NextAsync();

    public Task DisconnectAsync() => _socket.DisconnectAsync().WithDeadline();

    public async Task<string?> DisconnectedAsync() => await _reasons.NextAsync();

    public async ValueTask DisposeAsync()
    {
        await _connecting.ContinueWith(static _ => { }, TaskScheduler.Default).WithDeadline();
        await DisconnectAsync(); // its own Dispose leaves a WebSocket open
        _socket.Dispose();
    }

    private async Task<T> CallAsync<T>(string name, object argument)
    {
        var reply = new Signal<T>();
        await _socket.EmitAsync(name, response => reply.Set(response.GetValue<T>()), argument).WithDeadline();
        return await reply.NextAsync();
    }
}
