using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SocketIo.Engine;
using SocketIo.Engine.Sessions;

namespace SocketIo.Benchmarks.Support;

/// <summary>A real server, namespace, sessions and outboxes; only the network is missing, and the heartbeat never beats.</summary>
internal sealed class NullServer : IDisposable
{
    private static readonly DefaultHttpContext Request = new();

    private readonly ServiceProvider _services;
    private readonly EngineServer _engine;
    private Socket? _connected;

    public NullServer()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddMetrics();
        services.AddSingleton<TimeProvider>(new TimeWithoutTimers());
        services.AddSocketIo();
        _services = services.BuildServiceProvider();
        Io = _services.GetRequiredService<SocketIoServer>();
        Io.OnConnection(socket => _connected = socket);
        _engine = new EngineServer(
            Io.Options,
            Io.Options.Path,
            Io.CreateHandler(),
            Io.Time,
            _services.GetRequiredService<ILoggerFactory>(),
            new EngineMetrics(_services.GetRequiredService<IMeterFactory>()));
    }

    public SocketIoServer Io { get; }

    /// <summary>A socket of a new connection, in the namespace "/".</summary>
    /// <param name="writeCost">See <see cref="NullTransport.WriteCost"/>.</param>
    public Socket Connect(int writeCost = 0) => Connect(new NullTransport { WriteCost = writeCost });

    /// <summary>A socket of a new connection on that transport, in the namespace "/".</summary>
    public Socket Connect(Transport transport)
    {
        var session = new EngineSession(_engine, SessionStore.NewId(), Request, _ => transport);
        session.Open();
        Receive(session, "40"u8);
        return _connected!;
    }

    public Socket[] Connect(int count, int writeCost) => [.. Enumerable.Range(0, count).Select(_ => Connect(writeCost))];

    /// <summary>A packet of the socket's client, with the Engine.IO type in front.</summary>
    public static void Receive(Socket socket, ReadOnlySpan<byte> packet) => Receive(socket.Client.Session, packet);

    public void Dispose()
    {
        _engine.Dispose();
        _services.Dispose();
    }

    private static void Receive(EngineSession session, ReadOnlySpan<byte> packet)
    {
        if (!session.Receive(session.CurrentTransport, isBinary: false, packet).IsCompletedSuccessfully)
            throw new InvalidOperationException("The packet was not handled at once.");
    }

    // No pings, and no timeouts while a benchmark runs for minutes.
    private sealed class TimeWithoutTimers : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
