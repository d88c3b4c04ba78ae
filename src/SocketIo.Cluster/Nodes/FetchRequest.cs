namespace SocketIo.Cluster.Nodes;

/// <summary>Collects the sockets of other nodes.</summary>
internal sealed class FetchRequest(string id, TimeSpan timeout, TimeProvider time) : CollectingRequest<RemoteSocketData>(id, timeout, time)
{
    protected override void Add(List<RemoteSocketData> items, ClusterMessage answer) => items.AddRange(answer.Sockets);
}
