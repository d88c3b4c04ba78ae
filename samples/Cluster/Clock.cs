namespace Cluster;

internal static class Clock
{
    /// <summary>Milliseconds since 1970, as in the browser.</summary>
    public static long Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
}
