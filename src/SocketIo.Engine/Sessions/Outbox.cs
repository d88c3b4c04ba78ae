using System.Diagnostics;
using SocketIo.Engine.Frames;

namespace SocketIo.Engine.Sessions;

/// <summary>
/// The queue between everyone who sends to a session and the one who writes. Any thread enqueues; the thread that finds the
/// outbox idle becomes the drain owner and is the only one to write until it has released an empty outbox.
/// Queue and ownership are one word, so that no fence can be missed: idle (null), owned and empty, or the newest frame.
/// </summary>
internal sealed class Outbox(int maxQueuedBytes)
{
    private static readonly object Owned = new();
    private static readonly object Sealed = new();

    // null: idle. Owned: a drain is under way, nothing new. A Frame or a FrameNode: new frames, newest first, also owned.
    private object? _head;

    // Written by all; what is in the queue and what the drain owner has taken but not sent.
    private int _queuedBytes;

    // The unsent rest of a frame that is larger than the limit and was taken by the empty outbox; 0 without one. Set by who enqueues
    // it, counted down by the drain owner.
    private int _largeBytes;

    // Oldest first; touched by the drain owner only.
    private FrameNode? _first;
    private FrameNode? _last;
    private int _offset;

    public int QueuedBytes => Volatile.Read(ref _queuedBytes);

    public bool IsIdle => Volatile.Read(ref _head) is null;

    /// <summary>Whether the outbox has ended; not while a drain owner finds that out by <see cref="Take"/>.</summary>
    public bool IsSealed => ReferenceEquals(Volatile.Read(ref _head), Sealed);

    public bool HasPending => _first is not null;

    /// <summary>The oldest frame not wholly sent; drain owner only.</summary>
    public Frame First => _first!.Frame;

    /// <summary>The unsent rest of <see cref="First"/>; drain owner only.</summary>
    public ReadOnlyMemory<byte> FirstRest => _first!.Frame.Memory[_offset..];

    public bool HasOne => _first is not null && ReferenceEquals(_first, _last);

    /// <summary>
    /// Adds a frame behind all others. An outbox that is empty takes a frame of any size, and what follows it has the whole limit while
    /// it is written. A close frame always fits: what was queued before it has to leave. Control frames, without which a client could
    /// not go on, have as many bytes again as all have.
    /// </summary>
    public EnqueueResult Enqueue(Frame frame, bool isControl = false)
    {
        // known before it counts: to those who enqueue at the same time it must not look like something that waits
        var isLarge = frame.Length > maxQueuedBytes && Interlocked.CompareExchange(ref _largeBytes, frame.Length, 0) == 0;
        var queued = Interlocked.Add(ref _queuedBytes, frame.Length);
        if (queued > maxQueuedBytes && !MayExceed(frame, queued, isLarge, isControl))
        {
            Interlocked.Add(ref _queuedBytes, -frame.Length);
            return EnqueueResult.Full;
        }

        var head = Interlocked.CompareExchange(ref _head, frame, null);
        return head is null ? EnqueueResult.Owner : EnqueueBehind(head, frame);
    }

    /// <summary>Adds a frame only if nothing is queued or being written; false when it was not added.</summary>
    public bool TryEnqueueIdle(Frame frame)
    {
        if (Interlocked.CompareExchange(ref _head, frame, null) is not null)
            return false;
        if (frame.Length > maxQueuedBytes)
            Interlocked.CompareExchange(ref _largeBytes, frame.Length, 0);
        Interlocked.Add(ref _queuedBytes, frame.Length);
        return true;
    }

    /// <summary>Moves all new frames behind the pending ones; drain owner only. False once the outbox is sealed.</summary>
    /// <param name="deflater">What deflates them, where the connection does; from now on their deflated bytes are what is queued.</param>
    public bool Take(FrameDeflater? deflater = null)
    {
        var taken = Interlocked.Exchange(ref _head, Owned);
        if (ReferenceEquals(taken, Sealed))
        {
            Volatile.Write(ref _head, Sealed);
            return false;
        }

        // newest first becomes oldest first
        FrameNode? oldest = null;
        FrameNode? newest = null;
        while (!ReferenceEquals(taken, Owned))
        {
            Debug.Assert(taken is not null, "the drain owner took from an idle outbox");
            var node = taken as FrameNode ?? FrameNode.Rent((Frame)taken!);
            if (deflater is not null)
                Deflate(node, deflater);
            taken = node.Next ?? Owned;
            node.Next = oldest;
            oldest = node;
            newest ??= node;
        }

        if (oldest is not null)
        {
            if (_last is null)
                _first = oldest;
            else
                _last.Next = oldest;
            _last = newest;
        }
        return true;
    }

