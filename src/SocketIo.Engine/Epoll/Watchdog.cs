namespace SocketIo.Engine.Epoll;

/// <summary>Looks every few milliseconds whether a poller's thread is stuck in what it has called; sleeps while nothing happens.</summary>
internal sealed class Watchdog : IDisposable
{
    // A thread found at the same event twice is replaced: after one to two of these. A handler that computes for longer than that
    // costs a thread, one that computes for less holds up its poller's other connections.
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(5);

    // After so many looks without any event it sleeps.
    private const int QuietLooks = 200;

    private readonly ManualResetEventSlim _active = new(initialState: false);
    private Poller[] _pollers = [];
    private bool _sleeps = true;
    private volatile bool _stopped;

    public void Start(Poller[] pollers)
    {
        _pollers = pollers;
        new Thread(Watch) { IsBackground = true, Name = "SocketIo epoll watchdog" }.UnsafeStart();
    }

    /// <summary>Events have come.</summary>
    public void OnActive()
    {
        // a plain look first: nearly always it is awake
        if (Volatile.Read(ref _sleeps))
            _active.Set();
    }

    public void Dispose()
    {
        _stopped = true;
        _active.Set();
    }

    private void Watch()
    {
        var seen = new long[_pollers.Length];
        var quiet = QuietLooks;
        while (!_stopped)
        {
            if (quiet >= QuietLooks)
            {
                quiet = 0;
                _active.Wait();
                Volatile.Write(ref _sleeps, false);
                _active.Reset();
            }
            Thread.Sleep(Period);
            quiet = Look(seen) ? 0 : quiet + 1;
            if (quiet >= QuietLooks)
            {
                // a full fence: an event either finds the flag or is found by the last look
                Interlocked.Exchange(ref _sleeps, true);
                if (Look(seen))
                    quiet = 0;
            }
        }
        _active.Dispose();
    }

    /// <summary>Whether a poller has moved or is busy.</summary>
    private bool Look(long[] seen)
    {
        var isActive = false;
        for (var i = 0; i < _pollers.Length; i++)
        {
            var place = _pollers[i].Place;
            isActive |= Poller.IsBusy(place);
            if (Poller.IsBusy(place) && place == seen[i])
                _pollers[i].TryReplace(place);
            seen[i] = place;
        }
        return isActive;
    }
}
