using Microsoft.Extensions.DependencyInjection;
using SocketIo.TestKit;

namespace SocketIo.Interop.Tests.Clusters;

/// <summary>
/// Beside the messages that JavaScript nodes know there are some between servers of ours: clients that have gone without acknowledging,
/// clients that have come back elsewhere. A node in JavaScript that hears them goes on as if it did not.
/// </summary>
[TestFixture("classic")]
[TestFixture("sharded-dynamic")]
[TestFixture("streams")]
[TestFixture("postgres")]
[Parallelizable]
public class OwnMessagesTests(string name)
{
    private readonly Kind _kind = new(name);

    [Test]
    public async Task A_JavaScript_node_is_not_disturbed_by_messages_that_only_servers_of_ours_know()
    {
        var prefix = _kind.NewPrefix();
        await using var js = new JsServer(await _kind.StartNodeAsync(prefix));
        await using var one = await StartAsync(prefix);
        await using var two = await StartAsync(prefix);
        one.Log.Expect("from a node that keeps none");
        two.Log.Expect("from a node that keeps none");
        await using var atJs = await OpenAsync(js.Address);
        await using var moving = await OpenAsync(one.Address);
        await using var leaving = await OpenAsync(two.Address);
        while (await one.Io.FetchSocketsAsync() is not { IsComplete: true, Count: 3 })
            await Task.Delay(10);

        // a client that goes without acknowledging, and one that comes back to another server
        await atJs.OnAckAsync("ask", 1);
        await moving.OnAckAsync("ask", 2);
        for (var i = 0; i < 3; i++)
        {
            var asked = one.Io.Timeout(TimeSpan.FromMinutes(5)).EmitWithAckAsync<int>("ask");
            await leaving.NextEventAsync("ask");
            await leaving.DisconnectAsync();
            Assert.That((await asked.WithDeadline()).MissingCount, Is.EqualTo(1));
            await leaving.ConnectAsync();
            await leaving.ConnectedAsync();
            await moving.CutTransportAsync();
            await moving.NextEventAsync("disconnect");
            await moving.ConnectAsync();
            await moving.ConnectedAsync();
        }

        Assert.That(await js.CountAsync(), Is.EqualTo(3));
        await js.EmitAsync(Target.All, "from js", 1);
        await two.Io.EmitAsync("from two", 1);
        foreach (var client in new[] { atJs, moving, leaving })
        {
            await client.NextEventAsync("from js");
            await client.NextEventAsync("from two");
        }
        Assert.That(await js.FetchAsync(Target.All), Has.Length.EqualTo(3));
        Assert.That((await js.EmitWithAckAsync(new(["js"]), TimeSpan.FromSeconds(5), "ask")).IsComplete);
        Assert.That(await two.Io.FetchSocketsAsync(), Has.Count.EqualTo(3));
    }

    private Task<TestServer> StartAsync(string prefix) => TestServer.StartSocketIoAsync(
        options: static options => options.ConnectionStateRecovery = new ConnectionStateRecoveryOptions(),
        build: builder =>
        {
            _kind.Add(builder.Services.AddSocketIo(), prefix);
            if (_kind.IsPostgres)
                builder.Services.Configure<PostgresOptions>(options => (options.Recovery, options.LogTable) = (true, $"log_{prefix}"));
        });

    private static async Task<NodeClient> OpenAsync(Uri address)
    {
        var client = await Services.Clients.OpenAsync(
            address.ToString(), new { transports = new[] { "websocket" }, auth = new { rooms = new[] { "js" } } });
        await client.ConnectedAsync();
        return client;
    }
}
