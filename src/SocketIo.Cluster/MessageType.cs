namespace SocketIo.Cluster;

/// <summary>What a message between servers is for. The values up to 13 are those of the official JavaScript adapters.</summary>
public enum MessageType
{
    /// <summary>A node has come; the others answer with <see cref="Heartbeat"/>.</summary>
    InitialHeartbeat = 1,

    /// <summary>A node is alive.</summary>
    Heartbeat = 2,

    /// <summary>An event for clients; with a <see cref="ClusterMessage.RequestId"/> their acknowledgements are wanted.</summary>
    Broadcast = 3,

    /// <summary>Clients join rooms.</summary>
    SocketsJoin = 4,

    /// <summary>Clients leave rooms.</summary>
    SocketsLeave = 5,

    /// <summary>Clients are disconnected.</summary>
    DisconnectSockets = 6,

    /// <summary>A node asks for the clients of a target.</summary>
    FetchSockets = 7,

    /// <summary>The answer to <see cref="FetchSockets"/>.</summary>
    FetchSocketsResponse = 8,

    /// <summary>An event for the servers themselves; with a <see cref="ClusterMessage.RequestId"/> they answer.</summary>
    ServerSideEmit = 9,

    /// <summary>The answer to <see cref="ServerSideEmit"/>.</summary>
    ServerSideEmitResponse = 10,

    /// <summary>How many clients of a node got a broadcast whose acknowledgements are wanted. A node sends it once, 0 included.</summary>
    BroadcastClientCount = 11,

    /// <summary>One client's acknowledgement.</summary>
    BroadcastAck = 12,

    /// <summary>A node leaves.</summary>
    Close = 13,

    /// <summary>
    /// Clients that were counted by <see cref="BroadcastClientCount"/> have gone without acknowledging, or a server will not answer a
    /// <see cref="ServerSideEmit"/>. Between .NET nodes only: JavaScript nodes ignore the type.
    /// </summary>
    BroadcastAckLost = 100,

    /// <summary>
    /// A client has come back to the sender: whichever other server still has its socket closes it. Between .NET nodes only; with the
    /// socket's id, and how often it has come back as <see cref="ClusterMessage.ClientCount"/>.
    /// </summary>
    SessionTaken = 101,

    /// <summary>
    /// A client wants to come back to the sender: the server that has its socket lets go of it, saves or removes its session, and answers
    /// with <see cref="SessionReleased"/>. Between .NET nodes only; with the client's private id and that server's id as
    /// <see cref="ClusterMessage.SocketIds"/>.
    /// </summary>
    SessionWanted = 102,

    /// <summary>The answer to <see cref="SessionWanted"/>: what is stored now is right.</summary>
    SessionReleased = 103,
}
