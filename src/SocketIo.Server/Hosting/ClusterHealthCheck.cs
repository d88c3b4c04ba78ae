using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace SocketIo.Hosting;

/// <summary>Says whether the server reaches the others.</summary>
internal sealed class ClusterHealthCheck(SocketIoServer server) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (server.Cluster is not { } cluster)
            return Task.FromResult(HealthCheckResult.Healthy("The server is alone: it has no backplane."));
        var state = cluster.Backplane.State;
        var data = new Dictionary<string, object>
        {
            ["backplane"] = cluster.Backplane.Name, ["node"] = cluster.Backplane.NodeId, ["since"] = state.Since,
            ["servers"] = cluster.Peers.Count, ["queuedBytes"] = cluster.Budget.Bytes,
        };
        var fault = !state.IsConnected ? $"The backplane is away: {state.Reason}"
            : cluster.Reports.RefusalSince(state.Since) is { } refusal ? $"The backplane does not take what it is sent: {refusal}"
            : null;
        return Task.FromResult(fault is null
            ? HealthCheckResult.Healthy("The backplane is connected.", data)
            : new HealthCheckResult(context.Registration.FailureStatus, fault, data: data));
    }
}
