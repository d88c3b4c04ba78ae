using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using SocketIo.Cluster.InMemory;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.LoadBalancers;

/// <summary>Three servers as one, "a", "b" and "c", and a load balancer before them.</summary>
internal sealed class BalancedServers : IAsyncDisposable
{
    private readonly Dictionary<string, TestServer> _servers = [];
    private readonly List<NodeClient> _clients = [];
    private Balancer _balancer = null!;

    /// <summary>Starts them.</summary>
    /// <param name="balancer">Which of the guide's examples.</param>
    /// <param name="change">Changes its configuration.</param>
    public static async Task<BalancedServers> StartAsync(string balancer, Func<string, string>? change = null)
    {
        var all = new BalancedServers();
        var cluster = new InMemoryCluster(new() { LogSize = 1_000, Serialize = true });
        foreach (var name in (string[])["a", "b", "c"])
            all._servers[name] = await StartServerAsync(name, cluster);
        all._balancer = await Balancer.StartAsync(balancer, [.. all._servers.Values.Select(static server => server.Address.Port)], change);
        return all;
    }

    /// <summary>Opens a stock client by the load balancer; does not wait until it is connected.</summary>
    /// <param name="transports">Its transports.</param>
    public async Task<NodeClient> OpenAsync(params string[] transports)
    {
        var client = await StockClients.Node.OpenAsync(_balancer.Address.ToString(), new
        {
            transports,
            reconnection = true,
            reconnectionDelay = 50,
            reconnectionDelayMax = 500,
            // keeps cookies, as browsers do
            withCredentials = true,
            // a client of its own behind another proxy
            extraHeaders = new Dictionary<string, string> { ["X-Forwarded-For"] = $"203.0.113.{_clients.Count + 1}" },
        });
        _clients.Add(client);
        return client;
    }

    public static async Task<string> ServerOfAsync(NodeClient client) => (await client.EmitWithAckAsync("who"))[0].GetString()!;

    /// <summary>Stops a server as a deployment does.</summary>
    public async Task StopAsync(string name)
    {
        _servers.Remove(name, out var server);
        await server!.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            await client.DisposeAsync();
        await _balancer.DisposeAsync();
        foreach (var server in _servers.Values)
            await server.DisposeAsync();
    }

    private static async Task<TestServer> StartServerAsync(string name, InMemoryCluster cluster)
    {
        var server = await TestServer.StartSocketIoAsync(
            io =>
            {
                io.On("who", (Socket _) => name);
                io.On("address", static (Socket socket) => socket.Handshake.Address);
                io.On("echo", static (Socket _, byte[] bytes) => bytes);
                io.On("all", async (Socket _, string text) => await io.EmitAsync("all", text));
            },
            static options => options.ConnectionStateRecovery = new(),
            builder =>
            {
                builder.Services.AddSocketIo().AddInMemoryCluster(cluster);
                builder.Services.AddHealthChecks().AddSocketIoCluster();
            },
            static app =>
            {
                app.UseForwardedHeaders(new() { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto });
                app.MapHealthChecks("/health");
            });
        await server.Io.Delivery.WhenReady.WithDeadline();
        return server;
    }
}