    /// <summary>Gives the ownership of an empty outbox up; false when new frames came. Drain owner only.</summary>
    public bool TryRelease()
    {
        Debug.Assert(_first is null, "released with pending frames");
        return ReferenceEquals(Interlocked.CompareExchange(ref _head, null, Owned), Owned);
    }

    /// <summary>Copies pending bytes, oldest first, as many as fit, none behind a close frame; drain owner only.</summary>
    public int Gather(Span<byte> destination) => Gather(destination, out _);

    /// <param name="destination">Where to.</param>
    /// <param name="mayFollow">Whether another frame may follow the bytes: the last one is whole, and no close frame.</param>
    /// <inheritdoc cref="Gather(Span{byte})" />
    public int Gather(Span<byte> destination, out bool mayFollow)
    {
        var count = 0;
        var offset = _offset;
        mayFollow = true;
        for (var node = _first; node is not null; node = node.Next as FrameNode)
        {
            var rest = node.Frame.Span[offset..];
            var part = Math.Min(rest.Length, destination.Length - count);
            rest[..part].CopyTo(destination[count..]);
            count += part;
            offset = 0;
            if (part < rest.Length || node.Frame.IsClose)
            {
                mayFollow = false;
                break;
            }
        }
        return count;
    }

    /// <summary>Forgets <paramref name="count"/> sent bytes; true when the last of them ended a close frame. Drain owner only.</summary>
    public bool Consume(int count)
    {
        Uncount(count);
        count += _offset;
        while (_first is { } node && count >= node.Frame.Length)
        {
            count -= node.Frame.Length;
            var closed = node.Frame.IsClose;
            Pop(node);
            if (closed)
                return true;
        }
        _offset = count;
        return false;
    }

    /// <summary>Takes the oldest pending frame off whole; drain owner only.</summary>
    public void ConsumeFirst()
    {
        Uncount(First.Length - _offset);
        _offset = 0;
        Pop(_first!);
    }

    /// <summary>Ends the outbox: what is in it is dropped, what comes later is refused.</summary>
    /// <returns>Whether no frame was new in it.</returns>
    public bool Seal() => Interlocked.Exchange(ref _head, Sealed) is var head && (head is null || ReferenceEquals(head, Owned));

    private bool MayExceed(Frame frame, int queued, bool isLarge, bool isControl)
    {
        if (queued == frame.Length)
            return true;
        if (isLarge)
            Volatile.Write(ref _largeBytes, 0);
        var waiting = queued - Volatile.Read(ref _largeBytes);
        return waiting <= (isControl ? 2L : 1L) * maxQueuedBytes || frame.IsClose;
    }

    private void Uncount(int count)
    {
        Interlocked.Add(ref _queuedBytes, -count);
        ShrinkLarge(count);
    }

    // It is in front of all that counts.
    private void ShrinkLarge(int count)
    {
        if (Volatile.Read(ref _largeBytes) is > 0 and var large)
            Interlocked.CompareExchange(ref _largeBytes, Math.Max(0, large - count), large);
    }

    private EnqueueResult EnqueueBehind(object head, Frame frame)
    {
        FrameNode? node = null;
        while (!ReferenceEquals(head, Sealed))
        {
            object next = frame;
            if (!ReferenceEquals(head, Owned))
            {
                next = node ??= FrameNode.Rent(frame);
                node.Next = head;
            }
            var seen = Interlocked.CompareExchange(ref _head, next, head);
            if (ReferenceEquals(seen, head))
                return EnqueueResult.Queued;
            if (seen is null && (seen = Interlocked.CompareExchange(ref _head, frame, null)) is null)
            {
                if (node is not null)
                    FrameNode.Return(node);
                return EnqueueResult.Owner;
            }
            head = seen;
        }
        Interlocked.Add(ref _queuedBytes, -frame.Length);
        return EnqueueResult.Sealed;
    }

    private void Deflate(FrameNode node, FrameDeflater deflater)
    {
        var frame = node.Frame;
        node.Frame = deflater.Adapt(frame);
        var saved = frame.Length - node.Frame.Length;
        Interlocked.Add(ref _queuedBytes, -saved);
        if (frame.Length > maxQueuedBytes)
            ShrinkLarge(saved);
    }

    private void Pop(FrameNode node)
    {
        _first = node.Next as FrameNode;
        if (_first is null)
            _last = null;
        FrameNode.Return(node);
    }
}
