namespace SocketIo.Cluster.Nodes;

/// <summary>Waits until one node has let go of a client, or is gone.</summary>
internal sealed class ReleaseRequest(string id, string owner, TimeSpan timeout, TimeProvider time) : ClusterRequest(id, timeout, time)
{
    private readonly TaskCompletionSource _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isOver; // guarded by Sync

    public Task Result => _result.Task;

    public override string? Asked => owner;

    protected override IEnumerable<string> Owing => [owner];

    protected override bool IsComplete => _isOver;

    protected override void Take(ClusterMessage answer) => _isOver |= answer.Sender == owner;

    protected override void OnLost(string nodeId) => _isOver |= nodeId == owner;

    protected override void Complete(in MissingNodes missing) => _result.TrySetResult();
}
