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
}
