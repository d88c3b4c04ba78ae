using Microsoft.Extensions.Hosting;

namespace SocketIo.Engine.Epoll;

/// <summary>How long the host waits when it stops: as long as it was given (<see cref="HostOptions.ShutdownTimeout"/>) or asked for.</summary>
internal sealed class HostStop : IHostedLifecycleService
{
    /// <summary>Cancelled when the stop must not take longer; none before it begins, and where no host tells.</summary>
    public CancellationToken Patience { get; private set; }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Comes before the server stops.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        Patience = cancellationToken;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
