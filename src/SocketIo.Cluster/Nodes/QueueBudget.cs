namespace SocketIo.Cluster.Nodes;

/// <summary>The bytes that may wait for the backplane, in all namespaces together.</summary>
internal sealed class QueueBudget(long max)
{
    private long _bytes;

    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Takes bytes; false when there are not enough left.</summary>
    public bool TryTake(int bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) <= max)
            return true;
        Return(bytes);
        return false;
    }

    public void Return(int bytes) => Interlocked.Add(ref _bytes, -bytes);
}
