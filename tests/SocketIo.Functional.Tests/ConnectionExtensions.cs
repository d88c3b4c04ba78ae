using SocketIo.TestKit;

namespace SocketIo.Functional.Tests;

/// <summary>Opens stock clients of a test server.</summary>
internal static class ConnectionExtensions
{
    private static readonly object WebSocketOnly = new { transports = new[] { "websocket" } };

    /// <summary>Opens a client, by WebSocket unless the options say otherwise; does not wait until it is connected.</summary>
    public static Task<NodeClient> OpenAsync(this TestServer server, string nsp = "/", object? options = null) =>
        StockClients.Node.OpenAsync(new Uri(server.Address, nsp).ToString(), options ?? WebSocketOnly);

    /// <summary>Opens a client and waits until both sides know that it is connected.</summary>
    public static async Task<Connection> ConnectAsync(this TestServer server, string nsp = "/", object? options = null)
    {
        var client = await server.OpenAsync(nsp, options);
        return await server.ConnectedAsync(client, nsp);
    }

    /// <summary>Waits until both sides know that a client is connected.</summary>
    public static async Task<Connection> ConnectedAsync(this TestServer server, NodeClient client, string nsp = "/")
    {
        await client.ConnectedAsync();
        return await server.FindAsync(client, nsp);
    }

    /// <summary>Finds the server's side of a client that knows that it is connected.</summary>
    public static async Task<Connection> FindAsync(this TestServer server, NodeClient client, string nsp = "/")
    {
        var id = (await client.GetStateAsync()).Id!;
        Socket? socket = null;
        await Deadlines.Eventually(() => server.Io.Of(nsp).Sockets.TryGetValue(id, out socket));
        return new Connection(client, socket!);
    }

    /// <summary>Takes the client's <c>disconnect</c> event; its reason.</summary>
    public static async Task<string> DisconnectedAsync(this NodeClient client) =>
        (await client.NextEventAsync("disconnect")).Args[0].GetString()!;
}
