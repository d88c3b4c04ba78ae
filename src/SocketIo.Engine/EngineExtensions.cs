using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SocketIo.Engine.Hosting;
using SocketIo.Engine.Sessions;

namespace SocketIo.Engine;

/// <summary>Maps Engine.IO endpoints.</summary>
public static class EngineExtensions
{
    /// <summary>
    /// Serves Engine.IO v4 under a path: long-polling, WebSocket and the upgrade between them. Sessions are closed, with what they
    /// have queued sent, when the host begins to stop.
    /// </summary>
    /// <param name="endpoints">Where to map.</param>
    /// <param name="path">The path, such as "/engine.io".</param>
    /// <param name="handler">What the application does with the connections.</param>
    /// <param name="configure">Changes the options; the path is the one given here.</param>
    /// <returns>For conventions such as <c>RequireAuthorization</c>, which hold for every request of a session.</returns>
    /// <exception cref="ArgumentException">Options have values that cannot work, the path included; all of them are named.</exception>
    /// <exception cref="InvalidOperationException">The path is mapped already.</exception>
    public static IEndpointConventionBuilder MapEngineIo(
        this IEndpointRouteBuilder endpoints, string path, IEngineHandler handler, Action<EngineOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(handler);
        var options = new EngineOptions();
        configure?.Invoke(options);
        options.Path = path;
        options.Validate();
        MappedPaths.Add(endpoints, path);
        var server = CreateServer(endpoints.ServiceProvider, options, path, handler, new UnfinishedWork());
        return Map(endpoints, server, serveFile: null);
    }

    internal static EngineServer CreateServer(
        IServiceProvider services, EngineOptions options, string path, IEngineHandler handler, UnfinishedWork unfinished)
    {
        var server = new EngineServer(
            options,
            path,
            handler,
            services.GetService<TimeProvider>() ?? TimeProvider.System,
            services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance,
            new EngineMetrics(services.GetRequiredService<IMeterFactory>()))
        {
            Scopes = services.GetRequiredService<IServiceScopeFactory>(),
            Unfinished = unfinished,
        };
        var lifetime = services.GetRequiredService<IHostApplicationLifetime>();
        lifetime.ApplicationStopping.Register(server.Stop);
        lifetime.ApplicationStopped.Register(server.Dispose);
        return server;
    }

    /// <summary>Maps the path; <paramref name="serveFile"/> may answer requests for files under it, and answers null for others.</summary>
    internal static IEndpointConventionBuilder Map(
        IEndpointRouteBuilder endpoints, EngineServer server, Func<HttpContext, string, Task?>? serveFile)
    {
        var loggers = endpoints.ServiceProvider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
        var headers = new ResponseHeaders(server);
        var errors = new ErrorAnswer(server);
        var limits = new SessionLimits(server);
        var acceptor = new WebSocketAcceptor(server, limits, headers, errors);
        var admission = new Admission(server, limits, new PollingOpener(server, limits, headers, errors), acceptor, errors);
        var origins = new OriginRules(server, new CorsService(Options.Create(new CorsOptions()), loggers));
        var router = new Router(server, admission, acceptor, headers, errors, origins, serveFile);

        // routes that do not both match the path, so that no route values are made of it: they are kept as long as the request
        var group = endpoints.MapGroup(server.Path.TrimEnd('/'));
        group.Map("/", router.HandleAsync);
        group.Map($"/{{{Router.FileRouteValue}}}/{{**{Router.RestRouteValue}}}", router.HandleFileAsync);

        // a poll waits as long as nothing comes, and a WebSocket stays: an application's timeout for all requests is not meant for them
        return group.WithDisplayName("Engine.IO " + server.Path).DisableRequestTimeout();
    }
}
