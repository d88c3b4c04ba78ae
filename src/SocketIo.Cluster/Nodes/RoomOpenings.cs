namespace SocketIo.Cluster.Nodes;

/// <summary>
/// Opens and closes the rooms of a namespace on its link. Whoever joins does not wait for long and gets no error: what fails is reported
/// once and tried again, after longer and longer pauses, until the room is open or gone.
/// </summary>
/// <param name="link">The link.</param>
/// <param name="report">Told why a room was not opened or closed.</param>
/// <param name="time">The clock.</param>
internal sealed class RoomOpenings(NamespaceLink link, Action<string> report, TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(30);

    // At each tick, that is 4,000 a second: what else the backplane carries goes on.
    private const int MaxAtOnce = 1000;

    private readonly Lock _sync = new();

    // guarded by _sync: the rooms that are to be open and are not, or not yet
    private readonly Dictionary<string, Opening> _openings = new(StringComparer.Ordinal);

    // guarded by _sync: those that failed, by the time when they are due; some may be gone
    private readonly PriorityQueue<Opening, long> _due = new();

    /// <summary>How many rooms are not open.</summary>
    public int Count
    {
        get
        {
            lock (_sync)
                return _openings.Count;
        }
    }

    /// <inheritdoc cref="NamespaceLink.OpenRoomAsync" />
    /// <remarks>Does not fail, and completes also when the backplane takes too long.</remarks>
    public ValueTask OpenAsync(string room)
    {
        Opening opening;
        Task done;
        lock (_sync)
        {
            var first = Call(room);
            if (first.IsCompletedSuccessfully)
                return first;
            _openings[room] = opening = new Opening(room);
            done = WatchAsync(opening, first.AsTask());
        }
        return done.IsCompleted ? ValueTask.CompletedTask : new(WaitAsync(opening, done));
    }

    /// <inheritdoc cref="NamespaceLink.CloseRoom" />
    public void Close(string room)
    {
        lock (_sync)
        {
            _openings.Remove(room);
            try
            {
                link.CloseRoom(room);
            }
            catch (Exception exception)
            {
                report(exception.Message);
            }
        }
    }

    /// <summary>A room that was open is not any more.</summary>
    /// <remarks>One that is closed in the same moment may be opened in vain, and is without members then.</remarks>
    public void Lose(string room, string reason)
    {
        Opening opening;
        lock (_sync)
        {
            if (_openings.ContainsKey(room))
                return;
            _openings[room] = opening = new Opening(room);
        }
        Fail(opening, reason);
    }

    /// <summary>Tries again what is due. Called every 250 ms while the backplane is connected.</summary>
    public void Tick()
    {
        lock (_sync)
        {
            for (var i = 0; i < MaxAtOnce && _due.TryPeek(out _, out var due) && due <= time.GetTimestamp(); i++)
            {
                var opening = _due.Dequeue();
                if (IsWanted(opening))
                    _ = WatchAsync(opening, Call(opening.Room).AsTask());
            }
        }
    }

    private ValueTask Call(string room)
    {
        try
        {
            return link.OpenRoomAsync(room);
        }
        catch (Exception exception)
        {
            return ValueTask.FromException(exception);
        }
    }

    // one that takes long goes on, and is not begun a second time
    private async Task WatchAsync(Opening opening, Task done)
    {
        try
        {
            await done.ConfigureAwait(false);
            lock (_sync)
            {
                if (IsWanted(opening))
                    _openings.Remove(opening.Room);
            }
        }
        catch (Exception exception)
        {
            Fail(opening, exception.Message);
        }
    }

    private async Task WaitAsync(Opening opening, Task done)
    {
        try
        {
            await done.WaitAsync(LinkLife.MaxOpening, time).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            Report(opening, exception.Message);
        }
    }

    private void Fail(Opening opening, string reason)
    {
        lock (_sync)
        {
            if (!IsWanted(opening))
                return;
            _due.Enqueue(opening, time.GetTimestamp() + (long)(opening.Pause.TotalSeconds * time.TimestampFrequency));
            opening.Pause = opening.Pause * 2 < MaxPause ? opening.Pause * 2 : MaxPause;
        }
        Report(opening, reason);
    }

    private void Report(Opening opening, string reason)
    {
        if (!Interlocked.Exchange(ref opening.IsReported, true))
            report(reason);
    }

    // guarded by _sync: the room was not closed since, nor opened anew
    private bool IsWanted(Opening opening) => _openings.GetValueOrDefault(opening.Room) == opening;

    private sealed class Opening(string room)
    {
        public bool IsReported;

        public string Room => room;

        /// <summary>Before the next attempt; guarded by the lock of the rooms.</summary>
        public TimeSpan Pause { get; set; } = FirstPause;
    }
}
