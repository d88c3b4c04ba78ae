using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SocketIo.Engine;
using SocketIo.Hosting;

namespace SocketIo;

/// <summary>Adds a Socket.IO server to an application.</summary>
public static class SocketIoExtensions
{
    /// <summary>Adds the server, a singleton <see cref="SocketIoServer"/>. The options are validated when the host starts.</summary>
    public static SocketIoBuilder AddSocketIo(this IServiceCollection services, Action<SocketIoOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<SocketIoOptions>().ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SocketIoOptions>, SocketIoOptionsValidator>());
        services.TryAddSingleton<SocketIoServer>();
        return new SocketIoBuilder(services);
    }

    /// <summary>
    /// Serves the server under a path. Clients are disconnected with reason "server shutting down", and what they have queued sent,
    /// when the host begins to stop; stock clients then reconnect.
    /// </summary>
    /// <param name="endpoints">Where to map.</param>
    /// <param name="path">The path; null takes <see cref="EngineOptions.Path"/>, "/socket.io" by default.</param>
    /// <returns>For conventions such as <c>RequireAuthorization</c>, which hold for every request under the path.</returns>
    /// <exception cref="InvalidOperationException"><see cref="AddSocketIo"/> was not called.</exception>
    public static IEndpointConventionBuilder MapSocketIo(this IEndpointRouteBuilder endpoints, string? path = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var services = endpoints.ServiceProvider;
        var io = services.GetService<SocketIoServer>()
            ?? throw new InvalidOperationException($"Call {nameof(AddSocketIo)} on the services before {nameof(MapSocketIo)}.");
        var server = EngineExtensions.CreateServer(services, io.Options, path ?? io.Options.Path, io.CreateHandler());
        return EngineExtensions.Map(endpoints, server, io.Options.ServeClient ? ServeClient : null);
    }

    private static Task? ServeClient(HttpContext context, string file) =>
        ClientBundle.TryGet(file, out _) ? ClientBundle.ServeAsync(context, file) : null;
}
