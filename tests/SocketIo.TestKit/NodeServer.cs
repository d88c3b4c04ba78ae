using System.Text.Json;

namespace SocketIo.TestKit;

/// <summary>
/// A Socket.IO server in a Node process of its own, with an official adapter (tests/clients/server.mjs): a node of a cluster
/// that .NET servers share. Or an emitter.
/// </summary>
public sealed class NodeServer : IAsyncDisposable
{
    private readonly NodeDriver _driver;

    private NodeServer(NodeDriver driver, NodeClient seen) => (_driver, Seen) = (driver, seen);

    /// <summary>Where it listens; null for an emitter.</summary>
    public Uri? Address { get; private set; }

    /// <summary>The server-side events "note" that came, with the namespace before their arguments.</summary>
    public NodeClient Seen { get; }

    /// <summary>Starts a server.</summary>
    /// <param name="adapter">classic, sharded, streams or postgres.</param>
    /// <param name="client">redis, redis-cluster, ioredis, ioredis-cluster or pg.</param>
    /// <param name="addresses">The Redis servers, host and port; or the URL of the database.</param>
    /// <param name="options">The adapter's options, in their own spelling.</param>
    /// <param name="recovery">Whether clients may recover.</param>
    /// <param name="namespaces">The namespaces; the main one unless given.</param>
    public static async Task<NodeServer> StartAsync(
        string adapter, string client, string[] addresses, object? options = null, bool recovery = false, string[]? namespaces = null)
    {
        var server = await LaunchAsync();
        namespaces ??= ["/"];
        var port = await server.RunAsync(
            new { op = "start", socket = server.Seen.Number, adapter, client, addresses, options = options ?? new { }, recovery, namespaces });
        server.Address = new Uri($"http://127.0.0.1:{port.GetInt32()}/");
        return server;
    }

    /// <summary>Starts an emitter, of the classic adapter or, with the client pg, of PostgreSQL: the operations whose names begin with it.</summary>
    public static async Task<NodeServer> StartEmitterAsync(string client, string[] addresses, object? options = null)
    {
        var emitter = await LaunchAsync();
        await emitter.RunAsync(new { op = "startEmitter", client, addresses, options = options ?? new { } });
        return emitter;
    }

    /// <summary>Runs an operation of server.mjs.</summary>
    /// <param name="command">Its name as "op" and its members: an anonymous object will do.</param>
    public Task<JsonElement> RunAsync(object command) => _driver.SendAsync(command);

    /// <summary>Kills the process, as with kill -9.</summary>
    public ValueTask DisposeAsync() => _driver.DisposeAsync();

    private static async Task<NodeServer> LaunchAsync()
    {
        var driver = await NodeDriver.StartAsync(script: "server.mjs");
        return new NodeServer(driver, driver.Register());
    }
}
