namespace SocketIo.Cluster.Nodes;

/// <summary>What one node answered; its id is empty where the format does not name it.</summary>
internal readonly record struct ServerAnswer(string NodeId, PacketData Value);
