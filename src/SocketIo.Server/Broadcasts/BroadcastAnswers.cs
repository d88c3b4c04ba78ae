using SocketIo.Cluster.Nodes;
using SocketIo.Sockets;

namespace SocketIo.Broadcasts;

/// <summary>What a broadcast that asks for acknowledgements tells of its receivers.</summary>
internal abstract class BroadcastAnswers(long id, TimeSpan? timeout) : PendingAck
{
    /// <summary>The id of the acknowledgement, the same for all receivers.</summary>
    public long Id => id;

    /// <summary>How long acknowledgements are waited for; null for as long as it takes.</summary>
    public TimeSpan? Timeout => timeout;

    /// <summary>One more receiver, before the event is sent to it; false when it must not be sent: it was already, or too much is pending.</summary>
    public abstract bool TryExpect(Socket socket);

    /// <summary>The sockets of other servers are to acknowledge, too.</summary>
    /// <param name="ask">Begins to ask them, and tells what they answer.</param>
    public abstract void AwaitOthers(Func<IRemoteAcks, ClusterRequest> ask);

    /// <summary>The event was not sent to a receiver, or that has gone.</summary>
    public void Miss(Socket socket)
    {
        if (socket.Acks.TryTake(id, out _))
            Lose(socket);
    }
}
