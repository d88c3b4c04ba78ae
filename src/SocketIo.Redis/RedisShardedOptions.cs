namespace SocketIo;

/// <summary>
/// Options of the backplane on sharded pub/sub of Redis 7, the counterpart of <c>createShardedAdapter</c> of @socket.io/redis-adapter.
/// </summary>
public sealed class RedisShardedOptions : RedisConnectionOptions
{
    /// <summary>Which rooms have a channel of their own. Default <see cref="RoomChannels.Public"/>, the reference's "dynamic".</summary>
    public RoomChannels RoomChannels { get; set; }

    internal override IEnumerable<string> Validate()
    {
        foreach (var fault in base.Validate())
            yield return fault;
        if (!Enum.IsDefined(RoomChannels))
            yield return $"{nameof(RoomChannels)} has no such value.";
    }
}
