using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SocketIo.Engine.Sessions;

namespace SocketIo.TestKit;

/// <summary>
/// A real server over real sessions without a network, in a time of its own. Disposing it fails the test if a warning or an error
/// was logged that the test did not expect (<see cref="LogSink.Expect"/>).
/// </summary>
internal sealed class InMemoryServer : IDisposable
{
    private readonly ServiceProvider _services;

    public InMemoryServer(Action<SocketIoOptions>? options = null, Action<IServiceCollection>? services = null)
    {
        // as on a server: what a test completes goes on inline, not by way of the test framework's context
        SynchronizationContext.SetSynchronizationContext(null);
        var collection = new ServiceCollection();
        collection.AddLogging(logging => logging.ClearProviders().AddProvider(Log).SetMinimumLevel(LogLevel.Debug));
        collection.AddMetrics();
        collection.AddSingleton<TimeProvider>(Clock);
        collection.AddSocketIo(options);
        services?.Invoke(collection);
        _services = collection.BuildServiceProvider(validateScopes: true);
        Io = _services.GetRequiredService<SocketIoServer>();
        Engine = new EngineServer(
            Io.Options,
            Io.Options.Path,
            Io.CreateHandler(),
            Clock,
            _services.GetRequiredService<ILoggerFactory>(),
            new EngineMetrics(_services.GetRequiredService<IMeterFactory>()));
    }

    public SocketIoServer Io { get; }

    public ManualClock Clock { get; } = new();

    public LogSink Log { get; } = new();

    public EngineServer Engine { get; }

    /// <summary>The factory of the engine's meter.</summary>
    public IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    public static HttpContext Request()
    {
        var context = new DefaultHttpContext();
        context.Request.Path = "/socket.io/";
        context.Request.QueryString = new QueryString("?EIO=4&transport=websocket");
        return context;
    }

    /// <summary>A client that has not joined a namespace yet.</summary>
    public InMemoryClient Open() => new(this);

    /// <summary>A client that has joined a namespace, and its socket.</summary>
    public (InMemoryClient Client, Socket Socket) Connect(string @namespace = "/")
    {
        var client = Open();
        return (client, client.Join(@namespace));
    }

    /// <summary>Several clients that have joined a namespace.</summary>
    public (InMemoryClient Client, Socket Socket)[] Connect(int count, string @namespace = "/") =>
        [.. Enumerable.Range(0, count).Select(_ => Connect(@namespace))];

    public void Dispose()
    {
        Engine.StopAndSettle();
        Engine.Dispose();
        _services.Dispose();
        Log.AssertNothingUnexpected();
    }
}
