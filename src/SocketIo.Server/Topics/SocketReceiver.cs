using SocketIo.Engine;
using SocketIo.Engine.Sessions;
using SocketIo.Sockets;

namespace SocketIo.Topics;

/// <summary>A socket that gets the events of a subscription.</summary>
internal sealed class SocketReceiver(SocketSubscription subscription) : ITopicReceiver
{
    private readonly SentReceipts? _receipts = subscription.Options.Receipt is Receipt.Sent ? new SentReceipts(subscription.Socket) : null;

    private Socket Socket => subscription.Socket;

    // Half of the queue is left to everything else. What is queued on an empty one always fits.
    public bool HasRoom(int taken, int bytes)
    {
        var queued = Socket.Connection.QueuedBytes + taken;
        return queued == 0 || queued + bytes <= Socket.Namespace.Server.Options.MaxQueuedBytes / 2;
    }

    public Task<bool> WhenRoomAsync() => Socket.Connection.WhenDrainedAsync();

    public void Deliver(ITopicLane lane, ReadOnlySpan<TopicDelivery> deliveries)
    {
        using (Cork.Hold())
        {
            foreach (var delivery in deliveries)
                Send(lane, delivery);
        }
        _receipts?.Add(lane, deliveries);
    }

    public void Missed(SequenceRange range)
    {
        if (subscription.Options.OnMissed is { } handler)
            _ = TellAsync(handler, range);
    }

    // The client comes back, and gets again what it did not acknowledge.
    public void Disconnect() => Drop(DisconnectReason.ForcedServerClose.With("events of a topic were not acknowledged in time"));

    public void Ended() => subscription.End();

    private void Send(ITopicLane lane, in TopicDelivery delivery)
    {
        var encoded = EncodedEvent.Of(Socket.Namespace, delivery.Stored);
        var topicId = subscription.Options.Metadata ? lane.TopicId : null;
        if (Socket.Namespace.HasOutgoingListeners)
            Socket.NotifyOutgoing(encoded.ToOutgoing());
        var frame = Expect(lane, delivery, encoded.AckId)
            ? encoded.FrameFor(topicId, delivery.IsRedelivered)
            : encoded.FrameFor(topicId, delivery.IsRedelivered, ExpectAnew(lane, delivery));

        // a full queue, as by broadcasts in between: what must not be lost comes with the next connection
        if (!Socket.Send(frame, SendMode.Queued) && !Socket.HasLeft)
            Drop(DisconnectReason.TransportClose.With("an event of a topic did not fit into the queue"));
    }

    // The window limits how many there are, so that no other limit has to.
    private bool Expect(ITopicLane lane, in TopicDelivery delivery, long ackId) =>
        _receipts is not null || Socket.Acks.Add(ackId, new TopicAck(lane, delivery.Stored.Sequence), int.MaxValue) is AckAddition.Added;

    private long ExpectAnew(ITopicLane lane, in TopicDelivery delivery)
    {
        var ackId = Socket.Namespace.NextAckId();
        Expect(lane, delivery, ackId);
        return ackId;
    }

    // not on this thread: handlers of the end follow
    private void Drop(DisconnectReason reason) => Socket.Connection.Post(session => session.Drop(reason));

    private async Task TellAsync(Func<SequenceRange, ValueTask> handler, SequenceRange range)
    {
        try
        {
            await handler(range).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Socket.Namespace.Handlers.Report(Socket, exception, nameof(SubscribeOptions.OnMissed));
        }
    }
}
