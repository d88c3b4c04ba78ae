namespace Cluster;

/// <summary>The nodes from their start to their end, with restarts between.</summary>
internal sealed class RunningNodes : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    private RunningNodes(NodeProcess[] nodes) => _running = Task.WhenAll(nodes.Select(node => node.RunAsync(_stop.Token)));

    public static async Task<RunningNodes> StartAsync(NodeProcess[] nodes)
    {
        var running = new RunningNodes(nodes);
        await Task.WhenAll(nodes.Select(static node => node.WhenUp));
        return running;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }
}
