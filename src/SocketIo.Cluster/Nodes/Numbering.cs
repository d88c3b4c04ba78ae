namespace SocketIo.Cluster.Nodes;

/// <summary>
/// Numbers messages for receivers that put them in order: answers for each receiver, all else for all. Numbers begin with the time, so
/// that those that begin anew, since a receiver was forgotten here and this node was not there, follow on the old ones.
/// </summary>
internal sealed class Numbering(TimeProvider time)
{
    // Bits below the milliseconds: more messages than are sent in one.
    private const int CounterBits = 20;

    // A clock may count from anywhere: what is above so many milliseconds, a hundred years, is left out, so that numbers are positive.
    private const long MaxTime = (1L << 42) - 1;

    private readonly Lock _sync = new();

    // guarded by _sync
    private readonly Dictionary<string, long> _answers = new(StringComparer.Ordinal);
    private long _last = BeginningAt(time);

    /// <summary>Whether a number is one with which numbers begin.</summary>
    public static bool IsFirst(long sequence) => (sequence & ((1 << CounterBits) - 1)) == 1;

    /// <summary>Queues a message with its number, in the order of the numbers.</summary>
    /// <returns>Whether it is queued.</returns>
    public bool Send(ClusterMessage message, SendQueue queue, TaskCompletionSource? taken)
    {
        lock (_sync)
            return queue.Send(message with { Sequence = Next(message.Recipient) }, taken);
    }

    public void Forget(string recipient)
    {
        lock (_sync)
            _answers.Remove(recipient);
    }

    private long Next(string? recipient) => recipient is null ? ++_last : _answers[recipient] = _answers.GetValueOrDefault(recipient, BeginningAt(time)) + 1;

    private static long BeginningAt(TimeProvider time) => ((long)time.GetElapsedTime(0).TotalMilliseconds & MaxTime) << CounterBits;
}
