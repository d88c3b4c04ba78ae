using System.Text.Json;
using System.Threading.Channels;
using SocketIo.TestKit;

namespace SocketIo.Interop.Tests.Clusters;

/// <summary>A server of ours, which does with its clients what tests/clients/server.mjs does.</summary>
internal sealed class NetServer : IServer, IAsyncDisposable
{
    private readonly Channel<JsonElement[]> _notes = Channel.CreateUnbounded<JsonElement[]>();
    private TestServer _server = null!;

    public Uri Address => _server.Address;

    public SocketIoServer Io => _server.Io;

    public LogSink Log => _server.Log;

    public static async Task<NetServer> StartAsync(Kind kind, string prefix)
    {
        var server = new NetServer();
        server._server = await TestServer.StartSocketIoAsync(
            io =>
            {
                server.Watch(io.Of("/"));
                server.Watch(io.Of("/chat"));
                server.Watch(io.OfPattern("/dynamic-{name}"));
            },
            static options => options.MaxQueuedBytes = 64 * 1024 * 1024,
            builder => kind.Add(builder.Services.AddSocketIo(), prefix));
        return server;
    }

    public Task EmitAsync(Target target, string name, params object?[] args) => Of(target).EmitAsync(name, [.. args]).AsTask();

    public async Task EmitManyAsync(Target target, string name, int count)
    {
        for (var number = 0; number < count; number++)
            await Of(number % 3 == 0 ? target : target with { Rooms = null }).EmitAsync(name, number);
    }

    public async Task<(JsonElement[] Values, bool IsComplete)> EmitWithAckAsync(Target target, TimeSpan timeout, string name, params object?[] args)
    {
        var results = await Of(target).Timeout(timeout).EmitWithAckAsync<JsonElement>(name, [.. args]);
        return ([.. results.Values], results.IsComplete);
    }

    /// <summary>The bytes that the clients answered.</summary>
    public async Task<byte[][]> AskForBytesAsync(Target target, string name, params object?[] args) =>
        [.. (await Of(target).Timeout(TimeSpan.FromSeconds(5)).EmitWithAckAsync<byte[]>(name, [.. args])).Values!];

    public Task JoinAsync(Target target, params string[] rooms) => Of(target).SocketsJoinAsync(rooms).AsTask();

    public Task LeaveAsync(Target target, params string[] rooms) => Of(target).SocketsLeaveAsync(rooms).AsTask();

    public Task DisconnectAsync(Target target, bool close) => Of(target).DisconnectSocketsAsync(close).AsTask();

    public async Task<FetchedSocket[]> FetchAsync(Target target)
    {
        var sockets = await Of(target).FetchSocketsAsync();
        Assert.That(sockets.IsComplete, $"missing: {sockets.Missing}");
        return [.. sockets.Select(static socket => new FetchedSocket(
            socket.Id, [.. socket.Rooms], JsonSerializer.SerializeToElement(socket.Data), socket.Handshake.Address ?? ""))];
    }

    public async Task<JsonElement> AskFetchedAsync(Target target, string name, params object?[] args) =>
        await (await Of(target).FetchSocketsAsync())[0].Timeout(TimeSpan.FromSeconds(5)).EmitWithAckAsync<JsonElement>(name, [.. args]);

    public Task ServerSideEmitAsync(string nsp, string name, params object?[] args) => Io.Of(nsp).ServerSideEmitAsync(name, [.. args]).AsTask();

    public async Task<(JsonElement[] Values, bool IsComplete)> ServerSideEmitWithAckAsync(string name, params object?[] args)
    {
        var answers = await Io.ServerSideEmitWithAckAsync<JsonElement>(name, [.. args]);
        return ([.. answers], answers.IsComplete);
    }

    public async Task<JsonElement[]> NextNoteAsync() => await _notes.Reader.ReadAsync().AsTask().WithDeadline();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private BroadcastOperator Of(Target target)
    {
        var broadcast = ((IBroadcaster)Io.Of(target.Nsp)).Broadcast;
        if (target.Rooms is not null)
            broadcast = broadcast.To(target.Rooms);
        if (target.Except is not null)
            broadcast = broadcast.Except(target.Except);
        if (target.IsVolatile)
            broadcast = broadcast.Volatile;
        return target.IsLocal ? broadcast.Local : broadcast;
    }

    private void Watch(NamespaceEvents events)
    {
        events.OnConnection(async socket =>
        {
            var auth = socket.Handshake.Auth;
            if (auth.TryGet("data", out var data))
                socket.Data["user"] = data.GetProperty("user").GetString();
            if (auth.TryGet("rooms", out var rooms))
                await socket.JoinAsync([.. rooms.EnumerateArray().Select(static room => room.GetString()!)]);
            await socket.EmitAsync("ready");
        });
        events.OnServerEvent("note", (JsonElement one) => _notes.Writer.TryWrite([one]));
        events.OnServerEvent("question", static (JsonElement value) => new { from = "net", value });
    }
}
