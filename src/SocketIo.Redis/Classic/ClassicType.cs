namespace SocketIo.Redis.Classic;

/// <summary>The numbers of requests and answers in the format of the JavaScript adapter for Redis pub/sub.</summary>
internal enum ClassicType
{
    /// <summary>Which sockets are in rooms; of old versions.</summary>
    Sockets = 0,

    /// <summary>Which rooms there are.</summary>
    AllRooms = 1,

    RemoteJoin = 2,
    RemoteLeave = 3,
    RemoteDisconnect = 4,
    RemoteFetch = 5,
    ServerSideEmit = 6,
    Broadcast = 7,
    BroadcastClientCount = 8,
    BroadcastAck = 9,

    /// <summary>A message that the format does not know, whole in the member "cluster": between .NET nodes, ignored by others.</summary>
    Cluster = 100,
}
