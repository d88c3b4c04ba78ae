namespace SocketIo.Cluster.Nodes;

/// <summary>
/// Puts the numbered messages of each sender back in order and drops repeated ones, for backplanes that do neither. No message waits
/// longer than a moment for one before it that does not come.
/// </summary>
internal sealed class PeerOrder(TimeProvider time, Action<ClusterMessage> deliver)
{
    // More than a message is late where it is not lost.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    // A sender that is gone, or seems to be, is remembered: what it has sent twice may still come the second time.
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(5);

    private const int MaxHeld = 4096;

    private readonly Lock _sync = new();

    // guarded by _sync; answers are numbered for each receiver, all else for all
    private readonly Dictionary<(string Sender, bool IsAnswer), Line> _lines = [];

    /// <summary>Delivers a message now, or when its turn is; under the lock, since order is the purpose.</summary>
    public void Receive(ClusterMessage message)
    {
        if (message.Sequence <= 0)
        {
            deliver(message);
            return;
        }
        lock (_sync)
        {
            var key = (message.Sender, IsAnswer(message.Type));
            if (!_lines.TryGetValue(key, out var line))
                _lines[key] = line = new Line();
            line.HeardAt = time.GetTimestamp();
            if (message.Sequence < line.Next || !line.Held.TryAdd(message.Sequence, (message, line.HeardAt)))
                return;

            // what comes first from a sender may not be the first
            if (line.Next > 0 || Numbering.IsFirst(message.Sequence))
                Deliver(line, line.Next > 0 ? line.Next : message.Sequence);
            if (line.Held.Count > MaxHeld)
                Deliver(line, line.Held.Keys[0]);
        }
    }

    /// <summary>Goes on where patience is at its end, and forgets who has been silent for long.</summary>
    public void Tick()
    {
        lock (_sync)
        {
            foreach (var (key, line) in _lines)
            {
                while (line.Held.Count > 0 && time.GetElapsedTime(line.Held.Values[0].Since) >= Patience)
                    Deliver(line, line.Held.Keys[0]);
                if (time.GetElapsedTime(line.HeardAt) >= Memory)
                    _lines.Remove(key);
            }
        }
    }

    public static bool IsAnswer(MessageType type) => type is MessageType.FetchSocketsResponse or MessageType.ServerSideEmitResponse
        or MessageType.BroadcastClientCount or MessageType.BroadcastAck or MessageType.BroadcastAckLost or MessageType.SessionReleased;

    private void Deliver(Line line, long next)
    {
        line.Next = next;
        while (line.Held.Count > 0 && line.Held.Keys[0] == line.Next)
        {
            var (message, _) = line.Held.Values[0];
            line.Held.RemoveAt(0);
            line.Next++;
            deliver(message);
        }
    }

    /// <summary>What is held back of one sender.</summary>
    private sealed class Line
    {
        // by number, each with when it came
        public SortedList<long, (ClusterMessage Message, long Since)> Held { get; } = [];

        public long HeardAt { get; set; }

        /// <summary>The number that is next; 0 until it is known.</summary>
        public long Next { get; set; }
    }
}
