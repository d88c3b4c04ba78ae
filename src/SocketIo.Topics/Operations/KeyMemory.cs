namespace SocketIo.Topics;

/// <summary>
/// For how long the key of an event is remembered: until the event is this old, or so many were stored in the topic since, whichever
/// comes first.
/// </summary>
/// <param name="Age">The time, by the clocks of the servers.</param>
/// <param name="Events">The number of events of the topic, with and without keys.</param>
public readonly record struct KeyMemory(TimeSpan Age, long Events)
{
    /// <summary>Whether a key is still remembered.</summary>
    /// <param name="sequence">The sequence of the event with the key.</param>
    /// <param name="at">When it was stored.</param>
    /// <param name="last">The topic's last sequence.</param>
    /// <param name="now">The time.</param>
    public bool Holds(long sequence, DateTimeOffset at, long last, DateTimeOffset now) => last - sequence < Events && now - at < Age;
}
