using SocketIo.TestKit;

namespace SocketIo.Functional.Tests;

/// <summary>Both ends of one connected socket.</summary>
internal sealed record Connection(NodeClient Client, Socket Socket)
{
    /// <summary>
    /// The events the client got so far. What a socket is sent arrives in order, so behind a last event nothing is still on its way.
    /// </summary>
    public async Task<NodeEvent[]> SettledEventsAsync()
    {
        await Socket.EmitAsync("settled");
        await Client.NextEventAsync("settled");
        return [.. Client.Events.Where(received => !received.IsLifecycle && received.Name != "settled")];
    }

    /// <summary>The names of the events the client got so far.</summary>
    public async Task<string[]> SettledNamesAsync() => [.. (await SettledEventsAsync()).Select(received => received.Name)];
}
