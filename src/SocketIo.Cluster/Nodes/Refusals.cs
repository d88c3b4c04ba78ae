namespace SocketIo.Cluster.Nodes;

/// <summary>Whether most messages of a kind are refused or lost, judged by those of the last seconds. Called by anybody.</summary>
internal sealed class Refusals(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    // For so long the last that was heard holds where nothing is sent.
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(1);

    private long _begin = time.GetTimestamp();

    // of this window
    private long _sent;
    private long _refused;
    private Refusal? _latest;

    private Refusal? _known;

    /// <summary>Why, and when one of them last was; null when most are taken.</summary>
    public Refusal? Known => Volatile.Read(ref _known);

    /// <summary>One was sent; those that are refused count too.</summary>
    public void CountSent() => Interlocked.Increment(ref _sent);

    /// <summary>One of them was refused.</summary>
    public void Add(string reason)
    {
        Volatile.Write(ref _latest, new Refusal(reason, time.GetUtcNow()));
        Interlocked.Increment(ref _refused);
    }

    /// <summary>Judges anew. Called now and then, by one at a time.</summary>
    public void Look()
    {
        var (sent, refused) = (Volatile.Read(ref _sent), Volatile.Read(ref _refused));
        var areMost = refused > 0 && 2 * refused >= sent;
        if (areMost)
            Volatile.Write(ref _known, Volatile.Read(ref _latest));
        if (time.GetElapsedTime(_begin) < Window)
            return;
        if (!areMost && (sent > 0 || time.GetUtcNow() - Known?.At > MaxAge))
            Volatile.Write(ref _known, null);
        _begin = time.GetTimestamp();
        Interlocked.Add(ref _sent, -sent);
        Interlocked.Add(ref _refused, -refused);
    }

    /// <summary>A refusal.</summary>
    /// <param name="Reason">What the backplane said.</param>
    /// <param name="At">When.</param>
    public sealed record Refusal(string Reason, DateTimeOffset At);
}
