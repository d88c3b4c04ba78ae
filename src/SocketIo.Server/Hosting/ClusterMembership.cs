using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SocketIo.Cluster;
using SocketIo.Cluster.Nodes;

namespace SocketIo.Hosting;

/// <summary>Starts the backplane, where there is one, before the server accepts clients, and leaves when these have been disconnected.</summary>
internal sealed class ClusterMembership(IServiceProvider services) : IHostedLifecycleService
{
    private ClusterServer? _cluster;

    /// <summary>Makes a server one of several, if a backplane was added; null for a server alone.</summary>
    public static ClusterServer? Join(IServiceProvider services, TimeProvider time, ILogger logger)
    {
        if (services.GetService<Backplane>() is not { } backplane)
            return null;
        var options = services.GetService<IOptions<ClusterOptions>>()?.Value ?? new ClusterOptions();
        return new ClusterServer(backplane, options, time, logger, services.GetService<IMeterFactory>());
    }

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (services.GetService<Backplane>() is null)
            return;
        _cluster = services.GetRequiredService<SocketIoServer>().Cluster!;
        await _cluster.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync().ConfigureAwait(false);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
