namespace SocketIo.Topics;

/// <summary>Sequences in ascending order, removed mostly in that order. Empty, it has no memory of its own beyond a few entries.</summary>
internal struct SequenceRing
{
    private const int FirstLength = 4;

    // A removed one in the middle is zero. The length is a power of two.
    private long[]? _entries;
    private int _start;
    private int _length;

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Adds one that is greater than all before it.</summary>
    public void Add(long sequence)
    {
        if (_entries is null || _length == _entries.Length)
            Grow();
        this[_length++] = sequence;
        Count++;
    }

    /// <summary>Removes one; false when it is not there.</summary>
    public bool Remove(long sequence)
    {
        for (var i = 0; i < _length && this[i] <= sequence; i++)
        {
            if (this[i] != sequence)
                continue;
            this[i] = 0;
            Count--;
            DropRemoved();
            return true;
        }
        return false;
    }

    /// <summary>All of them, and forgets them.</summary>
    public long[] Drain()
    {
        var all = new long[Count];
        for (int i = 0, at = 0; i < _length; i++)
        {
            if (this[i] != 0)
                all[at++] = this[i];
        }
        this = default;
        return all;
    }

    private readonly ref long this[int index] => ref _entries![(_start + index) & (_entries.Length - 1)];

    private void DropRemoved()
    {
        while (_length > 0 && this[0] == 0)
        {
            _start = (_start + 1) & (_entries!.Length - 1);
            _length--;
        }
        while (_length > 0 && this[_length - 1] == 0)
            _length--;
    }

    private void Grow()
    {
        var larger = new long[_entries is null ? FirstLength : 2 * _entries.Length];
        for (var i = 0; i < _length; i++)
            larger[i] = this[i];
        (_entries, _start) = (larger, 0);
    }
}
