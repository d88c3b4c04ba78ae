namespace SocketIo.Topics;

/// <summary>Acknowledges what was sent to a socket when its bytes have been handed to the operating system.</summary>
internal sealed class SentReceipts(Socket socket)
{
    private readonly Lock _sync = new();

    // guarded by _sync
    private List<long> _sent = [];
    private bool _isWaiting;

    public void Add(ITopicLane lane, ReadOnlySpan<TopicDelivery> deliveries)
    {
        lock (_sync)
        {
            foreach (var delivery in deliveries)
                _sent.Add(delivery.Stored.Sequence);
            if (_isWaiting)
                return;
            _isWaiting = true;
        }
        _ = AcknowledgeAsync(lane);
    }

    private async Task AcknowledgeAsync(ITopicLane lane)
    {
        while (Take() is { Count: > 0 } sent && await socket.Connection.WhenDrainedAsync().ConfigureAwait(false))
        {
            foreach (var sequence in sent)
                lane.Acknowledge(sequence);
        }
    }

    private List<long> Take()
    {
        lock (_sync)
        {
            var sent = _sent;
            _sent = [];
            _isWaiting = sent.Count > 0;
            return sent;
        }
    }
}
