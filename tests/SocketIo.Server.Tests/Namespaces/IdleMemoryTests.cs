using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SocketIo.Engine;
using SocketIo.Engine.Sessions;
using SocketIo.TestKit;

namespace SocketIo.Server.Tests.Namespaces;

[NonParallelizable]
public class IdleMemoryTests
{
    private const int Clients = 2_000;

    // Of the server's own objects, for a client in one namespace and for each room it is in; measured, rounded up.
    private const long BytesPerClient = 560;
    private const long BytesPerRoom = 80;

    [Test]
    public void An_idle_client_costs_few_bytes_above_its_session()
    {
        using var server = new InMemoryServer();

        // lines of the log are no memory of the client's
        server.Log.Level = LogLevel.Information;
        using var meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var bare = new EngineServer(
            server.Io.Options, "/bare", new Nobody(), server.Clock, NullLoggerFactory.Instance, new EngineMetrics(meters.GetRequiredService<IMeterFactory>()));
        Connect(server.Engine, 10, "40");
        server.Io.SocketsJoinAsync("a", "b", "c").AsTask().Wait();

        var sessions = Grown(() => Connect(bare, Clients, "40"));
        var clients = Grown(() => Connect(server.Engine, Clients, "40"));
        var rooms = Grown(() => server.Io.SocketsJoinAsync("a", "b", "c").AsTask().Wait());

        TestContext.Out.WriteLine($"session {sessions / Clients}, client {(clients - sessions) / Clients}, room {rooms / Clients / 3}");
        Assert.That((clients - sessions) / Clients, Is.LessThanOrEqualTo(BytesPerClient));
        Assert.That(rooms / Clients / 3, Is.LessThanOrEqualTo(BytesPerRoom));
    }

    private static long Grown(Action action)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        action();
        return GC.GetTotalMemory(forceFullCollection: true) - before;
    }

    private static void Connect(EngineServer engine, int count, string packet)
    {
        var request = InMemoryServer.Request();
        for (var i = 0; i < count; i++)
        {
            var session = new EngineSession(engine, SessionStore.NewId(), request, _ => new InMemoryTransport(static _ => { }));
            session.Open();
            session.Receive(session.CurrentTransport, isBinary: false, Encoding.UTF8.GetBytes(packet)).AsTask().Wait();
        }
    }

    private sealed class Nobody : IEngineHandler
    {
        public void OnOpened(EngineSession session)
        {
        }

        public ValueTask OnMessageAsync(EngineSession session, EngineMessage message) => ValueTask.CompletedTask;

        public void OnClosed(EngineSession session, DisconnectReason reason)
        {
        }
    }
}
