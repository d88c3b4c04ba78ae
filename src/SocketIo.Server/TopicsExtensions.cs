using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SocketIo.Engine;
using SocketIo.Topics;

namespace SocketIo;

/// <summary>Adds topics: events that wait for their receivers.</summary>
public static class TopicsExtensions
{
    /// <summary>
    /// Adds topics to the server: <see cref="Namespace.Topic"/> stores events, <see cref="Socket.SubscribeAsync"/> delivers them. Kept in memory
    /// unless the options name a store, such as <c>topics.UseSqlite("events.db")</c>. The store is opened before the server accepts clients; one
    /// that is away then is tried again.
    /// </summary>
    /// <param name="builder">What <c>AddSocketIo</c> returned.</param>
    /// <param name="configure">Names the store and sets options. Validated when the host starts.</param>
    /// <returns>The builder.</returns>
    public static SocketIoBuilder AddTopics(this SocketIoBuilder builder, Action<TopicsOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = builder.Services.AddOptions<TopicsOptions>().ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TopicsOptions>, TopicsOptionsValidator>());
        builder.Services.AddMetrics();
        builder.Services.TryAddSingleton(CreateTopics);
        builder.Services.AddHostedService<TopicsHost>();
        return builder;
    }

    /// <summary>Adds a health check that is unhealthy while the store of the topics does not answer.</summary>
    /// <param name="builder">What <c>AddHealthChecks</c> returned.</param>
    /// <param name="name">The name of the check.</param>
    /// <param name="failureStatus">What is reported when the store is away; null for <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Tags of the check.</param>
    /// <returns>The builder.</returns>
    public static IHealthChecksBuilder AddSocketIoTopics(
        this IHealthChecksBuilder builder, string name = "socketio-topics", HealthStatus? failureStatus = null, params IEnumerable<string> tags)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddCheck<TopicsHealthCheck>(name, failureStatus, tags);
    }

    private static SocketTopics CreateTopics(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<TopicsOptions>>().Value;
        return new SocketTopics(new TopicService(
            options.CreateStore(services),
            options,
            services.GetService<TimeProvider>() ?? TimeProvider.System,
            new SafeLogger(services.GetRequiredService<ILoggerFactory>().CreateLogger("SocketIo.Topics")),
            services.GetRequiredService<IMeterFactory>().Create(TopicMetrics.MeterName)));
    }
}
