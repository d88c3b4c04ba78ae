using System.Diagnostics;

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

    // Oldest first; touched by the drain owner only.
    private FrameNode? _first;
    private FrameNode? _last;
    private int _offset;

    public int QueuedBytes => Volatile.Read(ref _queuedBytes);

    public bool IsIdle => Volatile.Read(ref _head) is null;

    public bool HasPending => _first is not null;

    /// <summary>The oldest frame not wholly sent; drain owner only.</summary>
    public Frame First => _first!.Frame;

    /// <summary>The unsent rest of <see cref="First"/>; drain owner only.</summary>
    public ReadOnlyMemory<byte> FirstRest => _first!.Frame.Memory[_offset..];

    public bool HasOne => _first is not null && ReferenceEquals(_first, _last);

    /// <summary>
    /// Adds a frame behind all others. An outbox that is empty takes a frame of any size, and a close frame always fits: what was
    /// queued before it has to leave.
    /// </summary>
    public EnqueueResult Enqueue(Frame frame)
    {
        var queued = Interlocked.Add(ref _queuedBytes, frame.Length);
        if (queued > maxQueuedBytes && queued != frame.Length && !frame.IsClose)
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
    public int Gather(Span<byte> destination)
    {
        var count = 0;
        var offset = _offset;
        for (var node = _first; node is not null; node = node.Next as FrameNode)
        {
            var rest = node.Frame.Span[offset..];
            var part = Math.Min(rest.Length, destination.Length - count);
            rest[..part].CopyTo(destination[count..]);
            count += part;
            offset = 0;
            if (part < rest.Length || node.Frame.IsClose)
                break;
        }
        return count;
    }

    /// <summary>Forgets <paramref name="count"/> sent bytes; true when the last of them ended a close frame. Drain owner only.</summary>
    public bool Consume(int count)
    {
        Interlocked.Add(ref _queuedBytes, -count);
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
        Interlocked.Add(ref _queuedBytes, -(First.Length - _offset));
        _offset = 0;
        Pop(_first!);
    }

    /// <summary>Ends the outbox: what is in it is dropped, what comes later is refused.</summary>
    /// <returns>Whether the outbox was idle.</returns>
    public bool Seal() => Interlocked.Exchange(ref _head, Sealed) is null;

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
        Interlocked.Add(ref _queuedBytes, node.Frame.Length - frame.Length);
    }

    private void Pop(FrameNode node)
    {
        _first = node.Next as FrameNode;
        if (_first is null)
            _last = null;
        FrameNode.Return(node);
    }
}
