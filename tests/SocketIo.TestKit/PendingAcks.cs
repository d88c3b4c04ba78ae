namespace SocketIo.TestKit;

/// <summary>Looks for acknowledgements that nobody waits for any more.</summary>
public static class PendingAcks
{
    /// <summary>How many acknowledgements the sockets of a namespace owe.</summary>
    public static int CountPendingAcks(this Namespace @namespace)
    {
        ArgumentNullException.ThrowIfNull(@namespace);
        return @namespace.Sockets.Values.Sum(static socket => socket.Acks.Count);
    }
}
