using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.LoadBalancers;

/// <summary>The configurations in docs/scaling.md, in real load balancers with stock clients.</summary>
public class StickySessionTests
{
    private static readonly string[] Balancers = ["nginx by address", "nginx by cookie", "HAProxy", "YARP"];
    private static readonly string[][] Transports = [["polling"], ["polling", "websocket"], ["websocket"]];

    [Test]
    public async Task Clients_stay_with_their_servers_and_reach_each_other(
        [ValueSource(nameof(Balancers))] string balancer, [ValueSource(nameof(Transports))] string[] transports)
    {
        await using var servers = await BalancedServers.StartAsync(balancer);
        List<(NodeClient Client, string Server)> clients = [];
        while (clients.Count < 4 || clients.DistinctBy(static one => one.Server).Count() < 2)
        {
            var client = await servers.OpenAsync(transports);
            await client.ConnectedAsync();
            if (transports.Length > 1)
                await client.NextEventAsync("upgrade");
            clients.Add((client, await BalancedServers.ServerOfAsync(client)));
        }

        foreach (var (client, server) in clients)
        {
            var bytes = new byte[100_000];
            Random.Shared.NextBytes(bytes);
            Assert.That((await client.EmitWithAckAsync("echo", bytes))[0].GetBinary(), Is.EqualTo(bytes));
            for (var i = 0; i < 5; i++)
                Assert.That(await BalancedServers.ServerOfAsync(client), Is.EqualTo(server));
        }
        for (var i = 0; i < clients.Count; i++)
        {
            await clients[i].Client.EmitAsync("all", $"{i}");
            foreach (var (client, _) in clients)
                Assert.That((await client.NextEventAsync("all")).Args[0].GetString(), Is.EqualTo($"{i}"));
        }
        Assert.That(clients.Select(static one => one.Client.Events.Count(static e => e.Name is "disconnect" or "connect_error")), Is.All.Zero);
    }

    [Test]
    public async Task When_a_server_stops_its_clients_go_on_at_another_and_miss_nothing(
        [ValueSource(nameof(Balancers))] string balancer, [ValueSource(nameof(Transports))] string[] transports)
    {
        await using var servers = await BalancedServers.StartAsync(balancer);
        List<(NodeClient Client, string Server)> clients = [];
        while (clients.DistinctBy(static one => one.Server).Count() < 2)
        {
            var client = await servers.OpenAsync(transports);
            await client.ConnectedAsync();
            clients.Add((client, await BalancedServers.ServerOfAsync(client)));
        }
        var (moving, left) = clients[0];
        var staying = clients.First(one => one.Server != left).Client;
        await staying.EmitAsync("all", "before");
        await moving.NextEventAsync("all");

        await servers.StopAsync(left);
        await moving.NextEventAsync("disconnect");
        await staying.EmitAsync("all", "meanwhile");
        await moving.NextEventAsync("connect", Deadlines.Default);
        Assert.That((await moving.NextEventAsync("all")).Args[0].GetString(), Is.EqualTo("meanwhile"));
        Assert.That((await moving.GetStateAsync()).Recovered);
        Assert.That(await BalancedServers.ServerOfAsync(moving), Is.Not.EqualTo(left));
    }

    [Test]
    public async Task The_server_knows_the_client_s_address([ValueSource(nameof(Balancers))] string balancer)
    {
        await using var servers = await BalancedServers.StartAsync(balancer);
        var client = await servers.OpenAsync("polling");
        await client.ConnectedAsync();
        var address = (await client.EmitWithAckAsync("address"))[0].GetString();

        // nginx by address is told whom to believe, the others add whom they see
        Assert.That(address, Is.EqualTo(balancer == "nginx by address" ? "203.0.113.1" : "127.0.0.1"));
    }

    [Test]
    public async Task Without_the_sticky_line_polling_fails_and_websockets_do_not()
    {
        await using var servers = await BalancedServers.StartAsync("nginx by address", static text =>
        {
            Assert.That(text, Does.Contain("hash $remote_addr consistent;"));
            return text.Replace("hash $remote_addr consistent;", "", StringComparison.Ordinal);
        });
        var polling = await servers.OpenAsync("polling");
        await polling.NextEventAsync("disconnect");
        Assert.That(polling.Events.Select(static e => e.Name), Does.Not.Contain("connect"));
        var socket = await servers.OpenAsync("websocket");
        await socket.ConnectedAsync();
    }
}
