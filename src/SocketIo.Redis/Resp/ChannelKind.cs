namespace SocketIo.Redis.Resp;

/// <summary>How a channel is subscribed to.</summary>
internal enum ChannelKind
{
    /// <summary>SUBSCRIBE.</summary>
    Channel,

    /// <summary>PSUBSCRIBE.</summary>
    Pattern,

    /// <summary>SSUBSCRIBE, on the master of the channel's slot.</summary>
    Sharded,
}
