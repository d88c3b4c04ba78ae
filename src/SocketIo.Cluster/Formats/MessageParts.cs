namespace SocketIo.Cluster.Formats;

/// <summary>What both formats of a message have in common.</summary>
internal static class MessageParts
{
    /// <summary>Whether the type has a member data.</summary>
    public static bool HasData(ClusterMessage message) => message.Type switch
    {
        MessageType.Close => false,
        MessageType.InitialHeartbeat or MessageType.Heartbeat => message.Flags.Timeout is not null,
        _ => true,
    };

    public static long Milliseconds(TimeSpan time) => (long)Math.Ceiling(time.TotalMilliseconds);
}
