namespace SocketIo;

/// <summary>
/// Options of the backplane on Redis Streams, the counterpart of @socket.io/redis-streams-adapter: broadcasts are kept for a while, so
/// that clients recover what they missed on any server.
/// </summary>
public sealed class RedisStreamsOptions : RedisConnectionOptions
{
    /// <summary>The name of the stream; with several the part before "-0", "-1" and so on. The same on all servers. Default "socket.io".</summary>
    public string StreamName { get; set; } = "socket.io";

    /// <summary>
    /// The number of streams; a namespace belongs to one of them. More than one spreads namespaces over the masters of a Redis Cluster.
    /// The same on all servers. Default 1.
    /// </summary>
    public int StreamCount { get; set; } = 1;

    /// <summary>About how many entries a stream keeps (MAXLEN ~): what clients can recover. Default 10,000, the reference's.</summary>
    public int MaxLength { get; set; } = 10_000;

    /// <summary>How many entries are read at a time. Default 100, the reference's.</summary>
    public int ReadCount { get; set; } = 100;

    /// <summary>
    /// How long a read waits for entries before it asks again; new ones end the wait at once. Default 5 s, the reference's. Whole
    /// milliseconds.
    /// </summary>
    public TimeSpan BlockTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What the names of keys begin with that hold sessions of disconnected clients. Default "sio:session:", the reference's.</summary>
    public string SessionKeyPrefix { get; set; } = "sio:session:";

    /// <summary>
    /// Whether requests and answers, which are not kept in the stream, travel by sharded pub/sub of Redis 7. The same on all servers.
    /// </summary>
    public bool UseShardedPubSub { get; set; }

    /// <summary>
    /// Whether entries are JSON also when they have binary data, for readers that know nothing else; binary arguments then arrive as
    /// objects. The <c>onlyPlaintext</c> of the reference.
    /// </summary>
    public bool OnlyPlaintext { get; set; }

    internal override IEnumerable<string> Validate()
    {
        foreach (var fault in base.Validate())
            yield return fault;
        if (string.IsNullOrEmpty(StreamName))
            yield return $"{nameof(StreamName)} is empty.";
        if (string.IsNullOrEmpty(SessionKeyPrefix))
            yield return $"{nameof(SessionKeyPrefix)} is empty.";
        if (StreamCount is < 1 or > 1000)
            yield return $"{nameof(StreamCount)} is to be from 1 to 1,000.";
        if (MaxLength < 1)
            yield return $"{nameof(MaxLength)} is to be 1 or more.";
        if (ReadCount is < 1 or > 10_000)
            yield return $"{nameof(ReadCount)} is to be from 1 to 10,000.";
        if (BlockTime < TimeSpan.FromMilliseconds(1) || BlockTime > TimeSpan.FromMinutes(10))
            yield return $"{nameof(BlockTime)} is to be from 1 ms to 10 min.";
    }
}
