using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SocketIo.Cluster;
using SocketIo.Engine;
using SocketIo.Engine.Hosting;
using SocketIo.Hosting;

namespace SocketIo;

/// <summary>Adds a Socket.IO server to an application.</summary>
public static class SocketIoExtensions
{
    /// <summary>
    /// Adds the server, a singleton <see cref="SocketIoServer"/> that can be injected anywhere, also as <see cref="IBroadcaster"/>. The options are
    /// validated when the host starts.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets options; called when they are first needed.</param>
    /// <returns>For the extensions of other packages, such as <c>AddMessagePack</c>.</returns>
    public static SocketIoBuilder AddSocketIo(this IServiceCollection services, Action<SocketIoOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<SocketIoOptions>().ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SocketIoOptions>, SocketIoOptionsValidator>());
        services.TryAddSingleton(static provider => new SocketIoServer(
            provider,
            provider.GetRequiredService<IOptions<SocketIoOptions>>(),
            provider.GetRequiredService<ILoggerFactory>(),
            provider.GetService<TimeProvider>()));
        services.AddOptions<ClusterOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ClusterOptions>, ClusterOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ClusterMembership>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, HandlersEnd>());
        services.TryAddSingleton<IBroadcaster>(static provider => provider.GetRequiredService<SocketIoServer>());
        return new SocketIoBuilder(services);
    }

    /// <summary>Says how the server takes part in a cluster, for whichever backplane is added.</summary>
    /// <param name="builder">What <see cref="AddSocketIo"/> returned.</param>
    /// <param name="configure">Sets options; called when they are first needed.</param>
    /// <returns>The builder.</returns>
    public static SocketIoBuilder ConfigureCluster(this SocketIoBuilder builder, Action<ClusterOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.Services.Configure(configure);
        return builder;
    }

    /// <summary>
    /// Adds a health check that says whether the server is connected with the others. While it is not, own clients are served as on a server alone; so
    /// the default is to report it as degraded: an orchestrator that takes unhealthy servers out would take out all of them at once.
    /// </summary>
    /// <param name="builder">What <c>AddHealthChecks</c> returned.</param>
    /// <param name="name">The name of the check.</param>
    /// <param name="failureStatus">What is reported while the backplane is away.</param>
    /// <param name="tags">By which checks are selected.</param>
    /// <returns>The builder.</returns>
    public static IHealthChecksBuilder AddSocketIoCluster(
        this IHealthChecksBuilder builder, string name = "socketio-cluster", HealthStatus failureStatus = HealthStatus.Degraded, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddCheck<ClusterHealthCheck>(name, failureStatus, tags ?? []);
    }

    /// <summary>
    /// Serves the server under a path. Clients are disconnected with reason "server shutting down", and what they have queued sent,
    /// when the host begins to stop; stock clients then reconnect.
    /// </summary>
    /// <param name="endpoints">Where to map.</param>
    /// <param name="path">The path; null takes <see cref="EngineOptions.Path"/>, "/socket.io" by default.</param>
    /// <returns>For conventions such as <c>RequireAuthorization</c>, which hold for every request under the path.</returns>
    /// <exception cref="ArgumentException">The path cannot work: it must start with a slash, as <see cref="EngineOptions.Path"/>.</exception>
    /// <exception cref="InvalidOperationException"><see cref="AddSocketIo"/> was not called, or the path is mapped already.</exception>
    public static IEndpointConventionBuilder MapSocketIo(this IEndpointRouteBuilder endpoints, string? path = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        if (path is not null && !EnginePath.IsValid(path))
            throw new ArgumentException($"The path must {EnginePath.Rule}, not \"{path}\".", nameof(path));
        var services = endpoints.ServiceProvider;
        var io = services.GetService<SocketIoServer>()
            ?? throw new InvalidOperationException($"Call {nameof(AddSocketIo)} on the services before {nameof(MapSocketIo)}.");
        path ??= io.Options.Path;
        MappedPaths.Add(endpoints, path);
        var server = EngineExtensions.CreateServer(services, io.Options, path, io.CreateHandler(), io.Unfinished);
        return EngineExtensions.Map(endpoints, server, io.Options.ServeClient ? ServeClient : null);
    }

    private static Task? ServeClient(HttpContext context, string file) =>
        ClientBundle.TryGet(file, out _) ? ClientBundle.ServeAsync(context, file) : null;
}
