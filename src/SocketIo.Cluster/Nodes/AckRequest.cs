namespace SocketIo.Cluster.Nodes;

/// <summary>
/// Collects the acknowledgements of other nodes' sockets. Each node first tells how many sockets got the event, then each
/// acknowledgement as it comes. A node that dies takes with it what it still owes.
/// </summary>
internal sealed class AckRequest(string id, bool isSingle, IRemoteAcks receiver, TimeSpan timeout, TimeProvider time)
    : ClusterRequest(id, timeout, time)
{
    private readonly Dictionary<string, NodeAcks> _nodes = new(StringComparer.Ordinal);
    private readonly List<string> _missing = [];

    // Of these what comes later is not taken: it was counted as missing.
    private readonly HashSet<string> _lost = new(StringComparer.Ordinal);
    private int _missingCount;
    private int _outstanding;
    private bool _hasAnswer;

    protected override IEnumerable<string> Owing => _nodes.Where(static pair => pair.Value.Outstanding > 0).Select(static pair => pair.Key);

    // One answer to one socket is all, without waiting for the other nodes to say that they do not have it.
    protected override bool IsComplete => isSingle && _hasAnswer || base.IsComplete && _outstanding <= 0;

    protected override void Take(ClusterMessage answer)
    {
        switch (answer.Type)
        {
            case var _ when _lost.Contains(answer.Sender):
                break;
            case MessageType.BroadcastClientCount:
                Count(answer);
                break;
            case MessageType.BroadcastAck:
                Acknowledge(answer);
                break;
            case MessageType.BroadcastAckLost:
                for (var i = 0; i < answer.SocketIds.Count; i++)
                    Lose(NodeOf(answer), answer.SocketIds[i]);
                break;
        }
    }

    protected override void OnLost(string nodeId)
    {
        _lost.Add(nodeId);
        if (!_nodes.Remove(nodeId, out var node))
            return;
        _outstanding -= node.Outstanding;
        Miss(node);
    }

    protected override void Complete(in MissingNodes missing)
    {
        foreach (var node in _nodes.Values)
            Miss(node);
        receiver.Complete(new RemoteAckSummary([.. _missing], _missingCount, missing));
    }

    private void Count(ClusterMessage answer)
    {
        if (!Expectation.Answer(answer.Sender))
            return;
        var node = NodeOf(answer);
        node.IsCounted = true;
        node.Outstanding += answer.ClientCount;
        _outstanding += answer.ClientCount;
        for (var i = 0; i < answer.SocketIds.Count; i++)
            node.SocketIds.Add(answer.SocketIds[i]);
    }

    private void Acknowledge(ClusterMessage answer)
    {
        var socketId = answer.SocketIds.Count > 0 ? answer.SocketIds[0] : null;
        var node = NodeOf(answer);
        if (socketId is not null && !node.SocketIds.Remove(socketId) && node.IsCounted)
            return;
        node.Outstanding--;
        _outstanding--;
        _hasAnswer = true;
        receiver.Receive(socketId, answer.Data);
    }

    private void Lose(NodeAcks node, string socketId)
    {
        if (!node.SocketIds.Remove(socketId))
            return;
        node.Outstanding--;
        _outstanding--;
        _missingCount++;
        _missing.Add(socketId);
    }

    private void Miss(NodeAcks node)
    {
        _missingCount += Math.Max(0, node.Outstanding);
        _missing.AddRange(node.SocketIds);
    }

    private NodeAcks NodeOf(ClusterMessage answer)
    {
        if (!_nodes.TryGetValue(answer.Sender, out var node))
            _nodes[answer.Sender] = node = new NodeAcks();
        return node;
    }

    /// <summary>What one node owes; of nodes without id all that they owe together.</summary>
    private sealed class NodeAcks
    {
        public int Outstanding { get; set; }

        public bool IsCounted { get; set; }

        public HashSet<string> SocketIds { get; } = new(StringComparer.Ordinal);
    }
}
