using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using SocketIo.Cluster.InMemory;
using SocketIo.TestKit;

namespace SocketIo.Cluster.Tests.Servers;

/// <summary>Several servers on real Kestrel in this process, connected in memory.</summary>
internal sealed class ServerCluster : IAsyncDisposable
{
    private static readonly object WebSocketOnly = new { transports = new[] { "websocket" } };

    private readonly List<TestServer> _servers = [];
    private readonly InMemoryCluster _cluster;
    private readonly Action<SocketIoServer>? _configure;
    private readonly Action<SocketIoOptions>? _options;
    private readonly Action<ClusterOptions>? _membership;
    private readonly Action<SocketIoBuilder>? _build;

    private ServerCluster(
        InMemoryClusterOptions? cluster, Action<SocketIoServer>? configure, Action<SocketIoOptions>? options, Action<ClusterOptions>? membership, Action<SocketIoBuilder>? build)
    {
        _cluster = new InMemoryCluster(cluster);
        (_configure, _options, _membership, _build) = (configure, options, membership, build);
    }

    public TestServer this[int index] => _servers[index];

    public IEnumerable<TestServer> All => _servers;

    public static async Task<ServerCluster> StartAsync(
        int count, Action<SocketIoServer>? configure = null, InMemoryClusterOptions? cluster = null, Action<SocketIoOptions>? options = null,
        Action<ClusterOptions>? membership = null, Action<SocketIoBuilder>? build = null)
    {
        var servers = new ServerCluster(cluster, configure, options, membership, build);
        for (var i = 0; i < count; i++)
            await servers.AddAsync();
        return servers;
    }

    /// <summary>Starts one more server.</summary>
    public async Task<TestServer> AddAsync(Action<WebApplicationBuilder>? build = null, int port = 0)
    {
        var server = await TestServer.StartSocketIoAsync(_configure, _options, app =>
        {
            var io = app.Services.AddSocketIo().AddInMemoryCluster(_cluster);
            if (_membership is not null)
                io.ConfigureCluster(_membership);
            _build?.Invoke(io);
            build?.Invoke(app);
        }, port: port);
        await server.Io.Delivery.WhenReady.WithDeadline();
        _servers.Add(server);
        return server;
    }

    public InMemoryBackplane BackplaneOf(int index) => (InMemoryBackplane)_servers[index].Services.GetRequiredService<Backplane>();

    /// <summary>Opens a stock client of a server, and waits until both sides know that it is connected.</summary>
    public async Task<(NodeClient Client, Socket Socket)> ConnectAsync(int index, string nsp = "/", object? options = null)
    {
        var client = await StockClients.Node.OpenAsync(new Uri(_servers[index].Address, nsp).ToString(), options ?? WebSocketOnly);
        await client.ConnectedAsync();
        return (client, await FindAsync(index, client, nsp));
    }

    /// <summary>Finds the server's side of a client that knows that it is connected.</summary>
    public async Task<Socket> FindAsync(int index, NodeClient client, string nsp = "/")
    {
        var id = (await client.GetStateAsync()).Id!;
        Socket? socket = null;
        await Deadlines.Eventually(() => _servers[index].Io.Of(nsp).Sockets.TryGetValue(id, out socket));
        return socket!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
            await server.DisposeAsync();
    }
}
