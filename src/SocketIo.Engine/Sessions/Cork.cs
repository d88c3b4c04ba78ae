using System.Collections.Concurrent;
using SocketIo.Engine.Frames;

namespace SocketIo.Engine.Sessions;

/// <summary>
/// Holds the drains of this thread back while it enqueues: a batch of incoming messages that causes many sends leaves in one send
/// per connection, and a broadcast alone drains its members in chunks. The holding back lasts as long as its <see cref="Scope"/>.
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

    /// <summary>Holds back until the scope ends; the outermost one drains.</summary>
    public static Scope Hold() => new(inChunks: false, withListeners: false);

    /// <summary>The same, but where nothing else is held back, a chunk of sessions is drained as soon as it is full.</summary>
    public static Scope HoldChunks() => new(inChunks: true, withListeners: false);

    /// <summary>
    /// The same for one who enqueues under a lock of his own: the listeners of <see cref="SessionEvents"/>, too, wait for the end of
    /// the scope, which has to be behind the lock's. They are called before what this thread drains leaves.
    /// </summary>
    public static Scope HoldWithListeners() => new(inChunks: false, withListeners: true);

    /// <summary>Arranges the drain of a session whose outbox the caller owns.</summary>
    public static void Drain(EngineSession session)
    {
        if (_batch is { Depth: > 0 } batch)
            batch.Add(session);
        else
            session.Drain();
    }

    /// <summary>Tells a session's listeners of a frame, now or when the scope that holds them back ends.</summary>
    public static void TellCreated(SessionEvents events, Frame frame)
    {
        if (_batch is { HoldsListeners: true } batch)
            batch.AddCreated(events, frame);
        else
            events.TellCreated(frame);
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

    /// <summary>A time of holding back on this thread. One that was never begun may be disposed, too.</summary>
    public readonly ref struct Scope
    {
        private readonly Batch? _held;
        private readonly bool _withListeners;

        internal Scope(bool inChunks, bool withListeners)
        {
            _held = _batch ??= new Batch();
            _withListeners = withListeners;
            _held.Hold(inChunks, withListeners);
        }

        public void Dispose() => _held?.Release(_withListeners);
    }

    private sealed class Batch
    {
        private EngineSession?[] _sessions = new EngineSession?[ChunkSize];
        private EngineSession?[]? _spare;
        private bool _inChunks;
        private int _listenerDepth;

        // what the listeners held back are to be told; null as long as there is none
        private List<(SessionEvents Events, Frame Frame)>? _created;

        public int Depth { get; private set; }

        public int Count { get; private set; }

        public bool HoldsListeners => _listenerDepth > 0;

        public void Hold(bool inChunks, bool withListeners)
        {
            _inChunks = inChunks && Depth == 0;
            Depth++;
            if (withListeners)
                _listenerDepth++;
        }

        public void Release(bool withListeners)
        {
            // what they send in their turn is still held back
            if (withListeners && --_listenerDepth == 0 && _created is not null)
                TellListeners();
            if (--Depth == 0 && Count > 0)
                Drain();
        }

        public void AddCreated(SessionEvents events, Frame frame) => (_created ??= []).Add((events, frame));

        public void Add(EngineSession session)
        {
            if (Count == _sessions.Length)
                Array.Resize(ref _sessions, Count * 2);
            _sessions[Count++] = session;

            // bytes move while what the chunk needs is still in the processor's cache
            if (_inChunks && Count == ChunkSize)
                Drain();
        }

        private void TellListeners()
        {
            var created = _created!;
            _created = null;
            foreach (var (events, frame) in created)
                events.TellCreated(frame);
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
