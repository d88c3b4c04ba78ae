using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using SocketIo.Engine;
using SocketIo.Engine.Sessions;
using SocketIo.TestKit;

namespace SocketIo.Functional.Tests.Engine;

/// <summary>
/// The engine alone under "/engine.io" on real Kestrel. Disposing it stops the host and checks that no session is left behind.
/// </summary>
internal sealed class EngineHost : IAsyncDisposable
{
    private readonly TestServer _server;

    private EngineHost(TestServer server, EngineServer engine, Echo app)
    {
        _server = server;
        Engine = engine;
        App = app;
    }

    public EngineServer Engine { get; }

    public Echo App { get; }

    public Uri Address => _server.Address;

    public LogSink Log => _server.Log;

    public int SessionCount => Engine.Sessions.Count;

    public static async Task<EngineHost> StartAsync(
        Action<EngineOptions>? configure = null,
        Echo? app = null,
        TimeProvider? time = null,
        bool https = false,
        HttpProtocols? protocols = null,
        Action<WebApplicationBuilder>? build = null,
        Action<WebApplication>? map = null,
        Action<IEndpointConventionBuilder>? conventions = null)
    {
        app ??= new Echo();
        EngineServer? engine = null;
        var server = await TestServer.StartAsync(
            web =>
            {
                map?.Invoke(web);
                var options = new EngineOptions();
                configure?.Invoke(options);
                engine = EngineExtensions.CreateServer(web.Services, options, options.Path, app, new UnfinishedWork());
                var endpoint = EngineExtensions.Map(web, engine, serveFile: null);
                conventions?.Invoke(endpoint);
            },
            builder =>
            {
                if (time is not null)
                    builder.Services.AddSingleton(time);
                build?.Invoke(builder);
            },
            https,
            protocols);
        return new EngineHost(server, engine!, app);
    }

    public EngineSession Session(string sid) => App.Sessions[sid];

    public Task StopAsync() => _server.StopAsync();

    public Task HasNoSessions() => Deadlines.Eventually(() => SessionCount == 0);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Assert.That(SessionCount, Is.Zero, "a session was left behind");
    }
}
