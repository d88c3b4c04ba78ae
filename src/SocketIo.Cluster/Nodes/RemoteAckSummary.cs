namespace SocketIo.Cluster.Nodes;

/// <summary>What is missing of the acknowledgements of other servers' sockets.</summary>
/// <param name="SocketIds">The sockets that have not answered, as far as their servers told their ids.</param>
/// <param name="Count">How many sockets have not answered, those included.</param>
/// <param name="Nodes">The servers of which it is not known how many sockets got the event.</param>
internal readonly record struct RemoteAckSummary(IReadOnlyList<string> SocketIds, int Count, MissingNodes Nodes);
