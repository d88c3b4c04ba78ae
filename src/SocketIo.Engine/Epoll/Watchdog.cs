using Microsoft.Extensions.Logging;

namespace SocketIo.Engine.Epoll;

/// <summary>Looks every few milliseconds whether a poller's thread is stuck in what it has called; sleeps while nothing happens.</summary>
internal sealed class Watchdog(ILogger logger) : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(5);

    // A thread that is found at the same event twice and waits for something is replaced at once. One that computes, or that others
    // keep from its processor, is replaced later: on a busy machine that would help nobody.
    private const int LooksAtComputing = 10;

    // After so many looks without any event it sleeps.
    private const int QuietLooks = 200;

    private readonly ManualResetEventSlim _active = new(initialState: false);
    private Poller[] _pollers = [];
    private bool _sleeps = true;
    private volatile bool _stopped;

    /// <summary>Whether it waits for the next event.</summary>
    public bool IsAsleep => Volatile.Read(ref _sleeps);

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
        var seen = new Sight[_pollers.Length];
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
                {
                    // else each event would wake who is awake
                    Volatile.Write(ref _sleeps, false);
                    quiet = 0;
                }
            }
        }
        _active.Dispose();
    }

    /// <summary>Whether a poller is in the middle of an event.</summary>
    private bool Look(Sight[] seen)
    {
        var isActive = false;
        for (var i = 0; i < _pollers.Length; i++)
        {
            try
            {
                isActive |= LookAt(_pollers[i], ref seen[i]);
            }
            catch (Exception exception)
            {
                // no thread could be started, say: the next look tries again
                if (!seen[i].HasFailed)
                    Log.NotReplaced(logger, exception);
                seen[i] = seen[i] with { HasFailed = true };
            }
        }
        return isActive;
    }

    private static bool LookAt(Poller poller, ref Sight seen)
    {
        var place = poller.Place;
        var isBusy = Poller.IsBusy(place);
        seen = seen with { Place = place, Again = isBusy && place == seen.Place ? seen.Again + 1 : 0 };
        if (seen.Again == 0)
            return isBusy;
        var isBlocked = poller.IsBlocked;
        if ((isBlocked || seen.Again >= LooksAtComputing) && poller.TryReplace(place, isBlocked))
            seen = seen with { HasFailed = false };
        return isBusy;
    }

    /// <summary>Where a poller's leader was, how often it was found there again, and whether it could not be replaced.</summary>
    private readonly record struct Sight(long Place, int Again, bool HasFailed);
}
