using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SocketIo.Engine;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Sockets;

/// <summary>Handlers that block the thread that reads their client, on both transports of the server.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class BlockingHandlerTests : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly ManualResetEventSlim _release = new();
    private readonly TaskCompletionSource _entered = new();
    private readonly TaskCompletionSource<string> _left = new();

    public void Dispose() => _release.Dispose();

    [Test]
    public async Task A_socket_whose_client_has_gone_ends_while_its_handler_blocks(
        [Values(EngineTransports.Polling, EngineTransports.WebSocket)] EngineTransports transport, [Values] bool onEpoll)
    {
        await using var server = await StartAsync(onEpoll);
        server.Log.Expect("A handler has blocked the thread");
        await VisitAsync(server, transport);
        Assert.That(await _left.Task.WithDeadline(), Does.StartWith("transport "));
        Assert.That(_release.IsSet, Is.False);
        Assert.That(server.Io.Sockets, Is.Empty);
        _release.Set();
    }

    [Test]
    public async Task The_warning_of_a_handler_that_blocks_names_the_socket_and_the_way_out()
    {
        await using var server = await StartAsync(onEpoll: false);
        server.Log.Expect("A handler has blocked the thread");
        using var client = await RawWebSocket.OpenAsync(server.Address, "/socket.io/");
        await client.SendAsync("40");
        await client.ReadAsync();
        var socket = server.Io.Sockets.Values.Single();
        await client.SendAsync("""42["block"]""");
        await Deadlines.Eventually(() => server.Log.Entries.Any(entry => entry.Message.StartsWith("A handler has", StringComparison.Ordinal)));
        var line = server.Log.Entries.Single(entry => entry.Message.StartsWith("A handler has", StringComparison.Ordinal)).Message;
        Assert.That(line, Does.Contain($"(socket {socket.Id} of /)"));
        Assert.That(line, Does.Contain("has to await"));
        _release.Set();
    }

    [Test]
    [Platform("Linux")]
    public async Task The_host_stops_in_the_time_that_it_was_given_though_a_handler_blocks()
    {
        await using var server = await StartAsync(
            onEpoll: true, builder => builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(500)));
        using var client = await RawWebSocket.OpenAsync(server.Address, "/socket.io/");
        await client.SendAsync("40");
        await client.SendAsync("""42["block"]""");
        await _entered.Task.WithDeadline();

        // the epoll transport alone would wait for ten seconds
        var stopping = server.StopAsync();
        Assert.That(await Task.WhenAny(stopping, Task.Delay(TimeSpan.FromSeconds(8))), Is.SameAs(stopping));
        _release.Set();
        await stopping;
    }

    private Task<TestServer> StartAsync(bool onEpoll, Action<WebApplicationBuilder>? build = null) => TestServer.StartSocketIoAsync(
        io =>
        {
            io.On("block", (Socket _) =>
            {
                _entered.SetResult();
                _release.Wait(Deadlines.Default);
            });
            io.OnDisconnect((_, reason) => _left.SetResult(reason.ToString()));
        },
        options => options.PingInterval = options.PingTimeout = Interval,
        builder =>
        {
            if (onEpoll)
                builder.WebHost.UseEpoll();
            build?.Invoke(builder);
        });

    /// <summary>A client that sends an event whose handler blocks, and hangs up.</summary>
    private async Task VisitAsync(TestServer server, EngineTransports transport)
    {
        if (transport is EngineTransports.WebSocket)
        {
            using var client = await RawWebSocket.OpenAsync(server.Address, "/socket.io/");
            await client.SendAsync("40");
            await client.SendAsync("""42["block"]""");
            await _entered.Task.WithDeadline();
            return;
        }
        using var poller = await RawPolling.OpenAsync(server.Address, "/socket.io/");
        await poller.PostAsync("40");
        await poller.PollAsync();
        var request = new HttpRequestMessage(HttpMethod.Post, poller.Target("EIO=4&transport=polling")) { Content = new StringContent("""42["block"]""") };
        using var hangUp = new CancellationTokenSource();
        var answer = poller.SendAsync(request, hangUp.Token);
        await _entered.Task.WithDeadline();
        await hangUp.CancelAsync();
        Assert.That(async () => await answer, Throws.InstanceOf<OperationCanceledException>());
    }
}
