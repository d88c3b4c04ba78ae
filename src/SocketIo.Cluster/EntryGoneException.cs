namespace SocketIo.Cluster;

/// <summary>An entry of a <see cref="ClusterLog"/> is not kept any more, so that what follows it cannot be told completely.</summary>
public sealed class EntryGoneException(string offset) : Exception($"The entry {offset} of the log is gone.")
{
    /// <summary>The offset that was asked for.</summary>
    public string Offset { get; } = offset;
}
