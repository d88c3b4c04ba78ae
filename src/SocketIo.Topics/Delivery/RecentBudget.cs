namespace SocketIo.Topics;

/// <summary>The bytes that recent events of all topics may occupy together. One topic may have a quarter of them.</summary>
internal sealed class RecentBudget(long maxBytes)
{
    private long _bytes;

    /// <summary>Takes some, unless there are none left.</summary>
    /// <param name="taken">What the topic has already.</param>
    /// <param name="bytes">What it wants.</param>
    public bool TryTake(long taken, int bytes)
    {
        if (taken + bytes > maxBytes / 4)
            return false;
        if (Interlocked.Add(ref _bytes, bytes) <= maxBytes)
            return true;
        Return(bytes);
        return false;
    }

    public void Return(int bytes) => Interlocked.Add(ref _bytes, -bytes);
}
