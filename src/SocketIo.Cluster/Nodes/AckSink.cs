namespace SocketIo.Cluster.Nodes;

/// <summary>Sends what own sockets answer to the node that asked.</summary>
internal sealed class AckSink(ClusterNode node, ClusterMessage request) : IAckSink
{
    // An answer names its sockets up to so many; of more the requester gets the number only.
    private const int MaxNamed = 10_000;

    public void Count(in RoomNames socketIds) => node.Answer(
        request, new() { Type = MessageType.BroadcastClientCount, Sender = node.Id, Namespace = node.Name, ClientCount = socketIds.Count, SocketIds = socketIds.Count > MaxNamed ? default : socketIds });

    public void Acknowledge(string socketId, in PacketData value) => node.Answer(
        request, new() { Type = MessageType.BroadcastAck, Sender = node.Id, Namespace = node.Name, SocketIds = [socketId], Data = value });

    public void Lose(string socketId) => node.Answer(
        request, new() { Type = MessageType.BroadcastAckLost, Sender = node.Id, Namespace = node.Name, SocketIds = [socketId] });
}
