using Microsoft.AspNetCore.Builder;
using SocketIo.Functional.Tests.Engine;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Epoll;

/// <summary>Handlers that block the transport's thread.</summary>
[Platform("Linux")]
public class BlockingTests
{
    [Test]
    public async Task Others_go_on_while_handlers_block_and_the_blocked_clients_messages_follow_in_order()
    {
        using var release = new ManualResetEventSlim();
        var app = new Echo
        {
            Message = (session, text) =>
            {
                if (text == "block")
                    release.Wait(Deadlines.Default);
                session.Send(text);
                return ValueTask.CompletedTask;
            },
        };
        await using var host = await EpollServer.StartAsync(app);
        var blocked = await OpenAsync(host, 4);
        using var other = await RawWebSocket.OpenAsync(host.Address);
        foreach (var client in blocked)
        {
            await client.SendAsync("4block");
            await client.SendAsync("41");
            await client.SendAsync("42");
        }
        await EchoAsync(other, "other");
        using var newcomer = await RawWebSocket.OpenAsync(host.Address);
        await EchoAsync(newcomer, "newcomer");
        Assert.That(release.IsSet, Is.False);
        release.Set();
        foreach (var client in blocked)
        {
            foreach (var expected in new[] { "4block", "41", "42" })
                Assert.That((await client.ReadAsync()).Text, Is.EqualTo(expected));
            client.Dispose();
        }
    }

    [Test]
    public async Task Others_go_on_while_an_ordinary_request_blocks()
    {
        using var release = new ManualResetEventSlim();
        var entered = new TaskCompletionSource();
        await using var host = await EpollServer.StartAsync(map: web => web.MapGet("/block", () =>
        {
            entered.SetResult();
            release.Wait(Deadlines.Default);
            return "done";
        }));
        using var other = await RawWebSocket.OpenAsync(host.Address);
        using var http = new HttpClient { BaseAddress = host.Address };
        var request = http.GetStringAsync("/block");
        await entered.Task.WithDeadline();
        await EchoAsync(other, "other");
        Assert.That(request.IsCompleted, Is.False);
        release.Set();
        Assert.That(await request.WithDeadline(), Is.EqualTo("done"));
    }

    [Test]
    public async Task Every_client_gets_its_echoes_once_and_in_order_while_handlers_block_now_and_then([Range(1, 3)] int seed)
    {
        const int Count = 40;
        var random = new Random(seed);
        var app = new Echo
        {
            Message = (session, text) =>
            {
                int pause;
                lock (random)
                    pause = random.Next(8) == 0 ? random.Next(20) : 0;
                if (pause > 0)
                    Thread.Sleep(pause);
                session.Send(text);
                return ValueTask.CompletedTask;
            },
        };
        await using var host = await EpollServer.StartAsync(app);
        var clients = await OpenAsync(host, 16);
        await Task.WhenAll(clients.Select(async client =>
        {
            for (var i = 0; i < Count; i++)
                await client.SendAsync($"4{i}");
            for (var i = 0; i < Count; i++)
                Assert.That((await client.ReadAsync()).Text, Is.EqualTo($"4{i}"));
            await EchoAsync(client, "last");
            client.Dispose();
        })).WithDeadline();
    }

    private static async Task<RawWebSocket[]> OpenAsync(EngineHost host, int count)
    {
        var clients = new RawWebSocket[count];
        for (var i = 0; i < count; i++)
            clients[i] = await RawWebSocket.OpenAsync(host.Address);
        return clients;
    }

    private static async Task EchoAsync(RawWebSocket client, string text)
    {
        await client.SendAsync("4" + text);
        Assert.That((await client.ReadAsync()).Text, Is.EqualTo("4" + text));
    }
}
