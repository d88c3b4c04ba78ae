namespace SocketIo.Cluster.Nodes;

/// <summary>A request that each node answers once.</summary>
internal abstract class CollectingRequest<T>(string id, TimeSpan timeout, TimeProvider time) : ClusterRequest(id, timeout, time)
{
    private readonly List<T> _items = [];
    private readonly TaskCompletionSource<Collected<T>> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<Collected<T>> Result => _result.Task;

    protected override void Take(ClusterMessage answer)
    {
        if (answer.Type is MessageType.BroadcastAckLost)
            Expectation.Refuse(answer.Sender);
        else if (Expectation.Answer(answer.Sender))
            Add(_items, answer);
    }

    protected override void Complete(in MissingNodes missing) => _result.TrySetResult(new Collected<T>([.. _items], missing));

    /// <summary>Adds what an answer brings.</summary>
    protected abstract void Add(List<T> items, ClusterMessage answer);
}
