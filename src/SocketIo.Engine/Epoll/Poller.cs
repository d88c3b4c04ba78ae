using System.Diagnostics;
using System.Runtime.InteropServices;

namespace SocketIo.Engine.Epoll;

/// <summary>
/// Waits for its connections' bytes, and handles them on the thread that has waited: no message passes from one thread to another.
/// When what it calls does not return in time (a handler that blocks), the <see cref="Watchdog"/> gives the place to a new thread,
/// which goes on with the next event; and for a while connections are served by the thread pool.
/// </summary>
internal sealed unsafe class Poller : IDisposable, IPolled
{
    // One wait brings at most so many; what is left comes with the next.
    private const int MaxEvents = 512;

    // How long, in milliseconds, the thread pool serves after a handler has blocked; doubled while that goes on.
    private const long FirstCaution = 250;
    private const long MaxCaution = 8000;

    private readonly string _name;
    private readonly PolledTable _table;
    private readonly Watchdog _watchdog;
    private readonly int _epoll;
    private readonly int _wakeUp;

    // Pinned, and never given back by hand: a former leader may still look at it when the last one has ended.
    private readonly byte[] _memory = GC.AllocateUninitializedArray<byte>(MaxEvents * Libc.EventSize, pinned: true);
    private readonly byte* _events;

    // Where the leader is: the number of the wait in the upper half, one more than the event's index in the lower one, zero while it
    // waits. Who replaces the leader counts the upper half up; the former one finds that out when it wants the next event.
    private long _place;

    // the leader's thread; written by it
    private int _thread;

    // how many events the last wait has brought; written by the leader only
    private int _count;

    // In milliseconds of the system's uptime; zero when no caution is needed. The last end stays.
    private long _cautiousUntil;
    private long _lastCautiousUntil;
    private long _caution = FirstCaution;
    private volatile bool _stopped;
    private volatile bool _ends;

    public Poller(string name, PolledTable table, Watchdog watchdog)
    {
        _name = name;
        _table = table;
        _watchdog = watchdog;
        _events = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_memory, 0);
        _epoll = Libc.CreateEpoll();
        _wakeUp = Libc.CreateEvent();
        table.Add(_wakeUp, this);

        // level-triggered, as it is never read: each wait ends with it, also that of a leader who comes later
        Libc.Control(_epoll, Libc.EpollAdd, _wakeUp, Libc.EpollIn);
        StartLeader(0);
    }

    /// <summary>Whether the thread pool is to do what may block.</summary>
    public bool IsCautious => Volatile.Read(ref _cautiousUntil) is not 0 and var until && StaysCautious(until);

    /// <summary>Where the leader is: the same value twice, and busy, is the same event.</summary>
    public long Place => Volatile.Read(ref _place);

    /// <summary>Whether the leader waits for something in the middle of an event; else it computes, or would if it had a processor.</summary>
    public bool IsBlocked => Libc.IsWaiting(Volatile.Read(ref _thread));

    public static bool IsBusy(long place) => (int)place != 0;

    public void Watch(int descriptor, uint events) => Libc.Control(_epoll, Libc.EpollAdd, descriptor, events);

    public void Rewatch(int descriptor, uint events) => Libc.Control(_epoll, Libc.EpollModify, descriptor, events);

    /// <summary>Gives the place of a leader that does not come back from an event to a new thread; nothing when it has come back.</summary>
    /// <param name="place">Where the leader was seen.</param>
    /// <param name="isBlocked">Whether it waits for something. One that computes is in nobody's way when there is one processor.</param>
    public bool TryReplace(long place, bool isBlocked)
    {
        var successor = NextWait(place) | (uint)place;
        if (Interlocked.CompareExchange(ref _place, successor, place) != place)
            return false;
        if (isBlocked || Environment.ProcessorCount > 1)
            BeCautious();
        StartLeader(successor);
        return true;
    }

    /// <summary>Ends the thread; a leader that is in the middle of an event ends behind it.</summary>
    public void Dispose()
    {
        if (_stopped)
            return;
        _stopped = true;
        Libc.Signal(_wakeUp);
    }

    void IPolled.OnFault(Exception exception) => Debug.Fail(exception.Message);

    void IPolled.OnEvents(uint events)
    {
        // the wake-up. Only now nobody writes to its descriptor any more, and it may be closed
        _ends = true;
    }

    private static long NextWait(long place) => ((place >> 32) + 1) << 32;

    // What one connection's code throws must not end the thread, and with it the process.
    private static void Tell(IPolled owner, uint events)
    {
        try
        {
            owner.OnEvents(events);
        }
        catch (Exception exception)
        {
            owner.OnFault(exception);
        }
    }

    private void StartLeader(long place) =>
        new Thread(() => Lead(place)) { IsBackground = true, Name = _name }.UnsafeStart();

    private void Lead(long place)
    {
        Volatile.Write(ref _thread, Libc.ThreadId());
        while (true)
        {
            for (var next = (int)place; next < _count; next++)
            {
                // before the place moves: from then on there may be a successor, whose wait overwrites it
                var descriptor = Libc.DescriptorOf(_events, next);
                var events = Libc.EventsOf(_events, next);
                if (!TryMove(ref place, place + 1))
                    return;
                _watchdog.OnActive();
                if (_table[descriptor] is { } owner)
                    Tell(owner, events);
            }
            if (!TryMove(ref place, NextWait(place)))
                return;
            if (_ends)
                break;

            _count = 0;
            var count = Libc.Wait(_epoll, _events, MaxEvents);
            if (count < 0 && Libc.LastError != Libc.Interrupted)
                Environment.FailFast($"epoll_wait: {Libc.Describe(Libc.LastError)}");
            _count = Math.Max(count, 0);
        }
        _table.Remove(_wakeUp);
        _ = Libc.Close(_wakeUp);
        _ = Libc.Close(_epoll);
    }

    private bool TryMove(ref long place, long to)
    {
        if (Interlocked.CompareExchange(ref _place, to, place) != place)
            return false;
        place = to;
        return true;
    }

    private bool StaysCautious(long until)
    {
        if (Environment.TickCount64 < until)
            return true;
        Interlocked.CompareExchange(ref _cautiousUntil, 0, until);
        return false;
    }

    // only the watchdog's thread calls this
    private void BeCautious()
    {
        var now = Environment.TickCount64;
        _caution = now - _lastCautiousUntil > 4 * _caution ? FirstCaution : Math.Min(2 * _caution, MaxCaution);
        _lastCautiousUntil = now + _caution;
        Volatile.Write(ref _cautiousUntil, _lastCautiousUntil);
    }
}
