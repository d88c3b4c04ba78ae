using Microsoft.Extensions.DependencyInjection;
using SocketIo.TestKit;

namespace SocketIo.Interop.Tests.Clusters;

/// <summary>A node in JavaScript on PostgreSQL, which keeps no broadcasts, beside servers of ours with a log.</summary>
public class UnkeptTests
{
    private static readonly Kind Postgres = new("postgres");

    [Test]
    public async Task Over_a_broadcast_of_a_node_that_keeps_none_clients_stay_connected_and_those_who_were_away_begin_anew()
    {
        var prefix = Postgres.NewPrefix();
        await using var js = new JsServer(await Postgres.StartNodeAsync(prefix));
        await using var one = await StartAsync(prefix);
        await using var two = await StartAsync(prefix);
        await using var away = await OpenAsync(one);
        await using var there = await OpenAsync(two);
        while (await one.Io.FetchSocketsAsync() is not { IsComplete: true, Count: 2 })
            await Task.Delay(10);
        await one.Io.EmitAsync("kept", 1);
        await away.NextEventAsync("kept");
        await there.NextEventAsync("kept");
        await away.CutTransportAsync();
        await away.NextEventAsync("disconnect");
        for (var i = 0; i < 3; i++)
        {
            await js.EmitAsync(Target.All, "from js", i);
            await there.NextEventAsync("from js");
        }
        await one.Io.EmitAsync("kept", 2);
        Assert.That(await ComeBackAsync(away), Is.False);
        Assert.That((await there.NextEventAsync("kept")).Args[0].GetInt32(), Is.EqualTo(2));

        // who has got all of it can go on from what came later
        await one.Io.EmitAsync("kept", 3);
        Assert.That((await there.NextEventAsync("kept")).Args[0].GetInt32(), Is.EqualTo(3));
        await there.CutTransportAsync();
        await there.NextEventAsync("disconnect");
        await one.Io.EmitAsync("kept", 4);
        Assert.That(await ComeBackAsync(there), Is.True);
        Assert.That((await there.NextEventAsync("kept")).Args[0].GetInt32(), Is.EqualTo(4));
    }

    private static async Task<bool> ComeBackAsync(NodeClient client)
    {
        await client.ConnectAsync();
        await client.ConnectedAsync();
        return (await client.GetStateAsync()).Recovered;
    }

    private static async Task<TestServer> StartAsync(string prefix)
    {
        var server = await TestServer.StartSocketIoAsync(
            options: static options => options.ConnectionStateRecovery = new ConnectionStateRecoveryOptions(),
            build: builder =>
            {
                Postgres.Add(builder.Services.AddSocketIo(), prefix);
                builder.Services.Configure<PostgresOptions>(options => (options.Recovery, options.LogTable) = (true, $"log_{prefix}"));
            });
        server.Log.Expect("from a node that keeps none");
        return server;
    }

    private static async Task<NodeClient> OpenAsync(TestServer server)
    {
        var client = await Services.Clients.OpenAsync(server.Address.ToString(), new { transports = new[] { "websocket" } });
        await client.ConnectedAsync();
        return client;
    }
}
