using System.Collections.Concurrent;
using SocketIo.Engine.Frames;

namespace SocketIo.Engine.Sessions;

/// <summary>
/// A pooled queue node, used when more than one frame is queued. Reused, so that a receiver of a broadcast costs no
/// allocation: each thread keeps a chain, and whole chains travel between threads that only take and threads that only give.
/// </summary>
internal sealed class FrameNode
{
    // A chain that travels: 256 nodes are 8 KB and make the shared queue's cost a fraction of a nanosecond per node.
    private const int ChainLength = 256;

    // At most 8 MB are kept for all threads: 1,000 receivers with 256 frames each.
    private const int MaxSharedChains = 1024;

    private static readonly ConcurrentQueue<FrameNode> SharedChains = new();

    [ThreadStatic]
    private static FrameNode? _free;

    [ThreadStatic]
    private static int _freeCount;

    private Frame? _frame;

    private FrameNode()
    {
    }

    public Frame Frame
    {
        get => _frame!;
        set => _frame = value;
    }

    /// <summary>While queued: the next older entry, a node or a bare frame. While pending: the next younger node or null.</summary>
    public object? Next { get; set; }

    public static FrameNode Rent(Frame frame)
    {
        var node = _free;
        if (node is null)
        {
            if (!SharedChains.TryDequeue(out node))
                return new FrameNode { _frame = frame };
            _freeCount = ChainLength;
        }
        _free = node.Next as FrameNode;
        _freeCount--;
        node.Next = null;
        node._frame = frame;
        return node;
    }

    public static void Return(FrameNode node)
    {
        node._frame = null;
        if (_freeCount == ChainLength)
        {
            if (SharedChains.Count < MaxSharedChains)
                SharedChains.Enqueue(_free!);
            _free = null;
            _freeCount = 0;
        }
        node.Next = _free;
        _free = node;
        _freeCount++;
    }
}
