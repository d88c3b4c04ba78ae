using SocketIo.Protocol;
using SocketIo.Sockets;

namespace SocketIo.Topics;

/// <summary>A client's acknowledgement of a topic's event. When the socket has gone, the whole lane is left, not each event.</summary>
internal sealed class TopicAck(ITopicLane lane, long sequence) : PendingAck
{
    public override void Receive(Socket socket, ref ArgumentReader arguments) => lane.Acknowledge(sequence);

    public override void Lose(Socket socket)
    {
    }
}
