namespace SocketIo.Sockets;

/// <summary>How long an acknowledgement may be waited for.</summary>
internal static class AckTimeout
{
    // the most that a timer takes, about 49 days
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    /// <exception cref="ArgumentOutOfRangeException">It is no time that a timer can wait.</exception>
    public static void Check(TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timeout, Longest);
    }
}
