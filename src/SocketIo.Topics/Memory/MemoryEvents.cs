using SocketIo.Cluster;

namespace SocketIo.Topics;

/// <summary>The events of one topic in memory: a queue that can be read anywhere. Guarded by the store's lock.</summary>
internal sealed class MemoryEvents
{
    // a chunk is 32 KB, and not on the heap of large objects; the first begins small, since most topics are
    private const int ChunkLength = 1024;
    private const int FirstLength = 4;

    private readonly List<Entry[]> _chunks = [];

    // the sequence of the first place in the first chunk
    private long _base = 1;

    /// <summary>The events that are kept.</summary>
    public SequenceRange Kept { get; private set; } = new(1, 0);

    public long Bytes { get; private set; }

    public DateTimeOffset TimeOf(long sequence) => EntryOf(sequence).At;

    public int SizeOf(long sequence) => StoredEvent.SizeOf(EntryOf(sequence).Data);

    public StoredEvent this[long sequence]
    {
        get
        {
            ref var entry = ref EntryOf(sequence);
            return new StoredEvent(sequence, entry.At, entry.Data);
        }
    }

    public long Add(DateTimeOffset at, in PacketData data)
    {
        var sequence = Kept.Last + 1;
        MakeRoom(sequence - _base);
        EntryOf(sequence) = new Entry(at, data);
        Bytes += StoredEvent.SizeOf(data);
        Kept = new(Kept.First, sequence);
        return sequence;
    }

    public void RemoveFirst()
    {
        var first = Kept.First;
        Bytes -= SizeOf(first);
        EntryOf(first) = default;
        Kept = new(first + 1, Kept.Last);
        if (first + 1 - _base == ChunkLength)
        {
            _chunks.RemoveAt(0);
            _base += ChunkLength;
        }
    }

    private ref Entry EntryOf(long sequence)
    {
        var index = (int)(sequence - _base);
        return ref _chunks[index / ChunkLength][index % ChunkLength];
    }

    private void MakeRoom(long index)
    {
        var chunk = (int)(index / ChunkLength);
        if (chunk == _chunks.Count)
        {
            _chunks.Add(new Entry[chunk == 0 ? FirstLength : ChunkLength]);
        }
        else if (index % ChunkLength is var place && place == _chunks[chunk].Length)
        {
            var larger = new Entry[Math.Min(2 * place, ChunkLength)];
            _chunks[chunk].CopyTo(larger, 0);
            _chunks[chunk] = larger;
        }
    }

    private readonly struct Entry(DateTimeOffset at, in PacketData data)
    {
        // a DateTimeOffset would be twice as long
        private readonly long _ticks = at.UtcTicks;

        public PacketData Data { get; } = data;

        public DateTimeOffset At => new(_ticks, TimeSpan.Zero);
    }
}
