namespace SocketIo.Topics;

/// <summary>
/// The newest events of one topic, without a gap: whoever is online finds them here and asks the store for nothing. Guarded by the topic's
/// lock.
/// </summary>
internal sealed class RecentEvents(RecentBudget budget)
{
    private const int FirstLength = 8;

    // a ring, whose length is a power of two
    private StoredEvent?[] _ring = [];
    private int _start;
    private int _count;
    private long _last;
    private long _bytes;

    public bool IsEmpty => _count == 0;

    private long First => _last - _count + 1;

    /// <summary>Keeps an event if it is newer than those that are kept. One that does not follow them takes their place.</summary>
    public void Add(StoredEvent stored)
    {
        if (_count > 0 && stored.Sequence <= _last)
            return;
        if (stored.Sequence != _last + 1)
            Clear();
        var size = StoredEvent.SizeOf(stored.Data);
        while (!budget.TryTake(_bytes, size))
        {
            if (_count == 0)
                return;
            DropFirst();
        }
        if (_count == _ring.Length)
            Grow();
        _ring[(_start + _count++) & (_ring.Length - 1)] = stored;
        _bytes += size;
        _last = stored.Sequence;
    }

    /// <summary>Keeps events that follow each other up to the end of the topic, also those before what is kept.</summary>
    public void Add(IReadOnlyList<StoredEvent> events)
    {
        if (events[0].Sequence < First && events[^1].Sequence >= _last)
            Clear();
        foreach (var stored in events)
            Add(stored);
    }

    /// <summary>Copies events behind a place; none when they are not all kept.</summary>
    public int Copy(long after, Span<StoredEvent> events)
    {
        if (_count == 0 || after + 1 < First || after >= _last)
            return 0;
        var count = (int)Math.Min(_last - after, events.Length);
        for (var i = 0; i < count; i++)
            events[i] = _ring[(_start + (int)(after + 1 - First) + i) & (_ring.Length - 1)]!;
        return count;
    }

    public void Clear()
    {
        while (_count > 0)
            DropFirst();
        (_ring, _start) = ([], 0);
    }

    private void DropFirst()
    {
        var size = StoredEvent.SizeOf(_ring[_start]!.Data);
        _ring[_start] = null;
        _start = (_start + 1) & (_ring.Length - 1);
        _count--;
        _bytes -= size;
        budget.Return(size);
    }

    private void Grow()
    {
        var larger = new StoredEvent?[Math.Max(FirstLength, 2 * _count)];
        for (var i = 0; i < _count; i++)
            larger[i] = _ring[(_start + i) & (_ring.Length - 1)];
        (_ring, _start) = (larger, 0);
    }
}
