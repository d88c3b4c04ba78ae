using System.Runtime.InteropServices;

namespace SocketIo.Topics;

/// <summary>The keys of one topic that are remembered. Guarded by the store's lock.</summary>
internal sealed class MemoryKeys
{
    private readonly Dictionary<string, (long Sequence, DateTimeOffset At)> _byKey = new(StringComparer.Ordinal);

    // in the order of the events; a key that was stored anew is in it twice
    private readonly Queue<(string Key, long Sequence)> _order = new();

    public int Count => _byKey.Count;

    public bool TryGet(string key, in KeyMemory memory, long last, DateTimeOffset now, out long sequence)
    {
        var isKnown = _byKey.TryGetValue(key, out var found) && memory.Holds(found.Sequence, found.At, last, now);
        sequence = found.Sequence;
        return isKnown;
    }

    public void Add(string key, long sequence, DateTimeOffset at)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(_byKey, key, out _) = (sequence, at);
        _order.Enqueue((key, sequence));
    }

    public void Trim(in KeyMemory memory, long last, DateTimeOffset now)
    {
        while (_order.TryPeek(out var oldest) && !IsHeld(oldest, memory, last, now))
        {
            _order.Dequeue();
            if (_byKey.TryGetValue(oldest.Key, out var found) && found.Sequence == oldest.Sequence)
                _byKey.Remove(oldest.Key);
        }
    }

    private bool IsHeld((string Key, long Sequence) entry, in KeyMemory memory, long last, DateTimeOffset now) =>
        _byKey.TryGetValue(entry.Key, out var found)
        && found.Sequence == entry.Sequence
        && memory.Holds(found.Sequence, found.At, last, now);
}
