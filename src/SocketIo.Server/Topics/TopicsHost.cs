using Microsoft.Extensions.Hosting;

namespace SocketIo.Topics;

/// <summary>Opens the store before the server accepts clients, and takes leave of it when they have gone.</summary>
internal sealed class TopicsHost(SocketTopics topics, SocketIoServer server) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => topics.Service.StartAsync(cancellationToken);

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // their last events are stored
        await server.WaitForHandlersAsync(cancellationToken).ConfigureAwait(false);
        await topics.Service.DisposeAsync().AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
    }
}
