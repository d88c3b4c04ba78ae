using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Sockets;

/// <summary>What clients see of a host that stops and comes back.</summary>
public sealed class StoppingTests
{
    private static readonly string[][] Transports = [["polling"], ["websocket"], ["polling", "websocket"]];

    [TestCaseSource(nameof(Transports))]
    public async Task Clients_get_what_was_sent_before_then_a_transport_close_and_reconnect_to_the_next_host(params string[] transports)
    {
        var options = new { transports, reconnection = true, reconnectionDelay = 20, reconnectionDelayMax = 100 };
        var reasons = new Signal<string>();
        var server = await TestServer.StartSocketIoAsync(io => io.OnDisconnect((_, reason) => reasons.SetAsync(reason.ToString())));
        var (client, socket) = await server.ConnectAsync("/", options);
        await using (client)
        {
            if (transports.Length > 1)
                await client.NextEventAsync("upgrade");
            await server.Io.EmitAsync("last words");

            // a client that is between two polls when the host stops listening finds nobody, and sees a transport error
            if (transports is ["polling"])
                await Deadlines.Eventually(() => socket.Client.Session.CurrentTransport.IsWritable);
            await server.DisposeAsync();
            Assert.That(await reasons.NextAsync(), Is.EqualTo("server shutting down"));
            Assert.That(await client.DisconnectedAsync(), Is.EqualTo("transport close"));
            var names = client.Events.Select(received => received.Name).ToList();
            Assert.That(names.IndexOf("last words"), Is.InRange(0, names.IndexOf("disconnect")));

            await using var next = await TestServer.StartSocketIoAsync(port: server.Address.Port);
            await client.NextEventAsync("reconnect");
            await client.NextEventAsync("connect");
            await next.Io.EmitAsync("hello again");
            await client.NextEventAsync("hello again");
        }
    }

    [Test]
    public async Task A_client_that_does_not_answer_the_close_holds_the_stop_up_for_seconds_only()
    {
        var clock = new ManualClock();
        var reasons = new Signal<string>();
        await using var server = await TestServer.StartSocketIoAsync(
            io => io.OnDisconnect((_, reason) => reasons.SetAsync(reason.ToString())),
            build: build => build.Services.AddSingleton<TimeProvider>(clock));
        await using var raw = await RawClient.OpenAsync(server);
        await raw.JoinAsync();
        var stopping = server.StopAsync();
        Assert.That(await reasons.NextAsync(), Is.EqualTo("server shutting down"));
        clock.Advance(TimeSpan.FromSeconds(7));
        await stopping.WithDeadline();
    }

    [Test]
    public async Task A_host_that_has_stopped_has_no_socket_and_no_timer_any_more()
    {
        var clock = new ManualClock();
        var before = clock.ActiveTimers;
        await using var server = await TestServer.StartSocketIoAsync(
            options: options => options.AckTimeout = TimeSpan.FromSeconds(30),
            build: build => build.Services.AddSingleton<TimeProvider>(clock));
        var (client, socket) = await server.ConnectAsync();
        var asking = socket.EmitWithAckAsync<int>("never answered");
        await client.NextEventAsync("never answered");
        await server.StopAsync();
        await Assert.ThrowsAsync<SocketDisconnectedException>(async () => await asking.WithDeadline());
        Assert.That(server.Io.Sockets, Is.Empty);
        Assert.That(clock.ActiveTimers, Is.EqualTo(before));
    }

    [Test]
    public async Task Handlers_that_end_with_their_clients_when_the_host_stops_are_no_errors()
    {
        var waiting = new Signal<string>();
        await using var server = await TestServer.StartSocketIoAsync(io =>
        {
            io.On("ask", async (Socket socket) =>
            {
                var answer = socket.EmitWithAckAsync<int>("never answered");
                waiting.Set("ask");
                await answer;
            });
            io.OnConnection(async socket =>
            {
                if (!socket.Handshake.Auth.TryGet("waits", out _))
                    return;
                waiting.Set("connection");
                await Task.Delay(Timeout.Infinite, socket.Disconnection);
            });
        });
        var asking = await server.ConnectAsync();
        await server.OpenAsync(options: new { transports = new[] { "websocket" }, auth = new { waits = true } });
        await asking.Client.EmitAsync("ask");
        await waiting.NextAsync();
        await waiting.NextAsync();
        await server.StopAsync();
        await Deadlines.Eventually(() => server.Log.Entries.Count(entry => entry.Message.Contains("has gone", StringComparison.Ordinal)) == 2);
    }

