using System.Text.Json;
using SocketIo.TestKit;

namespace SocketIo.Interop.Tests.Clusters;

/// <summary>A server in Node.</summary>
internal sealed class JsServer(NodeServer node) : IServer, IAsyncDisposable
{
    public Uri Address => node.Address!;

    public Task EmitAsync(Target target, string name, params object?[] args) => RunAsync("emit", target, new() { ["event"] = name, ["args"] = args });

    public Task EmitManyAsync(Target target, string name, int count) => RunAsync("emitMany", target, new() { ["event"] = name, ["count"] = count });

    public async Task<(JsonElement[] Values, bool IsComplete)> EmitWithAckAsync(Target target, TimeSpan timeout, string name, params object?[] args) =>
        Answers(await RunAsync("emitWithAck", target, new() { ["event"] = name, ["args"] = args }, timeout));

    public Task JoinAsync(Target target, params string[] rooms) => RunAsync("join", target, new() { ["names"] = rooms });

    public Task LeaveAsync(Target target, params string[] rooms) => RunAsync("leave", target, new() { ["names"] = rooms });

    public Task DisconnectAsync(Target target, bool close) => RunAsync("disconnect", target, new() { ["close"] = close });

    public async Task<FetchedSocket[]> FetchAsync(Target target) =>
        [.. (await RunAsync("fetch", target, [])).EnumerateArray().Select(static socket => new FetchedSocket(
            socket.GetProperty("id").GetString()!, [.. socket.GetProperty("rooms").EnumerateArray().Select(static room => room.GetString()!)],
            socket.GetProperty("data"), socket.GetProperty("handshake").GetProperty("address").GetString()!))];

    public Task<JsonElement> AskFetchedAsync(Target target, string name, params object?[] args) =>
        RunAsync("emitToFetched", target, new() { ["event"] = name, ["args"] = args, ["timeout"] = 5_000 });

    public Task ServerSideEmitAsync(string nsp, string name, params object?[] args) =>
        RunAsync("serverSideEmit", new(Nsp: nsp), new() { ["event"] = name, ["args"] = args });

    public async Task<(JsonElement[] Values, bool IsComplete)> ServerSideEmitWithAckAsync(string name, params object?[] args) =>
        Answers(await RunAsync("serverSideEmitWithAck", Target.All, new() { ["event"] = name, ["args"] = args }));

    public async Task<JsonElement[]> NextNoteAsync() => [.. (await node.Seen.NextEventAsync("note")).Args];

    /// <summary>How many servers there are, as the adapter counts them.</summary>
    public async Task<int> CountAsync() => (await RunAsync("count", Target.All, [])).GetInt32();

    public ValueTask DisposeAsync() => node.DisposeAsync();

    private Task<JsonElement> RunAsync(string operation, Target target, Dictionary<string, object?> command, TimeSpan? timeout = null)
    {
        command["op"] = operation;
        command["nsp"] = target.Nsp;
        command["rooms"] = target.Rooms ?? [];
        command["except"] = target.Except ?? [];
        command["flags"] = new Dictionary<string, object>(Flags(target, timeout));
        return node.RunAsync(command);
    }

    private static IEnumerable<KeyValuePair<string, object>> Flags(Target target, TimeSpan? timeout)
    {
        if (target.IsVolatile)
            yield return new("volatile", true);
        if (target.IsLocal)
            yield return new("local", true);
        if (timeout is { } limit)
            yield return new("timeout", (int)limit.TotalMilliseconds);
    }

    private static (JsonElement[], bool) Answers(JsonElement result) =>
        (result.GetProperty("replies").ValueKind == JsonValueKind.Array ? [.. result.GetProperty("replies").EnumerateArray()] : [],
            result.GetProperty("error").ValueKind == JsonValueKind.Null);
}
