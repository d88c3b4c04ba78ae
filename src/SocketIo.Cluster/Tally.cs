namespace SocketIo.Cluster;

/// <summary>Counts what is alike and may be very often, so that the log has one line of many.</summary>
internal sealed class Tally
{
    private long _count;
    private string _reason = "";
    private long? _takenAt;

    /// <summary>It was there again. Called by anybody.</summary>
    public void Add(int count, string reason = "")
    {
        Volatile.Write(ref _reason, reason);
        Interlocked.Add(ref _count, count);
    }

    /// <summary>Whether there is something to tell, and it is time to. Called by one at a time.</summary>
    public bool TryTake(TimeProvider time, TimeSpan interval, out long count, out string reason)
    {
        (count, reason) = (0, Volatile.Read(ref _reason));
        if (Volatile.Read(ref _count) == 0 || (_takenAt is { } at && time.GetElapsedTime(at) < interval))
            return false;
        _takenAt = time.GetTimestamp();
        count = Interlocked.Exchange(ref _count, 0);
        return true;
    }
}
