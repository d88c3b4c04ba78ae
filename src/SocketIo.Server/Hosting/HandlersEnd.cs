using Microsoft.Extensions.Hosting;

namespace SocketIo.Hosting;

/// <summary>When the host stops, handlers that run may end, and those that are told of the disconnects.</summary>
internal sealed class HandlersEnd(SocketIoServer server) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => server.WaitForHandlersAsync(cancellationToken);
}
