using SocketIo.Engine.Epoll;

namespace SocketIo.Engine.Tests.Epoll;

/// <summary>A descriptor whose events a test causes and counts.</summary>
internal sealed class Bell : IPolled, IDisposable
{
    private readonly int _descriptor = Libc.CreateEvent();
    private readonly PolledTable _table;
    private int _heard;

    public Bell(PolledTable table, Poller poller)
    {
        _table = table;
        table.Add(_descriptor, this);
        poller.Watch(_descriptor, Libc.EpollIn | Libc.EpollEdgeTriggered);
    }

    public int Heard => Volatile.Read(ref _heard);

    /// <summary>What else happens with an event, on the poller's thread.</summary>
    public Action? OnHeard { get; set; }

    /// <summary>What <see cref="OnHeard"/> threw.</summary>
    public Exception? Fault { get; private set; }

    public void Ring() => Libc.Signal(_descriptor);

    public void OnEvents(uint events)
    {
        Interlocked.Increment(ref _heard);
        OnHeard?.Invoke();
    }

    public void OnFault(Exception exception) => Fault = exception;

    public void Dispose()
    {
        _table.Remove(_descriptor);
        _ = Libc.Close(_descriptor);
    }
}
