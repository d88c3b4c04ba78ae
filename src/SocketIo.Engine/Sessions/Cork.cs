using System.Collections.Concurrent;

namespace SocketIo.Engine.Sessions;

/// <summary>
/// Holds the drains of this thread back while it enqueues: a batch of incoming messages that causes many sends leaves in one send
/// per connection, and a broadcast alone drains its members in chunks.
/// </summary>
internal static class Cork
{
    // Few drains run on the caller's thread; more are shared out, so that no caller pays for thousands of sends.
    // Numbers of the design's plan; the fan-out benchmark decides on them.
    private const int InlineDrains = 32;
    private const int ChunkSize = 256;

    // So many sessions' memory is fetched before they are drained one after the other. What one send does throws much out of the
    // cache again, so few.
    private const int Prefetched = 8;

    // With one processor there is nobody to share with: a work item would only cost.
    private static readonly bool IsShared = Environment.ProcessorCount > 1;

    [ThreadStatic]
    private static Batch? _batch;

    /// <summary>Starts holding back; ends with <see cref="Release"/>. May be nested.</summary>
    public static void Hold() => (_batch ??= new Batch()).Hold(inChunks: false);

    /// <summary>The same, but where nothing else is held back, a chunk of sessions is drained as soon as it is full.</summary>
    public static void HoldChunks() => (_batch ??= new Batch()).Hold(inChunks: true);

    /// <summary>Ends the holding back; the outermost one drains.</summary>
    public static void Release() => _batch!.Release();

    /// <summary>Arranges the drain of a session whose outbox the caller owns.</summary>
    public static void Drain(EngineSession session)
    {
        if (_batch is { Depth: > 0 } batch)
            batch.Add(session);
        else
            session.Drain();
    }

    private static void DrainAll(ReadOnlySpan<EngineSession?> sessions)
    {
        while (!sessions.IsEmpty)
        {
            var block = sessions[..Math.Min(Prefetched, sessions.Length)];
            foreach (var session in block)
                session!.CurrentTransport.Prefetch();
            foreach (var session in block)
                session!.Drain();
            sessions = sessions[block.Length..];
        }
    }

    private sealed class Batch
    {
        private EngineSession?[] _sessions = new EngineSession?[ChunkSize];
        private EngineSession?[]? _spare;
        private bool _inChunks;

        public int Depth { get; private set; }

        public int Count { get; private set; }

        public void Hold(bool inChunks)
        {
            _inChunks = inChunks && Depth == 0;
            Depth++;
        }

        public void Release()
        {
            if (--Depth == 0 && Count > 0)
                Drain();
        }

        public void Add(EngineSession session)
        {
            if (Count == _sessions.Length)
                Array.Resize(ref _sessions, Count * 2);
            _sessions[Count++] = session;

            // bytes move while what the chunk needs is still in the processor's cache
            if (_inChunks && Count == ChunkSize)
                Drain();
        }

        private void Drain()
        {
            // taken out first: what a drain causes may hold and release again
            var sessions = _sessions;
            var count = Count;
            _sessions = _spare ?? new EngineSession?[ChunkSize];
            _spare = null;
            Count = 0;
            if (IsShared && count > InlineDrains)
            {
                for (var at = 0; at < count; at += ChunkSize)
                    Chunk.Queue(sessions.AsSpan(at, Math.Min(ChunkSize, count - at)));
            }
            else
            {
                DrainAll(sessions.AsSpan(0, count));
            }
            Array.Clear(sessions, 0, count);
            _spare = sessions;
        }
    }

    private sealed class Chunk : IThreadPoolWorkItem
    {
        // a queue: without a lock, as long as it need not grow
        private static readonly ConcurrentQueue<Chunk> Free = [];

        private readonly EngineSession?[] _sessions = new EngineSession?[ChunkSize];
        private int _count;

        public static void Queue(ReadOnlySpan<EngineSession?> sessions)
        {
            if (!Free.TryDequeue(out var chunk))
                chunk = new Chunk();
            sessions.CopyTo(chunk._sessions);
            chunk._count = sessions.Length;
            ThreadPool.UnsafeQueueUserWorkItem(chunk, preferLocal: false);
        }

        public void Execute()
        {
            DrainAll(_sessions.AsSpan(0, _count));
            Array.Clear(_sessions, 0, _count);
            Free.Enqueue(this);
        }
    }
}
