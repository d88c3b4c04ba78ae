using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace SocketIo.Topics;

/// <summary>Asks the store for an answer.</summary>
internal sealed class TopicsHealthCheck(SocketTopics topics) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var name = topics.Service.Store.Name;
        try
        {
            await topics.Service.CheckAsync(cancellationToken).ConfigureAwait(false);
            return HealthCheckResult.Healthy($"The topic store {name} answers.");
        }
        catch (TopicStoreException exception)
        {
            return new(context.Registration.FailureStatus, $"The topic store {name} is away: {exception.Message}", exception);
        }
    }
}