    [Test]
    public async Task The_host_waits_for_handlers_that_run_and_for_those_of_the_disconnects_and_their_services_last_as_long()
    {
        var waiting = new Signal<string>();
        var release = new TaskCompletionSource();
        var ended = new ConcurrentQueue<string>();
        await using var server = await TestServer.StartSocketIoAsync(
            io =>
            {
                io.On("order", async (Socket socket) =>
                {
                    waiting.Set("order");
                    await release.Task;
                    ended.Enqueue(socket.HttpContext.RequestServices.GetRequiredService<Saved>().Name);
                });
                io.OnDisconnect(async (socket, _) =>
                {
                    waiting.Set("disconnect");
                    await release.Task;
                    ended.Enqueue(socket.HttpContext.RequestServices.GetRequiredService<Saved>().Name);
                });
            },
            build: static build => build.Services.AddScoped<Saved>());
        var (client, _) = await server.ConnectAsync();
        await client.EmitAsync("order");
        Assert.That(await waiting.NextAsync(), Is.EqualTo("order"));
        var stopping = server.StopAsync();
        Assert.That(await waiting.NextAsync(), Is.EqualTo("disconnect"));

        // it would not take long if it did not wait
        Assert.That(await Task.WhenAny(stopping, Task.Delay(500)), Is.Not.SameAs(stopping));
        release.SetResult();
        await stopping.WithDeadline();
        Assert.That(ended, Is.EqualTo(new[] { "saved", "saved" }));
    }

    [Test]
    public async Task The_host_does_not_wait_for_ever_for_handlers_and_says_how_many_it_left()
    {
        var entered = new Signal<string>();
        await using var server = await TestServer.StartSocketIoAsync(
            io => io.On("endless", async (Socket _) =>
            {
                entered.Set("it");
                await new TaskCompletionSource().Task;
            }),
            options => options.HandlerShutdownTimeout = TimeSpan.FromMilliseconds(100),
            static build => build.Services.AddSocketIo().AddTopics());
        server.Log.Expect("1 handlers of sockets have not ended");
        var (client, _) = await server.ConnectAsync();
        await client.EmitAsync("endless");
        await entered.NextAsync();
        await server.StopAsync().WithDeadline();
        Assert.That(server.Log.Entries.Count(static entry => entry.Message.Contains("1 handlers of sockets have not ended", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public async Task Disconnect_handlers_that_block_hold_up_nobody_else_s_end_when_the_host_stops()
    {
        const int Clients = 4;
        using var all = new Barrier(Clients);
        var together = new ConcurrentQueue<bool>();
        await using var server = await TestServer.StartSocketIoAsync(io => io.OnDisconnect((_, _) => together.Enqueue(all.SignalAndWait(Deadlines.Default))));
        for (var i = 0; i < Clients; i++)
            await server.ConnectAsync();
        await server.StopAsync();
        await Deadlines.Eventually(() => together.Count == Clients);
        Assert.That(together, Has.None.False);
    }

    [Test]
    public async Task A_client_that_breaks_the_protocol_is_logged_as_information_without_its_data()
    {
        await using var server = await TestServer.StartSocketIoAsync();
        await using var raw = await RawClient.OpenAsync(server);
        await raw.JoinAsync();
        await raw.SendAsync("""42["secret word",""");
        await raw.ReceiveUntilClosedAsync();
        var line = server.Log.Entries.Single(entry => entry.Category == "SocketIo.Engine" && entry.Level == LogLevel.Information);
        Assert.That(line.Message, Does.Contain("parse error").And.Not.Contain("secret"));
    }

    private sealed class Saved
    {
        public string Name => "saved";
    }
}
