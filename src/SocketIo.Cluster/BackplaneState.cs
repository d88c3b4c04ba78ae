namespace SocketIo.Cluster;

/// <summary>Whether a backplane can be used, and since when.</summary>
/// <param name="IsConnected">
/// Whether messages reach the other nodes and theirs reach this one. While it is false messages to others are kept, as far as
/// <see cref="ClusterOptions.MaxQueuedBytes"/> allows.
/// </param>
/// <param name="Since">When that began.</param>
/// <param name="Reason">Why the backplane is away, for logs and the health check; null while it is connected.</param>
public readonly record struct BackplaneState(bool IsConnected, DateTimeOffset Since, string? Reason);
