namespace SocketIo.Engine.Epoll;

/// <summary>
/// Counts the calls that use a descriptor now. One that is to be closed is closed by the last of them, since the system gives its
/// number to the next connection. Part of a <see cref="ConnectedSocket"/>; thread-safe.
/// </summary>
internal struct DescriptorUse
{
    private const int ClosedBit = 1;
    private const int OneCall = 2;

    // far below zero and odd: closed for good, whatever calls come and go
    private const int DescriptorClosed = int.MinValue / 2 + ClosedBit;

    // twice the number of calls, plus one once the descriptor is to be closed
    private int _calls;

    /// <summary>Whether it is to be closed, or is.</summary>
    public readonly bool IsClosed => (Volatile.Read(in _calls) & ClosedBit) != 0;

    /// <summary>A call begins; false when it must not. <see cref="End"/> follows in both cases.</summary>
    public bool TryBegin() => (Interlocked.Add(ref _calls, OneCall) & ClosedBit) == 0;

    /// <summary>A call ends; true when the descriptor is the caller's to close.</summary>
    public bool End() => Interlocked.Add(ref _calls, -OneCall) == ClosedBit && IsLast();

    /// <summary>No call is to begin any more; false when that was said before.</summary>
    /// <param name="isLast">Whether the descriptor is the caller's to close.</param>
    public bool TryClose(out bool isLast)
    {
        var calls = Interlocked.Or(ref _calls, ClosedBit);
        isLast = calls == 0 && IsLast();
        return (calls & ClosedBit) == 0;
    }

    /// <summary>Brings the count into the processor's cache.</summary>
    public readonly void Prefetch()
    {
        // a read whose result goes nowhere would be left out
        var calls = 0;
        Volatile.Write(ref calls, _calls);
    }

    // two may find nobody else at the same time
    private bool IsLast() => Interlocked.CompareExchange(ref _calls, DescriptorClosed, ClosedBit) == ClosedBit;
}
