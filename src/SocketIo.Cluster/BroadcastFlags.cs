namespace SocketIo.Cluster;

/// <summary>How an event is to be sent to clients. Members that are not set do not travel.</summary>
public readonly record struct BroadcastFlags
{
    /// <summary>Whether clients that cannot be sent to at once do without the event.</summary>
    public bool IsVolatile { get; init; }

    /// <summary>Whether the event may be compressed; null leaves it to each node.</summary>
    public bool? Compress { get; init; }

    /// <summary>How long the sender waits for acknowledgements; null when it wants none. Travels in whole milliseconds.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Whether the event is for one socket that was fetched before, so that one acknowledgement is all.</summary>
    public bool ExpectsSingleResponse { get; init; }
}
