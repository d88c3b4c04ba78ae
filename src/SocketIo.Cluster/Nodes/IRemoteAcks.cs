namespace SocketIo.Cluster.Nodes;

/// <summary>Whoever waits for the acknowledgements of other servers' sockets. Called by one thread at a time.</summary>
internal interface IRemoteAcks
{
    /// <summary>A socket acknowledged; its id is null when its server does not tell.</summary>
    void Receive(string? socketId, in PacketData value);

    /// <summary>Nothing more comes. Once.</summary>
    void Complete(RemoteAckSummary summary);
}
