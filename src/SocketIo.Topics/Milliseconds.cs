namespace SocketIo.Topics;

/// <summary>Times as stores keep them.</summary>
internal static class Milliseconds
{
    /// <summary>The time in UTC, without what is less than a millisecond.</summary>
    public static DateTimeOffset Floor(DateTimeOffset time) => new(time.UtcTicks - time.UtcTicks % TimeSpan.TicksPerMillisecond, TimeSpan.Zero);
}
