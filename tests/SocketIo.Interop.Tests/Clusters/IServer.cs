using System.Text.Json;

namespace SocketIo.Interop.Tests.Clusters;

/// <summary>A server of the cluster, on either side: what it can do, in words that both have.</summary>
internal interface IServer
{
    Uri Address { get; }

    Task EmitAsync(Target target, string name, params object?[] args);

    /// <summary>Emits so many events one after the other, to the target and to all in turns, each with its number.</summary>
    Task EmitManyAsync(Target target, string name, int count);

    /// <summary>The values that were answered, and whether that were all.</summary>
    Task<(JsonElement[] Values, bool IsComplete)> EmitWithAckAsync(Target target, TimeSpan timeout, string name, params object?[] args);

    Task JoinAsync(Target target, params string[] rooms);

    Task LeaveAsync(Target target, params string[] rooms);

    Task DisconnectAsync(Target target, bool close);

    Task<FetchedSocket[]> FetchAsync(Target target);

    /// <summary>Asks the one socket that a fetch finds.</summary>
    Task<JsonElement> AskFetchedAsync(Target target, string name, params object?[] args);

    Task ServerSideEmitAsync(string nsp, string name, params object?[] args);

    Task<(JsonElement[] Values, bool IsComplete)> ServerSideEmitWithAckAsync(string name, params object?[] args);

    /// <summary>The arguments of the next server-side event "note", behind its namespace.</summary>
    Task<JsonElement[]> NextNoteAsync();
}

/// <summary>What a fetch tells.</summary>
internal sealed record FetchedSocket(string Id, string[] Rooms, JsonElement Data, string Address);
