using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using SocketIo.Engine.Epoll;

namespace SocketIo.Engine;

/// <summary>Turns the transport for Linux on.</summary>
public static class EpollExtensions
{
    /// <summary>
    /// Has Kestrel use a transport of this library for its TCP addresses, on Linux (x64 and ARM64); elsewhere it changes nothing.
    /// It costs less CPU time for each message, and a WebSocket without TLS keeps a fraction of the memory, since the request that
    /// became the WebSocket ends when the WebSocket begins.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Handlers, and the application's other endpoints, run on the thread that has waited for the connection's bytes. One that
    /// blocks for more than about ten milliseconds, or computes for more than fifty, loses that place to another thread, and for a
    /// while the thread pool serves; until then the connections of the same thread wait. So short handlers cost least, and long ones
    /// do no harm.
    /// </para>
    /// <para>
    /// For a WebSocket on HTTP/1.1 without TLS, <see cref="EngineSession.HttpContext"/> is a copy from the start: headers, query,
    /// connection, user and items, as for a client that polls. What middleware does behind
    /// <c>await next()</c> comes at once, and Kestrel's limits and metrics of connections do not count the WebSocket any more. When
    /// the host stops, it waits for such WebSockets to close, for ten seconds and <c>HostOptions.ShutdownTimeout</c> at most.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentException">At start, when an option has a value that cannot work.</exception>
    public static IWebHostBuilder UseEpoll(this IWebHostBuilder builder, Action<EpollOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (!Libc.IsSupported)
            return builder;
        return builder.ConfigureServices(services =>
        {
            services.AddOptions<EpollOptions>()
                .Validate(options => options.Threads is >= 1 and <= 1024, $"{nameof(EpollOptions.Threads)} must be from 1 to 1024.")
                .Validate(options => options.Backlog >= 1, $"{nameof(EpollOptions.Backlog)} must be at least 1.")
                .ValidateOnStart();
            if (configure is not null)
                services.Configure(configure);

            // Kestrel asks the last one first
            services.AddSingleton<IConnectionListenerFactory, EpollTransport>();
            services.TryAddSingleton<HostStop>();
            services.AddHostedService(static services => services.GetRequiredService<HostStop>());
        });
    }
}
