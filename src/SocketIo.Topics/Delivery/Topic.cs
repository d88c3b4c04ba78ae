namespace SocketIo.Topics;

/// <summary>A topic that has receivers on this server: what is new in it, and who is to hear of it.</summary>
internal sealed class Topic(TopicName name, StoreReads reads, RecentBudget budget)
{
    private readonly Lock _sync = new();

    // guarded by _sync
    private readonly HashSet<Follower> _followers = [];
    private readonly RecentEvents _recent = new(budget);

    // Pages that are being read, by what is asked for: receivers at one place share a page.
    private readonly Dictionary<(long After, int Count), TaskCompletionSource<TopicPage>> _pages = [];

    // The followers as they are walked; null when they have changed. Written under _sync.
    private Follower[]? _walked;
    private long _last;

    public TopicName Name => name;

    /// <summary>How many subscriptions use it; guarded by the lock of the service.</summary>
    public int Users { get; set; }

    /// <summary>Whether it is to be told that a batch has changed it; used by the queue's thread only.</summary>
    public bool IsChanged { get; set; }

    /// <summary>The last event that this server has stored or found; used where batches are executed, one at a time.</summary>
    public long LastOwn { get; set; }

    /// <summary>The last event that is known to be stored.</summary>
    public long Last => Volatile.Read(ref _last);

    public void Add(Follower follower)
    {
        lock (_sync)
        {
            _followers.Add(follower);
            _walked = null;
        }
    }

    public void Remove(Follower follower)
    {
        lock (_sync)
        {
            _followers.Remove(follower);
            _walked = null;
            if (_followers.Count == 0)
                _recent.Clear();
        }
    }

    /// <summary>This server has stored an event. Tells nobody: see <see cref="Signal"/>.</summary>
    public void Append(StoredEvent stored)
    {
        lock (_sync)
        {
            // what another server has stored in between is read when it is asked for
            if (_followers.Count > 0)
                _recent.Add(stored);
            Advance(stored.Sequence);
        }
    }

    /// <summary>Events up to this one are stored.</summary>
    public void Advance(long last)
    {
        for (var seen = Last; seen < last;)
        {
            var found = Interlocked.CompareExchange(ref _last, last, seen);
            if (found == seen)
                return;
            seen = found;
        }
    }

    /// <summary>Tells everybody to look.</summary>
    public void Signal()
    {
        foreach (var follower in Walk())
            follower.OnNews();
    }

    /// <summary>Copies recent events behind a place; none when the store has to be asked.</summary>
    public int CopyRecent(long after, Span<StoredEvent> events)
    {
        lock (_sync)
            return _recent.Copy(after, events);
    }

    /// <summary>Reads events from the store.</summary>
    /// <exception cref="TopicStoreException">The store is away.</exception>
    public Task<TopicPage> ReadAsync(long after, int count, CancellationToken cancellationToken)
    {
        TaskCompletionSource<TopicPage>? page;
        lock (_sync)
        {
            if (_pages.TryGetValue((after, count), out page))
                return page.Task;
            page = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _pages.Add((after, count), page);
        }
        _ = ReadAsync(page, after, count, cancellationToken);
        return page.Task;
    }

    /// <summary>Asks the store for the last event, since news may have been lost.</summary>
    /// <exception cref="TopicStoreException">The store is away.</exception>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await ReadAsync(Last, 1, cancellationToken).ConfigureAwait(false);
        Signal();
    }

    /// <summary>Forgets recent events when everybody has them.</summary>
    public void Sweep()
    {
        if (Walk().All(one => one.Position >= Last))
        {
            lock (_sync)
                _recent.Clear();
        }
    }

    private Follower[] Walk()
    {
        var walked = Volatile.Read(ref _walked);
        if (walked is not null)
            return walked;
        lock (_sync)
            return _walked ??= [.. _followers];
    }

    private async Task ReadAsync(TaskCompletionSource<TopicPage> result, long after, int count, CancellationToken cancellationToken)
    {
        try
        {
            var page = await reads.ReadAsync(name, after, count, cancellationToken).ConfigureAwait(false);
            Complete(after, count, page);
            result.SetResult(page);
        }
        catch (Exception exception)
        {
            Complete(after, count, default);
            result.SetException(exception);
        }
    }

    // The end of the topic is what others want too. What is far behind it is one receiver's backlog.
    private void Complete(long after, int count, in TopicPage page)
    {
        lock (_sync)
        {
            _pages.Remove((after, count));
            if (page.Events is null)
                return;
            Advance(page.Kept.Last);
            if (_followers.Count > 0 && page.Events.Count > 0 && page.Events[^1].Sequence == Last)
                _recent.Add(page.Events);
        }
    }
}
