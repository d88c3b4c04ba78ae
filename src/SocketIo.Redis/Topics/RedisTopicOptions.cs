namespace SocketIo.Redis;

/// <summary>
/// Options of <see cref="RedisTopicStore"/>. Servers with the same Redis and the same <see cref="RedisConnectionOptions.Prefix"/> share their
/// topics.
/// </summary>
/// <remarks>
/// With Redis Cluster each topic lies on one master as a whole, and topics spread over all; with a prefix in braces, such as
/// "{socket.io}", all lie on one.
/// </remarks>
public sealed class RedisTopicOptions : RedisConnectionOptions
{
    /// <summary>
    /// How many replicas must have an event before it counts as stored (WAIT): when the master is lost, one of them has it. While fewer
    /// are there, emits fail. Default 0: Redis copies to replicas behind its answer.
    /// </summary>
    public int Replicas { get; set; }

    internal override IEnumerable<string> Validate()
    {
        foreach (var fault in base.Validate())
            yield return fault;
        if (Replicas is < 0 or > 100)
            yield return $"{nameof(Replicas)} is to be from 0 to 100.";

        // the first pair of braces decides on the master, and an empty one leaves it to the rest of each key
        if (Prefix is not null && Prefix.IndexOf('{', StringComparison.Ordinal) is >= 0 and var open && Prefix.AsSpan(open + 1).StartsWith("}", StringComparison.Ordinal))
            yield return $"{nameof(Prefix)} has braces with nothing in between.";
    }

    internal void ThrowIfInvalid()
    {
        if (string.Join(' ', Validate()) is { Length: > 0 } faults)
            throw new ArgumentException(faults);
    }
}
