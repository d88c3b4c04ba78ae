namespace SocketIo.Cluster.Nodes;

/// <summary>What the other nodes answered, and who did not.</summary>
internal readonly record struct Collected<T>(IReadOnlyList<T> Items, MissingNodes Missing);
