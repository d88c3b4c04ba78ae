namespace SocketIo.Cluster.Nodes;

/// <summary>Collects what other nodes answer to an event for servers.</summary>
internal sealed class ServerSideRequest(string id, TimeSpan timeout, TimeProvider time) : CollectingRequest<ServerAnswer>(id, timeout, time)
{
    protected override void Add(List<ServerAnswer> items, ClusterMessage answer) => items.Add(new ServerAnswer(answer.Sender, answer.Data));
}
