using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SocketIo.Engine;
using SocketIo.Engine.Sessions;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Engine;

/// <summary>
/// The server closes while a stock client upgrades. Such a client does not poll again once its probe was answered, and hears of nothing
/// but the end of the upgrade.
/// </summary>
public sealed class ClosingUpgradeTests
{
    /// <summary>The steps at which the server can be made to stand still.</summary>
    public enum Step
    {
        WebSocketAskedFor,
        Probed,
        Upgraded,
    }

    [Test]
    public async Task A_stock_client_gets_its_last_event_and_the_end_at_whatever_step_the_server_closes(
        [Values("4.8", "2")] string version, [Values] Step step, [Values("disconnect", "close", "stop")] string way)
    {
        var opened = new ConcurrentDictionary<string, EngineSession>();
        var connected = new ConcurrentDictionary<EngineSession, Socket>();
        TestServer? server = null;
        await using var started = server = await TestServer.StartSocketIoAsync(
            io => io.OnConnection(socket => connected[socket.EngineSession] = socket),
            options =>
            {
                options.AllowEngineIo3 = true;
                options.Events.OnHeaders((context, _) =>
                {
                    if (step is Step.WebSocketAskedFor && context.Request.Query["transport"] == "websocket")
                        Close(opened[context.Request.Query["sid"]!]);
                });
                options.Events.OnConnection(session =>
                {
                    opened[session.Id] = session;
                    if (step is Step.Probed)
                        session.Events.OnUpgrading(Close);
                    if (step is Step.Upgraded)
                        session.Events.OnUpgraded(Close);
                });
            });
        await using var client = await server.OpenAsync(options: new { client = version, transports = new[] { "polling", "websocket" } });
        Assert.That((await client.NextEventAsync("last")).ToString(), Is.EqualTo("last(1)"));
        Assert.That(await client.DisconnectedAsync(), Is.EqualTo(way == "disconnect" ? "io server disconnect" : "transport close"));
        await Deadlines.Eventually(() => server.Io.Sockets.Count == 0);

        void Close(EngineSession session)
        {
            SpinWait.SpinUntil(() => connected.ContainsKey(session), Deadlines.Default);
            var socket = connected[session];
            _ = socket.EmitAsync("last", 1).AsTask();
            if (way == "disconnect")
                _ = socket.DisconnectAsync(close: true).AsTask();
            else if (way == "close")
                session.Close();
            else
                server!.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        }
    }

    [Test]
    public async Task A_stock_client_hears_of_a_refusal_at_whatever_step_of_its_upgrade([Values("4.8", "2")] string version, [Values] Step step)
    {
        var opened = new ConcurrentDictionary<string, EngineSession>();
        TestServer? server = null;
        await using var started = server = await TestServer.StartSocketIoAsync(
            _ => { },
            options =>
            {
                options.AllowEngineIo3 = true;
                options.Events.OnHeaders((context, _) =>
                {
                    if (step is Step.WebSocketAskedFor && context.Request.Query["transport"] == "websocket")
                        Refuse(opened[context.Request.Query["sid"]!]);
                });
                options.Events.OnConnection(session =>
                {
                    opened[session.Id] = session;
                    if (step is Step.Probed)
                        session.Events.OnUpgrading(Refuse);
                    if (step is Step.Upgraded)
                        session.Events.OnUpgraded(Refuse);
                });
            });
        await using var client = await server.OpenAsync(options: new { client = version, transports = new[] { "polling", "websocket" } });
        var reason = (await client.NextEventAsync("disconnect")).Args[0].GetString();
        Assert.That(reason, Is.AnyOf("transport close", "transport error"), "and not a ping timeout");
        await Deadlines.Eventually(() => server.Io.Sockets.Count == 0);

        void Refuse(EngineSession session)
        {
            SpinWait.SpinUntil(() => server!.Io.Sockets.Count == 1, Deadlines.Default);
            session.Break(DisconnectReason.ParseError.With("an invalid packet"));
        }
    }

    [Test]
    public async Task Stock_clients_get_their_last_event_and_the_end_whenever_the_server_closes([Values("4.8", "2")] string version)
    {
        const int Clients = 60;
        var random = new Random(1);
        await using var server = await TestServer.StartSocketIoAsync(
            io => io.OnConnection(async socket =>
            {
                int delay;
                lock (random)
                    delay = random.Next(25);
                await Task.Delay(delay);
                await socket.EmitAsync("last", 1);
                await socket.DisconnectAsync(close: true);
            }),
            options => options.AllowEngineIo3 = true);
        var ends = Enumerable.Range(0, Clients).Select(async _ =>
        {
            await using var client = await server.OpenAsync(options: new { client = version, transports = new[] { "polling", "websocket" } });
            await client.NextEventAsync("last", TimeSpan.FromSeconds(20));
            return (await client.NextEventAsync("disconnect", TimeSpan.FromSeconds(20))).Args[0].GetString();
        });
        Assert.That(await Task.WhenAll(ends), Is.All.EqualTo("io server disconnect"));
    }
}
