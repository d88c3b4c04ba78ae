using System.Collections.Concurrent;
using System.Threading.Channels;
using SocketIo.Cluster;
using SocketIo.TestKit;

namespace SocketIo.Redis.Tests.Backplanes;

/// <summary>Keeps what a link reports.</summary>
internal sealed class Receiver : INodeReceiver
{
    private readonly Channel<ClusterMessage> _messages = Channel.CreateUnbounded<ClusterMessage>();
    private int _inside;

    /// <summary>Own messages are ignored, as by a server.</summary>
    public string NodeId { get; set; } = "";

    /// <summary>Whether own messages that a log gives back are kept, too.</summary>
    public bool KeepsOwn { get; set; }

    public ConcurrentQueue<string> Malformed { get; } = new();

    public ConcurrentQueue<string> Refused { get; } = new();

    public int Gaps { get; private set; }

    /// <summary>Called with each message of others before it is kept.</summary>
    public Action<ClusterMessage>? OnMessage { get; set; }

    public void Receive(ClusterMessage message)
    {
        if (Interlocked.Increment(ref _inside) > 1)
            Malformed.Enqueue("two at a time");
        if (message.Sender != NodeId || (KeepsOwn && message.Offset is not null))
        {
            OnMessage?.Invoke(message);
            _messages.Writer.TryWrite(message);
        }
        Interlocked.Decrement(ref _inside);
    }

    public void ReceiveGap() => Gaps++;

    public void ReceiveUnkept() => Malformed.Enqueue("unkept");

    public void LoseNode(string nodeId) => Malformed.Enqueue("lost " + nodeId);

    public void LoseRoom(string room, string reason) => ReportMalformed("lost " + room);

    public void ReportMalformed(string reason) => Malformed.Enqueue(reason);

    public void ReportRefused(ClusterMessage message, string reason) => Refused.Enqueue(reason);

    /// <summary>The next message; heartbeats are not sent at this level.</summary>
    public async Task<ClusterMessage> NextAsync() => await _messages.Reader.ReadAsync().AsTask().WithDeadline();

    /// <summary>Whether no more messages have come.</summary>
    public bool IsEmpty => !_messages.Reader.TryPeek(out _);
}
