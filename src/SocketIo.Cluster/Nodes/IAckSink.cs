namespace SocketIo.Cluster.Nodes;

/// <summary>Where a server tells what its sockets answer to another server's broadcast. Thread-safe; none of it throws.</summary>
internal interface IAckSink
{
    /// <summary>Who got the event. Once, before all else.</summary>
    void Count(in RoomNames socketIds);

    /// <summary>A socket acknowledged.</summary>
    void Acknowledge(string socketId, in PacketData value);

    /// <summary>A socket has gone, and will not answer.</summary>
    void Lose(string socketId);
}
