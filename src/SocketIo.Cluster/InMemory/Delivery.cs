namespace SocketIo.Cluster.InMemory;

/// <summary>What a link is given: a message, or the id of a node that is gone, or that entries of the log are gone.</summary>
internal readonly record struct Delivery(InMemoryLink To, ClusterMessage? Message, string? LostNode, bool IsGap = false);
