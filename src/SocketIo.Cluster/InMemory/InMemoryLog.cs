using System.Globalization;
using System.Runtime.CompilerServices;

namespace SocketIo.Cluster.InMemory;

/// <summary>The broadcasts of one namespace, numbered from 1.</summary>
/// <param name="size">How many are kept.</param>
/// <param name="time">The clock.</param>
/// <param name="failsToSave">Whether a session can't be saved now.</param>
internal sealed class InMemoryLog(int size, TimeProvider time, Func<bool> failsToSave) : ClusterLog
{
    // Below that it is not worth looking for sessions that are over.
    private const int MinPruned = 1000;

    private readonly Lock _sync = new();

    // guarded by _sync; one without a session was taken or removed
    private readonly Dictionary<string, (StoredSession? Session, int Generation, DateTimeOffset Until)> _sessions = new(StringComparer.Ordinal);

    // guarded by _sync: how many sessions there may be before those that are over are removed
    private int _maxSessions = MinPruned;

    // guarded by _sync; the first is number Oldest
    private readonly List<ClusterMessage> _entries = [];
    private long _oldest = 1;

    /// <summary>How many sessions there are, with those that were taken or are over.</summary>
    public int SessionCount
    {
        get
        {
            lock (_sync)
                return _sessions.Count;
        }
    }

    public long Newest
    {
        get
        {
            lock (_sync)
                return _oldest + _entries.Count - 1;
        }
    }

    public long Oldest
    {
        get
        {
            lock (_sync)
                return _oldest;
        }
    }

    public ClusterMessage this[long number]
    {
        get
        {
            lock (_sync)
                return _entries[(int)(number - _oldest)];
        }
    }

    public void Append(ClusterMessage message)
    {
        lock (_sync)
        {
            _entries.Add(message with { Offset = Text(_oldest + _entries.Count) });
            if (_entries.Count <= size)
                return;
            _entries.RemoveAt(0);
            _oldest++;
        }
    }

    public override bool IsOffset(string text) => TryNumber(text, out _);

    public override int Compare(string first, string second) => Number(first).CompareTo(Number(second));

    public override ValueTask<string> GetNewestAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Text(Newest));

    public override async IAsyncEnumerable<ClusterMessage> ReadAsync(string after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        var number = Number(after);
        while (TryNext(number, after, out var entry))
        {
            yield return entry!;
            number++;
        }
    }

    public override ValueTask SaveAsync(StoredSession session, TimeSpan keep, CancellationToken cancellationToken)
    {
        if (failsToSave())
            return ValueTask.FromException(new IOException("The session could not be saved."));
        Put(session.Pid, session, session.Generation, keep);
        return ValueTask.CompletedTask;
    }

    public override ValueTask<StoredSession?> FindAsync(string pid, CancellationToken cancellationToken)
    {
        lock (_sync)
            return ValueTask.FromResult(Find(pid));
    }

    public override ValueTask<StoredSession?> TakeAsync(string pid, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            var session = Find(pid);
            if (session is not null)
                _sessions[pid] = (null, session.Generation + 1, _sessions[pid].Until);
            return ValueTask.FromResult(session);
        }
    }

    public override ValueTask RemoveAsync(string pid, int generation, TimeSpan keep, CancellationToken cancellationToken)
    {
        Put(pid, null, generation, keep);
        return ValueTask.CompletedTask;
    }

    private void Put(string pid, StoredSession? session, int generation, TimeSpan keep)
    {
        lock (_sync)
        {
            if (!_sessions.TryGetValue(pid, out var kept) || kept.Generation <= generation)
                _sessions[pid] = (session, generation, time.GetUtcNow() + keep);
            if (_sessions.Count > _maxSessions)
                Prune();
        }
    }

    // Guarded by _sync. The next time when there are twice as many: so it costs each session the same.
    private void Prune()
    {
        var now = time.GetUtcNow();
        foreach (var (pid, kept) in _sessions)
        {
            if (kept.Until <= now)
                _sessions.Remove(pid);
        }
        _maxSessions = Math.Max(MinPruned, 2 * _sessions.Count);
    }

    // guarded by _sync
    private StoredSession? Find(string pid) => _sessions.TryGetValue(pid, out var kept) && kept.Until > time.GetUtcNow() ? kept.Session : null;

    private bool TryNext(long number, string after, out ClusterMessage? entry)
    {
        lock (_sync)
        {
            // 0 stands for the beginning
            if (number > 0 && number < _oldest || number == 0 && _oldest > 1 || number >= _oldest + _entries.Count)
                throw new EntryGoneException(after);
            var index = (int)(number + 1 - _oldest);
            entry = index < _entries.Count ? _entries[index] : null;
            return entry is not null;
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static bool TryNumber(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static long Number(string offset) => TryNumber(offset, out var number) ? number : throw new FormatException($"{offset} is no offset.");
}
